"""Working papers that nothing rests on any more, and what is dropped of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from survey.store.rosters import PARTS
from survey.tables import Job, Mail, MailState, Roster, RosterRow, RosterState, Table
from survey.tables.jobs import OPEN

ENDED = (RosterState.IMPORTED, RosterState.UNDONE)


def lists_ended(session: Session, before: datetime) -> list[Roster]:
    """Return lists imported or undone before this moment that still hold what was brought, locked."""
    ended_at = func.coalesce(Roster.undone_at, Roster.imported_at)
    query = select(Roster).where(Roster.state.in_(ENDED), Roster.sha256 != "", ended_at < before)
    fresh = query.order_by(Roster.id).execution_options(populate_existing=True)
    return list(session.scalars(fresh.with_for_update()))


def forget_rows(session: Session, most: int) -> int:
    """Drop some rows of lists that were cleared; return how many."""
    cleared = select(Roster.id).where(Roster.sha256 == "")
    query = select(RosterRow.id).where(RosterRow.roster_id.in_(cleared)).limit(most)
    ids = list(session.scalars(query))
    for table in PARTS.values():
        session.execute(delete(table).where(table.row_id.in_(ids)))
    session.execute(delete(RosterRow).where(RosterRow.id.in_(ids)))
    return len(ids)


def forget_jobs(session: Session, before: datetime, most: int) -> int:
    """Drop some jobs that ended before this moment and no row refers to; return how many."""
    over = select(Job.id).where(Job.state.not_in(OPEN), Job.finished_at < before)
    over = over.where(*(Job.id.not_in(named) for named in _referred_to()))
    ids = list(session.scalars(over.order_by(Job.id).limit(most)))
    session.execute(delete(Job).where(Job.id.in_(ids)))
    return len(ids)


def _referred_to() -> Iterator[Select[int]]:
    """The jobs that rows refer to, by column: read once each, for no index leads from a job to them."""
    for table in Table.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column is Job.__table__.c.id:
                yield select(key.parent).where(key.parent.is_not(None))


def forget_addresses(session: Session, before: datetime, most: int) -> int:
    """Empty the address of some mails that servers took before this moment; return how many."""
    sent = select(Mail.id).where(
        Mail.state == MailState.SENT, Mail.sent_at < before, Mail.address != ""
    )
    ids = list(session.scalars(sent.order_by(Mail.id).limit(most)))
    session.execute(update(Mail).where(Mail.id.in_(ids)).values(address=""))
    return len(ids)
