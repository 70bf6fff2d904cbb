"""What every step is handed: the session it works in, who takes it, and when."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from survey import db
from survey.clock import LOCAL
from survey.tables import (
    Assessment,
    AuditEntry,
    EditionRow,
    Firm,
    PoolEntry,
    Project,
    Roster,
    Round,
    User,
)

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Actor:
    """Who takes a step, and from where: everything the log says about them."""

    user_id: int | None
    name: str
    address: str = ""
    request_id: str = ""
    sign_in: str = ""
    """The hash of the sign-in they act by, where a step is to see for itself that it stands."""
    role: str | None = None


@dataclass(frozen=True)
class About:
    """What a row of the log is about, where no row of a table says it.

    ``subject`` is a word of ``survey.words.log_names``, such as list or district.
    """

    subject: str
    id: object
    firm_id: int | None = None


def _nothing() -> None:
    """Nobody gave whoever takes this step a right that could be taken back: the worker, a command."""


@dataclass(frozen=True)
class Step:
    """One step of the life cycle: a function of ``lifecycle`` takes one and takes effect once.

    Attributes:
        ask_again: Asks under the lock whether the actor still may; raises where a right that was
            there when the request came has been taken back since.
        mails: Whether this installation sends mail.
    """

    session: Session
    by: Actor
    now: datetime
    ask_again: Callable[[], None] = field(default=_nothing)
    mails: bool = False

    @property
    def today(self) -> date:
        """The local date of the step."""
        return self.now.astimezone(LOCAL).date()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, all or nothing: rows read inside are read under the lock."""
        with db.writing(self.session) as session:
            self.ask_again()
            yield session

    def log(
        self,
        action: str,
        subject: Subject | About,
        *,
        before: Values | None = None,
        after: Values | None = None,
        reason: str = "",
        succeeded: bool = True,
    ) -> AuditEntry:
        """Add the row every step leaves, inside its own transaction, and return it.

        Args:
            action: A code of ``survey.words.log_actions``.
            before: What the step changed, by name: codes and plain values, never sentences.
            after: The same as it stands now.
            reason: What the actor typed.
        """
        about = subject if isinstance(subject, About) else about_row(subject)
        entry = AuditEntry(
            at=self.now,
            user_id=self.by.user_id,
            role=self.by.role,
            who=self.by.name,
            address=self.by.address,
            request_id=self.by.request_id,
            action=action,
            subject=about.subject,
            subject_id=str(about.id),
            firm_id=about.firm_id,
            before=_kept(before),
            after=_kept(after),
            reason=reason,
            succeeded=succeeded,
        )
        self.session.add(entry)
        return entry


def _kept(values: Values | None) -> dict[str, Any] | None:
    """Return what JSON can hold of them; nothing at all where nothing is said."""
    return json.loads(json.dumps(values, default=_plain)) if values else None


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


Subject = Assessment | Firm | User | PoolEntry | Project | Round | EditionRow | Roster


def about_row(row: Subject) -> About:
    """Return what the log calls a row, and whose firm's it is."""
    match row:
        case Assessment():
            return About("assessment", row.id, row.firm_id)
        case Firm():
            return About("firm", row.id, row.id)
        case User():
            return About("user", row.id, row.firm_id)
        case PoolEntry():
            return About("pool", row.id, row.firm_id)
        case Project():
            return About("project", row.id, row.firm_id)
        case Round():
            return About("round", row.id)
        case Roster():
            return About("roster", row.id)
        case EditionRow():
            return About("edition", row.id)
