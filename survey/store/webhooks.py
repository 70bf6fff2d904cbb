"""Queries over webhooks, how far each has come with the log, and what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, and_, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from survey.tables import (
    AuditEntry,
    Delivery,
    DeliveryState,
    Webhook,
    WebhookCourse,
    WebhookSecret,
    WebhookState,
)


class Rows(Protocol):
    """Rows of the log: of what, what was done, and from when on."""

    @property
    def subject(self) -> str: ...
    @property
    def actions(self) -> frozenset[str]: ...
    @property
    def since(self) -> datetime: ...


def webhook(session: Session, webhook_id: int, *, lock: bool = False) -> Webhook | None:
    return session.get(Webhook, webhook_id, with_for_update=lock, populate_existing=True)


def course(session: Session, webhook_id: int, *, lock: bool = False) -> WebhookCourse:
    return session.get_one(WebhookCourse, webhook_id, with_for_update=lock, populate_existing=True)


def all_of_them(session: Session) -> list[tuple[Webhook, WebhookCourse]]:
    """Return every webhook with its course, the oldest first."""
    query = select(Webhook, WebhookCourse).join(
        WebhookCourse, WebhookCourse.webhook_id == Webhook.id
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(Webhook.id))]


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Webhook)) or 0


def all_sealed(session: Session) -> list[tuple[int, str]]:
    """Return whose secrets are kept, and how: the present ones, and earlier ones."""
    present = select(Webhook.id, Webhook.sealed)
    both = present.union_all(select(WebhookSecret.webhook_id, WebhookSecret.sealed))
    return [(webhook_id, kept) for webhook_id, kept in session.execute(both)]


def reseal(session: Session, webhook_id: int, before: str, after: str) -> int:
    """Keep a secret of a webhook in other words, unless it was changed meanwhile; return how many."""
    done = 0
    for table, whose in ((Webhook, Webhook.id), (WebhookSecret, WebhookSecret.webhook_id)):
        mine = update(table).where(whose == webhook_id, table.sealed == before)
        done += session.connection().execute(mine.values(sealed=after)).rowcount
    return done


def earlier(session: Session, webhook_id: int, now: datetime) -> list[WebhookSecret]:
    """Return the secrets that sign beside the present one, the one before it first."""
    query = select(WebhookSecret).where(WebhookSecret.webhook_id == webhook_id)
    newest = query.where(WebhookSecret.until > now).order_by(WebhookSecret.id.desc())
    return list(session.scalars(newest))


def forget_secrets(session: Session, webhook_id: int, now: datetime) -> None:
    """Drop the secrets of a webhook that sign no more."""
    over = (WebhookSecret.webhook_id == webhook_id, WebhookSecret.until <= now)
    session.execute(delete(WebhookSecret).where(*over))


def remove(session: Session, webhook_id: int) -> None:
    """Drop a webhook with all that is known of it."""
    for table in (Delivery, WebhookCourse, WebhookSecret):
        session.execute(delete(table).where(table.webhook_id == webhook_id))
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))


# --- the log as what is to be told ----------------------------------------------------------------


def untold(
    session: Session, row: Webhook, after: int, wanted: Sequence[Rows], most: int
) -> Sequence[AuditEntry]:
    """Return rows of the log that are no deliveries of a webhook yet, in their order."""
    query = select(AuditEntry).where(*_untold(row, after, wanted)).order_by(AuditEntry.id)
    return session.scalars(query.limit(most)).all()


def has_untold(session: Session, row: Webhook, after: int, wanted: Sequence[Rows]) -> bool:
    return bool(session.scalar(select(exists().where(*_untold(row, after, wanted)))))


def _untold(row: Webhook, after: int, wanted: Iterable[Rows]) -> list[ColumnElement[bool]]:
    # One word for both, so that no index of either leads through all the rows of before.
    kinds: dict[datetime, list[str]] = {}
    for one in wanted:
        named = kinds.setdefault(one.since, [])
        named.extend(f"{one.subject}.{action}" for action in sorted(one.actions))
    word = AuditEntry.subject + "." + AuditEntry.action
    chosen = (and_(AuditEntry.at >= since, word.in_(named)) for since, named in kinds.items())
    known = exists().where(Delivery.webhook_id == row.id, Delivery.entry_id == AuditEntry.id)
    return [
        AuditEntry.id > after,
        AuditEntry.succeeded.is_(True),
        or_(false(), *chosen),
        ~known,
    ]


def last_before(session: Session, moment: datetime) -> int:
    """Return the number of the newest row of the log that is older than a moment; 0 where there is none."""
    query = select(AuditEntry.id).where(AuditEntry.at < moment)
    return session.scalar(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)) or 0


_STEPS = Delivery.entry_id.is_not(None)
"""Not a test, of which whoever sent it sees what came."""


# --- deliveries -----------------------------------------------------------------------------------


def delivery(session: Session, delivery_id: int, *, lock: bool = False) -> Delivery | None:
    return session.get(Delivery, delivery_id, with_for_update=lock, populate_existing=True)


def next_due(session: Session, webhook_id: int, now: datetime) -> Delivery | None:
    """Return what is to be sent next, locked."""
    query = _due(webhook_id, now).order_by(Delivery.due_at, Delivery.id).limit(1)
    return session.scalars(
        query.with_for_update().execution_options(populate_existing=True)
    ).first()


def has_due(session: Session, webhook_id: int, now: datetime) -> bool:
    return session.scalar(_due(webhook_id, now).limit(1)) is not None


def _due(webhook_id: int, now: datetime) -> Select[Delivery]:
    return select(Delivery).where(
        Delivery.webhook_id == webhook_id,
        Delivery.state == DeliveryState.WAITING,
        Delivery.due_at <= now,
    )


def hasten(session: Session, webhook_id: int, now: datetime) -> None:
    """Let all that waits be due now."""
    waiting = (Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.WAITING)
    session.execute(update(Delivery).where(*waiting).values(due_at=now))


def given_up(session: Session, webhook_id: int) -> list[Delivery]:
    """Return what was given up, tests left aside, locked, the oldest first."""
    query = select(Delivery).where(
        Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.GIVEN_UP, _STEPS
    )
    fresh = query.order_by(Delivery.id).execution_options(populate_existing=True)
    return list(session.scalars(fresh.with_for_update()))


def newest(session: Session, webhook_id: int, most: int) -> Sequence[Delivery]:
    """Return the last deliveries of a webhook, the newest first."""
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    return session.scalars(query.order_by(Delivery.id.desc()).limit(most)).all()


def forget(session: Session, before: datetime, most: int) -> int:
    """Drop some deliveries of before a moment that have ended; return how many.

    What stands before a cursor is never read from the log again.
    """
    query = (
        select(Delivery.id)
        .join(WebhookCourse, WebhookCourse.webhook_id == Delivery.webhook_id)
        .where(Delivery.state != DeliveryState.WAITING, Delivery.due_at < before)
        .where(or_(Delivery.entry_id.is_(None), Delivery.entry_id <= WebhookCourse.cursor))
    )
    ids = list(session.scalars(query.order_by(Delivery.id).limit(most)))
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
    return len(ids)


class Counts(NamedTuple):
    """How the deliveries of a webhook stand."""

    waiting: int
    taken: int
    given_up: int


def counts(session: Session, webhook_ids: Iterable[int]) -> dict[int, Counts]:
    """Return how the deliveries of some webhooks stand, tests left aside, by the webhook's number."""
    query = (
        select(Delivery.webhook_id, Delivery.state, func.count())
        .where(Delivery.webhook_id.in_(list(webhook_ids)), _STEPS)
        .group_by(Delivery.webhook_id, Delivery.state)
    )
    found: dict[int, dict[str, int]] = {}
    for webhook_id, state, number in session.execute(query):
        found.setdefault(webhook_id, {})[state] = number
    return {
        webhook_id: Counts(*(states.get(state, 0) for state in DeliveryState))
        for webhook_id, states in found.items()
    }


def count_by_state(session: Session) -> dict[str, int]:
    """Return how many deliveries stand in each state, none as 0."""
    query = select(Delivery.state, func.count()).group_by(Delivery.state)
    found: dict[DeliveryState, int] = dict(session.execute(query).all())
    return {str(state): found.get(state, 0) for state in DeliveryState}


def count_given_up_since(session: Session, since: datetime) -> int:
    query = select(func.count()).where(
        Delivery.state == DeliveryState.GIVEN_UP, Delivery.tried_at >= since, _STEPS
    )
    return session.scalar(query) or 0


def failed(session: Session) -> list[str]:
    """Return the purposes of webhooks that were switched off because their receiver was away."""
    query = select(Webhook.purpose).where(Webhook.state == WebhookState.FAILED)
    return list(session.scalars(query.order_by(Webhook.id)))


def failing(session: Session, before: datetime) -> list[str]:
    """Return the purposes of webhooks in use whose receiver has failed since before a moment."""
    query = select(Webhook.purpose).join(WebhookCourse, WebhookCourse.webhook_id == Webhook.id)
    query = query.where(Webhook.state == WebhookState.ON, WebhookCourse.failing_since < before)
    return list(session.scalars(query.order_by(Webhook.id)))
