"""Mails to firms about a round or a notice: queued, in a worker's hands, sent or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, null, or_, select, update
from sqlalchemy.orm import Session

from survey.store import assessments
from survey.store.filling import fill
from survey.store.lists import Query, Slice, sliced
from survey.tables import (
    Assessment,
    AssessmentState,
    Candidate,
    CandidateState,
    Firm,
    Invitation,
    Job,
    Mail,
    MailState,
    News,
    Notice,
    NoticeReminder,
    NoticeState,
    OneTimeLink,
    Reminder,
    Round,
    User,
)
from survey.tables.jobs import OPEN

PLAIN = ["firm_id", "address", "state", "queued_at"]
COLUMNS = ["round_id", "reminder_id", *PLAIN]
_OF_INVITATION = (Mail.reminder_id.is_(None), Mail.news.is_(None))
ON_ITS_WAY = (MailState.WAITING, MailState.SENDING, MailState.SENT)


def of_round(round_id: int) -> ColumnElement[bool]:
    return Mail.round_id == round_id


def of_notice(notice_id: int) -> ColumnElement[bool]:
    return Mail.notice_id == notice_id


def mail(session: Session, mail_id: int, *, lock: bool = False) -> Mail | None:
    return session.get(Mail, mail_id, with_for_update=lock, populate_existing=lock)


def _queue(session: Session, found: Query) -> int:
    return fill(session, Mail, COLUMNS, found)


def _plain(now: datetime) -> tuple[Any, ...]:
    waiting = literal(MailState.WAITING, Mail.state.type)
    return Firm.id, Firm.contact_mail, waiting, literal(now, Mail.queued_at.type)


def queue_invitations(session: Session, round_id: int, now: datetime) -> int:
    """Queue the invitation of every firm that has an address and whose owner can sign in.

    One that was queued before stays as it is, whatever became of it.
    """
    known = exists().where(Mail.round_id == round_id, Mail.firm_id == Firm.id, *_OF_INVITATION)
    works = and_(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
    found = (
        select(literal(round_id), null(), *_plain(now))
        .join_from(Invitation, Firm, Firm.id == Invitation.firm_id)
        .join(User, and_(User.id == Invitation.user_id, User.active))
        .outerjoin(OneTimeLink, OneTimeLink.token_hash == Invitation.token_hash)
        .where(Invitation.round_id == round_id, Firm.contact_mail.is_not(None), ~known)
        .where(or_(User.password_hash.is_not(None), works))
    )
    return _queue(session, found)


def queue_reminders(session: Session, round_id: int, now: datetime) -> int:
    """Queue the mail of every reminder that goes by mail and has none."""
    known = exists().where(Mail.reminder_id == Reminder.id)
    found = (
        select(literal(round_id), Reminder.id, *_plain(now))
        .join_from(Reminder, Firm, Firm.id == Reminder.firm_id)
        .where(Reminder.round_id == round_id, Reminder.by_mail, Firm.contact_mail.is_not(None))
        .where(~known)
    )
    return _queue(session, found)


def queue_notice_reminders(session: Session, notice_id: int, now: datetime) -> int:
    """Queue a mail for the reminders of a notice that were made just now, where a firm has an address."""
    found = (
        select(literal(notice_id), NoticeReminder.id, *_plain(now))
        .join_from(NoticeReminder, Firm, Firm.id == NoticeReminder.firm_id)
        .where(NoticeReminder.notice_id == notice_id, NoticeReminder.made_at == now)
        .where(Firm.contact_mail.is_not(None))
    )
    return fill(session, Mail, ["notice_id", "notice_reminder_id", *PLAIN], found)


def queue_news(session: Session, assessment: Assessment, news: News, now: datetime) -> bool:
    """Queue what a firm is told of its sheet, where it has an address; one that waits says it already."""
    address = address_of(session, assessment.firm_id)
    waits = select(Mail.id).where(
        Mail.assessment_id == assessment.id, Mail.news == news, Mail.state == MailState.WAITING
    )
    if address is None or session.scalar(waits.limit(1)) is not None:
        return False
    session.add(
        Mail(
            round_id=assessment.round_id,
            assessment_id=assessment.id,
            news=news,
            firm_id=assessment.firm_id,
            address=address,
            state=MailState.WAITING,
            queued_at=now,
        )
    )
    return True


def next_waiting(session: Session, whose: ColumnElement[bool], after: int) -> Mail | None:
    query = (
        select(Mail)
        .where(whose, Mail.state == MailState.WAITING, Mail.id > after)
        .order_by(Mail.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def in_hand(session: Session, whose: ColumnElement[bool], job_id: int) -> list[Mail]:
    """Return the mails whose worker went away with them: this job's last one, or a job's that ended."""
    works = exists().where(Job.id == Mail.job_id, Job.state.in_(OPEN), Job.id != job_id)
    query = select(Mail).where(whose, Mail.state == MailState.SENDING, ~works)
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def undelivered(session: Session, round_id: int, mail_id: int | None) -> list[Mail]:
    """Return the mails that may be sent again: one, or all that failed for certain."""
    query = select(Mail).where(Mail.round_id == round_id)
    if mail_id is None:
        query = query.where(Mail.state == MailState.FAILED)
    else:
        query = query.where(Mail.id == mail_id)
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))


class Written(NamedTuple):
    """All that a mail's words are made of."""

    firm: str
    round: Round
    reminder: bool
    user_id: int | None
    username: str | None
    has_password: bool
    nonce: str | None
    token_hash: str | None
    expires_at: datetime | None


def written(session: Session, found: Mail) -> Written | None:
    """Return what a mail says, as of now: of the invitation whose link it names, if there is one."""
    owner = (
        select(func.min(User.id))
        .where(User.firm_id == found.firm_id, User.owner, User.active)
        .scalar_subquery()
    )
    query = (
        select(
            Firm.name,
            Round,
            literal(found.reminder_id is not None),
            User.id,
            User.username,
            User.password_hash.is_not(None),
            Invitation.nonce,
            Invitation.token_hash,
            OneTimeLink.expires_at,
        )
        .join_from(Firm, Round, Round.id == found.round_id)
        .outerjoin(User, User.id == owner)
        .outerjoin(
            Invitation,
            and_(
                Invitation.firm_id == Firm.id,
                Invitation.round_id == Round.id,
                Invitation.user_id == User.id,
            ),
        )
        .outerjoin(
            OneTimeLink,
            and_(OneTimeLink.token_hash == Invitation.token_hash, OneTimeLink.used_at.is_(None)),
        )
        .where(Firm.id == found.firm_id)
    )
    row = session.execute(query).one_or_none()
    return Written(*row) if row else None


class WrittenOfNotice(NamedTuple):
    """All that a mail's words about a notice are made of."""

    firm: str
    notice: Notice


def written_of_notice(session: Session, found: Mail) -> WrittenOfNotice | None:
    """Return what a mail about a notice says; None once it need not be said to that firm any more."""
    query = (
        select(Firm.name, Notice)
        .select_from(Candidate)
        .join(Firm, Firm.id == Candidate.firm_id)
        .join(Notice, Notice.id == Candidate.notice_id)
        .where(Candidate.notice_id == found.notice_id, Candidate.firm_id == found.firm_id)
        .where(Candidate.fits, Candidate.state.in_((CandidateState.OPEN, CandidateState.INTENDED)))
        .where(Notice.state == NoticeState.PUBLISHED)
    )
    row = session.execute(query).one_or_none()
    return WrittenOfNotice(*row) if row else None


_NEWS_OF = {
    AssessmentState.DRAFT: News.RETURNED,
    AssessmentState.VISITING: News.VISIT,
    AssessmentState.CONFIRMED: News.CONFIRMED,
}


def written_of_sheet(session: Session, found: Mail) -> Assessment | None:
    """Return the assessment whose news a mail tells; None once it has gone on."""
    assessment = assessments.assessment(session, found.assessment_id or 0)
    if assessment is None or _NEWS_OF.get(assessment.state) != found.news:
        return None
    return None if found.news == News.VISIT and assessment.planned_on is None else assessment


def newest_news(session: Session, assessment_id: int) -> Mail | None:
    """Return the last mail that told a firm of its sheet, or is to."""
    query = select(Mail).where(Mail.assessment_id == assessment_id)
    return session.scalar(query.order_by(Mail.id.desc()).limit(1))


class MailLine(NamedTuple):
    """One mail in the list."""

    mail: Mail
    firm: str
    firm_id: int
    address_now: str | None
    reminder: str | None


def mails(
    session: Session, round_id: int, state: MailState | None, part: Slice
) -> tuple[list[MailLine], int]:
    """Return the mails of a round, newest first."""
    query: Query = (
        select(Mail, Firm.name, Firm.id, Firm.contact_mail, Reminder.kind)
        .join(Firm, Firm.id == Mail.firm_id)
        .outerjoin(Reminder, Reminder.id == Mail.reminder_id)
        .where(Mail.round_id == round_id)
        .order_by(Mail.id.desc())
    )
    rows, total = sliced(session, query.where(Mail.state == state) if state else query, part)
    return [MailLine(*row) for row in rows], total


def states_of(session: Session, whose: ColumnElement[bool]) -> Mapping[MailState, int]:
    query = select(Mail.state, func.count()).where(whose).group_by(Mail.state)
    return {row[0]: row[1] for row in session.execute(query)}


def count_waiting(session: Session) -> int:
    """Return how many mails nobody has handed over yet."""
    query = select(func.count()).where(Mail.state.in_((MailState.WAITING, MailState.SENDING)))
    return session.scalar(query) or 0


def count_waiting_since(session: Session, before: datetime) -> int:
    """Return how many mails were queued before this moment and are not handed over yet."""
    waits = Mail.state.in_((MailState.WAITING, MailState.SENDING))
    return session.scalar(select(func.count()).where(waits, Mail.queued_at < before)) or 0


def count_lost(session: Session) -> int:
    """Return how many mails the server refused, or nobody knows of whether it has them."""
    lost = (MailState.FAILED, MailState.UNSURE)
    return session.scalar(select(func.count()).where(Mail.state.in_(lost))) or 0


def with_address(session: Session, round_id: int) -> int:
    """Return how many invited firms have an address and no invitation by mail yet."""
    known: ColumnElement[bool] = exists().where(
        Mail.round_id == round_id, Mail.firm_id == Firm.id, *_OF_INVITATION
    )
    query = (
        select(func.count())
        .select_from(Invitation)
        .join(Firm, Firm.id == Invitation.firm_id)
        .where(Invitation.round_id == round_id, Firm.contact_mail.is_not(None), ~known)
    )
    return session.scalar(query) or 0


def address_of(session: Session, firm_id: int) -> str | None:
    """Return where a firm gets mail today."""
    return session.scalar(select(Firm.contact_mail).where(Firm.id == firm_id))


def without_address(session: Session, firms: Collection[int]) -> list[int]:
    """Return those of some firms that have no address."""
    if not firms:
        return []
    query = select(Firm.id).where(Firm.id.in_(firms), Firm.contact_mail.is_(None))
    return list(session.scalars(query))


def keep_addresses(session: Session, addresses: Mapping[int, str]) -> None:
    """Keep where firms get mail, by the firm."""
    for firm_id, address in addresses.items():
        named = update(Firm).where(Firm.id == firm_id)
        session.execute(named.values(contact_mail=address, version=Firm.version + 1))
