"""Which firms a round asks, which it could ask, and how far each one's link has come."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from survey.store.filling import fill
from survey.store.lists import FIRM, Query, Slice, holding, sliced
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    FirmYear,
    Invitation,
    OneTimeLink,
    Roster,
    RosterRow,
    RosterState,
    User,
)


@dataclass(frozen=True)
class Whom:
    """Which firms are meant; what is empty narrows nothing."""

    trade: str = ""
    township: str = ""
    size: str = ""
    above_scale: bool | None = None
    roster: int | None = None
    """The list that names them."""
    only: tuple[int, ...] | None = None
    """These firms, by id."""


# --- whom to ask --------------------------------------------------------------------------------


def _is_above_scale() -> ColumnElement[Any]:
    """规上 as the firm says; where it says nothing, as the newest list does."""
    listed = (
        select(FirmYear.above_scale)
        .where(FirmYear.firm_id == Firm.id, FirmYear.above_scale.is_not(None))
        .order_by(FirmYear.year.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(Firm.above_scale, listed, False)


def _meant(whom: Whom) -> list[ColumnElement[bool]]:
    meant: list[ColumnElement[bool]] = []
    if whom.trade:
        meant.append(Firm.trade == whom.trade)
    if whom.township:
        meant.append(Firm.township == whom.township)
    if whom.size:
        meant.append(Firm.size == whom.size)
    if whom.above_scale is not None:
        meant.append(_is_above_scale().is_(whom.above_scale))
    if whom.roster is not None:
        meant.append(
            exists().where(RosterRow.roster_id == whom.roster, RosterRow.code == Firm.code)
        )
    if whom.only is not None:
        meant.append(Firm.id.in_(whom.only))
    return meant


def _not_asked(round_id: int) -> ColumnElement[bool]:
    asked = exists().where(Invitation.round_id == round_id, Invitation.firm_id == Firm.id)
    return ~asked


def count(session: Session, round_id: int, whom: Whom) -> tuple[int, int]:
    """Return how many firms are meant, and how many of them are not asked yet."""
    fresh = func.count(case((_not_asked(round_id), 1)))
    row = session.execute(select(func.count(), fresh).select_from(Firm).where(*_meant(whom))).one()
    return row[0], row[1]


def invite(session: Session, round_id: int, whom: Whom, by: int | None, now: datetime) -> int:
    """Ask every firm that is meant and not asked yet; return how many."""
    columns = ["round_id", "firm_id", "invited_by", "invited_at"]
    moment = literal(now, Invitation.invited_at.type)
    person = literal(by, Invitation.invited_by.type)
    found: Query = select(literal(round_id), Firm.id, person, moment)
    found = found.where(_not_asked(round_id), *_meant(whom))
    return fill(session, Invitation, columns, found)


def firms_coded(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Return the firms of these codes, by code."""
    rows = session.execute(select(Firm.code, Firm.id).where(Firm.code.in_(codes)))
    return {row.code: row.id for row in rows}


def rosters(session: Session) -> list[tuple[int, str]]:
    """Return the lists that took effect and still have their rows, newest first."""
    query = select(Roster.id, Roster.name)
    query = query.where(Roster.state == RosterState.IMPORTED, Roster.sha256 != "")
    return [(row.id, row.name) for row in session.execute(query.order_by(Roster.id.desc()))]


def any_of(session: Session, round_id: int) -> bool:
    query = select(Invitation.firm_id).where(Invitation.round_id == round_id).limit(1)
    return session.scalar(query) is not None


def take_back(session: Session, round_id: int, firm_id: int) -> bool:
    """Remove a firm's invitation; return whether there was one."""
    asked = Invitation.round_id == round_id, Invitation.firm_id == firm_id
    done = session.execute(delete(Invitation).where(*asked))
    return bool(done.rowcount)  # type: ignore[attr-defined]


# --- their links --------------------------------------------------------------------------------

OWNER = aliased(User)


class Unready(NamedTuple):
    """An invitation with what its link depends on."""

    invitation: Invitation
    code: str
    contact: str | None
    people: int
    """How many users the firm has, of whatever kind."""
    owner: User | None
    """Who answers for the firm, the first of them."""
    link: OneTimeLink | None


def _owners() -> Query:
    answers = and_(User.owner, User.active)
    return (
        select(
            User.firm_id,
            func.min(case((answers, User.id))).label("owner_id"),
            func.count().label("people"),
        )
        .where(User.firm_id.is_not(None))
        .group_by(User.firm_id)
    )


def to_prepare(session: Session, round_id: int, after: int, most: int) -> list[Unready]:
    """Return some invitations of a round in order of their firms, from behind a firm on."""
    owners = _owners().subquery()
    query = (
        select(
            Invitation,
            Firm.code,
            Firm.contact_name,
            func.coalesce(owners.c.people, 0),
            OWNER,
            OneTimeLink,
        )
        .join(Firm, Firm.id == Invitation.firm_id)
        .outerjoin(owners, owners.c.firm_id == Firm.id)
        .outerjoin(OWNER, OWNER.id == owners.c.owner_id)
        .outerjoin(OneTimeLink, OneTimeLink.token_hash == Invitation.token_hash)
        .where(Invitation.round_id == round_id, Invitation.firm_id > after)
        .order_by(Invitation.firm_id)
        .limit(most)
    )
    return [Unready(*row) for row in session.execute(query)]


def names_taken(session: Session, names: Collection[str]) -> set[str]:
    return set(session.scalars(select(User.username).where(User.username.in_(names))))


JOINED, OPEN, SPENT, WAITING, NOBODY = "joined", "open", "spent", "waiting", "nobody"
LINKS: Final = (OPEN, JOINED, SPENT, WAITING, NOBODY)
"""How far an invitation has come: its link works; its owner has a password; the link is used up or
too old; it is not made yet; nobody answers for the firm."""


def _standing(now: datetime) -> ColumnElement[str]:
    works = and_(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
    return case(
        (Invitation.nonce == "", WAITING),
        (User.id.is_(None), NOBODY),
        (User.password_hash.is_not(None), JOINED),
        (works, OPEN),
        else_=SPENT,
    )


class InvitedLine(NamedTuple):
    """One firm that is asked, with all that its invitation says."""

    firm_id: int
    firm: str
    code: str
    township: str | None
    contact_name: str | None
    contact_phone: str | None
    user_id: int | None
    name: str | None
    username: str | None
    nonce: str
    token_hash: str | None
    expires_at: datetime | None
    link: str
    state: AssessmentState | None


def _invited(round_id: int, now: datetime, *columns: Any) -> Query:
    of_round = and_(Assessment.firm_id == Firm.id, Assessment.round_id == round_id)
    query: Query = select(*columns, _standing(now).label("link"), Assessment.state)
    return (
        query.join_from(Invitation, Firm, Firm.id == Invitation.firm_id)
        .outerjoin(User, and_(User.id == Invitation.user_id, User.active))
        .outerjoin(OneTimeLink, OneTimeLink.token_hash == Invitation.token_hash)
        .outerjoin(Assessment, of_round)
        .where(Invitation.round_id == round_id)
    )


def links_of(session: Session, round_id: int, now: datetime) -> Mapping[str, int]:
    """Count the invitations of a round by how far they have come."""
    found = _invited(round_id, now, Invitation.firm_id).subquery()
    rows = session.execute(select(found.c.link, func.count()).group_by(found.c.link))
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Asked:
    """What the list of invited firms is narrowed to."""

    words: str = ""
    township: str = ""
    link: str = ""


def invited(
    session: Session, round_id: int, now: datetime, asked: Asked, part: Slice | None = None
) -> tuple[list[InvitedLine], int]:
    """Return the firms a round asks, by township as they are called."""
    query = _invited(
        round_id,
        now,
        *(Firm.id, Firm.name.label("firm"), Firm.code, Firm.township),
        *(Firm.contact_name, Firm.contact_phone),
        *(User.id, User.name, User.username, Invitation.nonce, Invitation.token_hash),
        OneTimeLink.expires_at,
    )
    if asked.township:
        query = query.where(Firm.township == asked.township)
    if asked.link:
        query = query.where(_standing(now) == asked.link)
    query = holding(query, asked.words, *FIRM)
    ordered = query.order_by(Firm.township.asc().nulls_last(), Firm.name, Firm.id)
    rows, total = sliced(session, ordered, part)
    return [InvitedLine(*row) for row in rows], total
