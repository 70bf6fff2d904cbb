"""Queries of erasure: where a firm's contacts stand, and where somebody with an account does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from survey.store import second_factors
from survey.store.accounts import end_sessions
from survey.tables import (
    ApiToken,
    Assessment,
    AssessmentState,
    CalendarFeed,
    Explanation,
    Firm,
    FirmListing,
    FirmNeed,
    Identity,
    Interest,
    KnownDevice,
    Mail,
    MailState,
    NoteKind,
    NoteRevision,
    NoteRow,
    OneTimeLink,
    Opinion,
    Response,
    ReturnRequest,
    RosterRow,
    SheetRow,
    Signature,
    Throttle,
    User,
)

LEAVING = (MailState.WAITING, MailState.SENDING)


def mails_leave(session: Session, firm_id: int) -> bool:
    """Whether a mail to the firm is on its way at this moment."""
    query = select(Mail.id).where(Mail.firm_id == firm_id, Mail.state.in_(LEAVING)).limit(1)
    return session.scalar(query) is not None


def listed_rows(session: Session, firm: Firm) -> Sequence[RosterRow]:
    """Return what lists brought of a firm."""
    return session.scalars(select(RosterRow).where(RosterRow.code == firm.code)).all()


def forget_listing(session: Session, firm_id: int) -> None:
    """Empty who lists say leads a firm."""
    gone = {"legal_person": None, "owner_phone": None}
    session.execute(update(FirmListing).where(FirmListing.firm_id == firm_id).values(gone))


def forget_mail_addresses(session: Session, firm_id: int) -> None:
    session.execute(update(Mail).where(Mail.firm_id == firm_id).values(address=""))


def forget_who_said(session: Session, firm_id: int, name: str) -> None:
    """Put ``name`` where a firm's needs name who said them."""
    session.execute(update(FirmNeed).where(FirmNeed.firm_id == firm_id).values(said_by=name))


def assessments_of(session: Session, firm_id: int) -> list[Assessment]:
    return list(session.scalars(select(Assessment).where(Assessment.firm_id == firm_id)))


def visited_by(session: Session, user_id: int) -> list[Assessment]:
    """Return the visits somebody was sent to."""
    sent = (Assessment.consultant_id, Assessment.second_consultant_id)
    return list(session.scalars(select(Assessment).where(or_(*(id == user_id for id in sent)))))


def visits_open(assessments: Collection[Assessment]) -> bool:
    return any(one.state == AssessmentState.VISITING for one in assessments)


def sheets(session: Session, assessment_id: int) -> list[SheetRow]:
    return list(session.scalars(select(SheetRow).where(SheetRow.assessment_id == assessment_id)))


def notes(session: Session, assessment_id: int, kind: NoteKind) -> Iterator[NoteRow | NoteRevision]:
    """Return the notes of a kind, and each as it was before."""
    mine = (NoteRow.assessment_id == assessment_id, NoteRow.kind == kind)
    yield from session.scalars(select(NoteRow).where(*mine)).all()
    items = select(NoteRow.item_id).where(*mine)
    query = select(NoteRevision).where(NoteRevision.assessment_id == assessment_id)
    yield from session.scalars(query.where(NoteRevision.item_id.in_(items))).all()


def responses(session: Session, assessment_id: int) -> Sequence[Response]:
    return session.scalars(select(Response).where(Response.assessment_id == assessment_id)).all()


def signatures(session: Session, assessment_id: int) -> Sequence[Signature]:
    return session.scalars(select(Signature).where(Signature.assessment_id == assessment_id)).all()


def forget_account(session: Session, user: User, spellings: Collection[str], name: str) -> None:
    """Take away what an account is opened by, and put ``name`` where the person's name was kept."""
    end_sessions(session, user.id)
    second_factors.forget(session, user.id)
    for table in (ApiToken, Identity, KnownDevice, OneTimeLink, CalendarFeed):
        session.execute(delete(table).where(table.user_id == user.id))
    session.execute(delete(Throttle).where(Throttle.key == f"account:{user.username}"))
    ties = update(Interest).where(Interest.user_id == user.id)
    session.execute(ties.values(says=name))
    for column in (
        Explanation.author,
        Interest.author,
        Opinion.decided_by,
        Response.settled_by,
        ReturnRequest.asked_by,
    ):
        mine = update(column.class_).where(column.in_(spellings))
        session.execute(mine.values({column.key: name}))
    declared = update(Assessment).where(Assessment.submitted_by == user.id)
    session.execute(declared.where(Assessment.declared_by == user.name).values(declared_by=name))
