"""What other systems may be told of: kinds of event, by the rows of the log they are read from.

An event says what happened to which row, and nothing of it: whoever is told reads the row through the
interface, with a token and its rights.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from survey.tables import AuditEntry, Delivery, Webhook


class Source(NamedTuple):
    """Rows of the log: of what, and what was done."""

    subject: str
    actions: frozenset[str]


class Chosen(NamedTuple):
    """Rows of the log that somebody is told of from a moment on."""

    subject: str
    actions: frozenset[str]
    since: datetime


def _of(subject: str, *actions: str) -> Source:
    return Source(subject, frozenset(actions))


EVENTS: Mapping[str, Source] = {
    "firm.added": _of("firm", "create"),
    "firm.changed": _of("firm", "edit", "profile"),
    "firms.imported": _of("roster", "roster_imported", "roster_undone"),
    "round.opened": _of("round", "open_round"),
    "round.changed": _of("round", "round_end", "round_edit", "round_close"),
    "assessment.submitted": _of("assessment", "submit"),
    "assessment.returned": _of("assessment", "return"),
    "assessment.confirmed": _of("assessment", "confirm"),
    "assessment.reopened": _of("assessment", "reopen"),
    "pool.entered": _of("pool", "propose", "admit"),
    "pool.changed": _of(
        *("pool", "raise_target", "move_stage", "take_stage", "recognise"),
        *("correct_recognition", "revoke_recognition", "revoke"),
    ),
    "pool.left": _of("pool", "withdraw"),
    "document.issued": _of("report", "report_issue"),
    "document.withdrawn": _of("report", "document_withdraw"),
}
TEST = "test"
"""Of a request that an administrator has sent to see whether it arrives."""
NUMBERS = {
    "firm": "firm",
    "roster": "list",
    "round": "round",
    "assessment": "assessment",
    "pool": "entry",
}
"""What the body calls the number of a row."""


def chosen(row: Webhook) -> list[Chosen]:
    """Return the rows of the log that a webhook is told of, each kind from when it was chosen."""
    since = dict.fromkeys(row.events, row.since)
    since |= {kind: datetime.fromisoformat(joined) for kind, joined in row.joined.items()}
    return [Chosen(*EVENTS[kind], since[kind]) for kind in row.events if kind in EVENTS]


def joined(row: Webhook, events: Iterable[str], now: datetime) -> dict[str, str]:
    """Return from when the kinds are told that were not chosen at first, once ``events`` are."""
    new = {kind: now.isoformat() for kind in events if kind not in row.events}
    return {kind: then for kind, then in row.joined.items() if kind in events} | new


def kind_of(entry: AuditEntry) -> str:
    return next(
        kind
        for kind, source in EVENTS.items()
        if source.subject == entry.subject and entry.action in source.actions
    )


def about(entry: AuditEntry) -> dict[str, Any]:
    """Return the numbers of what a row of the log is about."""
    if entry.subject == "report":
        told: dict[str, Any] = {"number": entry.subject_id}
    else:
        told = {NUMBERS[entry.subject]: int(entry.subject_id)}
    return told if entry.firm_id is None else {"firm": entry.firm_id} | told


def name_of(delivery: Delivery) -> str:
    """Return the name of an event (webhook-id), the same however often and to whomever it is sent.

    It rests on the row of the log alone: an instance that was restored sends what it sent before
    under the same name again, and another step never takes it.
    """
    of = f"test.{delivery.id}" if delivery.entry_id is None else str(delivery.entry_id)
    return "evt_" + hashlib.sha256(f"{of}.{_written(delivery.at)}".encode()).hexdigest()[:32]


def body_of(delivery: Delivery) -> bytes:
    """Write what a receiver is sent; the same bytes each time."""
    told = {"type": delivery.kind, "timestamp": _written(delivery.at), "data": delivery.about}
    return json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
