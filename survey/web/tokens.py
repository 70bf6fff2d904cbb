"""Who another system speaks for: the token it shows instead of a cookie, and what it may."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, abort, current_app, request
from sqlalchemy import Row
from sqlalchemy.exc import OperationalError

from survey import db
from survey.lifecycle.api_tokens import SCOPES as KNOWN
from survey.store import api_tokens as store
from survey.store.accounts import hashed
from survey.web import here
from survey.web.here import Reader
from survey.words import api as words

PREFIX = "/api/v1/"
USED_EVERY = timedelta(hours=1)
FREE = ""
"""Stands for a route that any token opens."""
SCOPES: Mapping[str, str] = {
    "api.me": FREE,
    "api.firms": "firms:read",
    "api.firm": "firms:read",
    "api.add_firm": "firms:write",
    "api.change_firm": "firms:write",
    "api.rounds": "rounds:read",
    "api.round_one": "rounds:read",
    "api.open_round": "rounds:write",
    "api.invite": "rounds:write",
    "api.change_round": "rounds:write",
    "api.begin": "assessments:write",
    "api.assessments": "assessments:read",
    "api.assessment": "assessments:read",
    "api.answers": "assessments:read",
    "api.save_answer": "assessments:write",
    "api.submit": "assessments:write",
    "api.send_back": "assessments:write",
    "api.reopen": "assessments:write",
    "api.score": "assessments:read",
    "api.evidence": "evidence:read",
    "api.attach_evidence": "evidence:write",
    "api.evidence_file": "evidence:read",
    "api.evidence_content": "evidence:read",
    "api.remove_evidence": "evidence:write",
    "api.consultants": "assessments:read",
    "api.visit": "assessments:read",
    "api.assign": "assessments:write",
    "api.unassign": "assessments:write",
    "api.explain": "assessments:write",
    "api.confirm": "assessments:write",
    "api.request_report": "documents:write",
    "api.pool": "pool:read",
    "api.entry": "pool:read",
    "api.enter_pool": "pool:write",
    "api.raise_target": "pool:write",
    "api.withdraw": "pool:write",
    "api.documents": "documents:read",
    "api.withdraw_document": "documents:write",
    "api.document": "documents:read",
    "api.content": "documents:read",
    "api.job": FREE,
    "api.jobs": FREE,
    "api.feed": FREE,
}
"""What a token must be for, by route; of ``feed`` it depends on the list."""


def require_declared_scopes(app: Flask) -> None:
    """Refuse to start with an operation that names no scope, or one nobody can give.

    Raises:
        LookupError: Names the endpoints.
    """
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if is_ours(rule.endpoint)}
    strange = ours.symmetric_difference(SCOPES) | set(SCOPES.values()) - {FREE, *KNOWN}
    if strange:
        raise LookupError(f"operations and scopes differ: {', '.join(sorted(strange))}")


def is_ours(endpoint: str | None) -> bool:
    """Whether a route is an operation of the interface, which takes tokens and no cookies."""
    return (endpoint or "").startswith("api.")


def is_meant() -> bool:
    """Whether this request is for the interface, also where it has no such operation."""
    return request.path.startswith(PREFIX)


def reader() -> Reader | None:
    """Return whose token came with this request; None for none, or one that is not good."""
    shown = word()
    row = store.shown(here.session(), hashed(shown), here.today()) if shown else None
    if row is None:
        return None
    if row.used_at is None or here.now() - row.used_at > USED_EVERY:
        _note_used(row.token_hash)
    return _reader(row)


def word() -> str:
    """Return the secret word of the request: a bearer's, or the password of a spreadsheet."""
    kind, _, said = request.headers.get("Authorization", "").partition(" ")
    match kind.lower():
        case "bearer":
            return said.strip()
        case "basic":
            try:
                return base64.b64decode(said.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return ""
    return ""


def _reader(row: Row[Any]) -> Reader:
    given = None if row.sections is None else frozenset(row.sections)
    return Reader(
        *(row.id, row.username, row.name, row.role, row.firm_id, row.provider_id, row.token_hash),
        *(row.owner, given, row.agreed_version or 0),
        token=row.purpose,
        scopes=frozenset(row.scopes),
    )


def _note_used(token_hash: str) -> None:
    try:
        with db.writing(here.session()) as writing:
            store.note_used(writing, token_hash, here.now())
    except OperationalError:
        current_app.logger.warning("last use of a token not kept: the database is busy")


def require_unchanged(reader: Reader) -> None:
    """Refuse a step whose token ended, or whose user's rights changed, since the request came."""
    row = store.shown(here.session(), reader.token_hash, here.today())
    if row is None:
        here.refuse(401, words.NEEDS_BEARER)
    if _reader(row) != reader:
        abort(403)


def require_scope(who: Reader, scope: str) -> None:
    """Answer 403 unless the token is for this."""
    if scope != FREE and scope not in who.scopes:
        here.refuse(403, words.NEEDS_SCOPE.format(scope=words.SCOPES[scope]))
