"""Which columns hold details of persons, and whose: data beside the tables.

A test finds columns named like such details that stand in neither list.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Whose(StrEnum):
    """Who a personal detail belongs to, and so what happens to it when it is to be erased."""

    CONTACT = "contact"
    """A firm's contact, and people met or signing for it: erased with the firm's contacts."""
    USER = "user"
    """Somebody with an account: replaced with the account."""
    PROVIDER = "provider"
    """A provider's contact: its own entry changes it."""
    OFFICE = "office"
    """An office's published contact: stands where the public is told whom to ask."""
    LOG = "log"
    """In the log: replaced once the row is sealed."""
    FILE = "file"
    """A file's name as it was brought, which may hold a person's; goes with the file."""


PERSONAL: Final[Mapping[str, Whose]] = {
    "firms.contact_name": Whose.CONTACT,
    "firms.contact_post": Whose.CONTACT,
    "firms.contact_phone": Whose.CONTACT,
    "firms.contact_mail": Whose.CONTACT,
    "firm_listings.legal_person": Whose.CONTACT,
    "firm_listings.owner_phone": Whose.CONTACT,
    "roster_rows.contact_name": Whose.CONTACT,
    "roster_rows.contact_post": Whose.CONTACT,
    "roster_rows.contact_phone": Whose.CONTACT,
    "roster_rows.contact_mail": Whose.CONTACT,
    "roster_rows.legal_person": Whose.CONTACT,
    "roster_rows.owner_phone": Whose.CONTACT,
    "roster_rows.shown": Whose.CONTACT,
    "mails.address": Whose.CONTACT,
    "needs.said_by": Whose.CONTACT,
    "notes.content": Whose.CONTACT,
    "note_revisions.content": Whose.CONTACT,
    "sheets.beside": Whose.CONTACT,
    "assessments.declared_by": Whose.CONTACT,
    "responses.name": Whose.CONTACT,
    "responses.post": Whose.CONTACT,
    "signatures.name": Whose.CONTACT,
    "signatures.post": Whose.CONTACT,
    "signatures.sha256": Whose.CONTACT,
    "users.username": Whose.USER,
    "users.name": Whose.USER,
    "users.phone": Whose.USER,
    "user_sessions.address": Whose.USER,
    "user_sessions.agent": Whose.USER,
    "identities.subject": Whose.USER,
    "explanations.author": Whose.USER,
    "interests.author": Whose.USER,
    "interests.says": Whose.USER,
    "opinions.decided_by": Whose.USER,
    "responses.settled_by": Whose.USER,
    "return_requests.asked_by": Whose.USER,
    "providers.contact_name": Whose.PROVIDER,
    "providers.contact_phone": Whose.PROVIDER,
    "providers.contact_mail": Whose.PROVIDER,
    "notices.contact": Whose.OFFICE,
    "audit_log.who": Whose.LOG,
    "audit_log.address": Whose.LOG,
    "evidence.name": Whose.FILE,
    "uploads.name": Whose.FILE,
    "papers.name": Whose.FILE,
    "project_papers.name": Whose.FILE,
    "sample_consents.name": Whose.FILE,
    "rosters.name": Whose.FILE,
}
OTHERS: Final[Mapping[str, str]] = {
    "firms.name": "a firm's",
    "firms.name_key": "a firm's",
    "firms.address": "a firm's",
    "interests.name": "a firm's",
    "providers.name": "a provider's",
    "providers.name_key": "a provider's",
    "projects.provider_name": "a provider's",
    "sample_choices.provider_name": "a provider's",
    "firm_listings.served_by": "a provider's",
    "roster_rows.name": "a firm's",
    "roster_rows.name_key": "a firm's",
    "roster_rows.address": "a firm's",
    "roster_rows.served_by": "a provider's",
    "roster_mappings.name": "what an officer calls a layout",
    "subsidy_policies.name": "a policy's",
    "list_templates.name": "a file of the bureau's",
    "taken_spools.name": "a file's, drawn by lot",
    "log_seals.who_salt": "drawn by lot",
    "log_seals.who_hash": "of what was erased",
    "signatures.signed": "the hash of what was signed",
    "explanations.says": "an opinion on answers",
    "responses.says": "a firm's opinion",
    "introductions.says": "why two were brought together",
    "provider_products.name": "a product's",
    "need_entries.says": "how far a need is, or a firm's opinion",
    "notices.whom": "which kinds of firm",
    "passkeys.name": "a device's",
}
"""Columns named like a person's details that hold none, and what they hold."""
