"""One-time links: an invitation or a reset, with which their user sets a password and is signed in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from survey.clock import LOCAL
from survey.lifecycle import passwords, purposes, side_doors, typed
from survey.lifecycle.accounts import SignedIn, add_user, opened, require_good, set_phone
from survey.lifecycle.errors import LinkSpent, NotThere
from survey.lifecycle.step import About, Step
from survey.store import accounts as store
from survey.store import settings, workdays
from survey.store.accounts import hashed
from survey.tables import LinkPurpose, OneTimeLink, Role, User
from survey.workdays import Calendar

MOMENT = timedelta(minutes=2)
"""How long the same words are a second press of one button, not another wish."""
LAST_HOUR = time(18)
"""A link's last day ends with the office's."""


@dataclass(frozen=True)
class Link:
    """A link as it is shown, once, to who hands it over.

    Attributes:
        token: The secret word in its address.
        again: Whether an earlier link of the same user has ended with it.
    """

    token: str
    purpose: LinkPurpose
    user_id: int
    firm_id: int | None
    provider_id: int | None
    name: str
    username: str
    expires_at: datetime
    again: bool


def expiry(now: datetime, days: int, calendar: Calendar) -> datetime:
    """Return a link's last moment: the office's last hour ``days`` on, or of the next working day."""
    return closing(calendar.from_on(now.astimezone(LOCAL).date() + timedelta(days=days)))


def closing(day: date) -> datetime:
    """Return the office's last hour of a day."""
    return datetime.combine(day, LAST_HOUR, LOCAL)


def new_link(step: Step, user: User, purpose: LinkPurpose) -> Link:
    """Make a link inside the caller's transaction; older ones of the user stop working."""
    again = store.void_links(step.session, user.id, step.now)
    token = secrets.token_urlsafe(32)
    days, calendar = settings.read(step.session).link_days, workdays.read(step.session)
    ends = expiry(step.now, days, calendar)
    step.session.add(
        OneTimeLink(
            token_hash=hashed(token),
            user_id=user.id,
            purpose=purpose,
            created_by=step.by.user_id,
            created_at=step.now,
            expires_at=ends,
        )
    )
    whose = (user.id, user.firm_id, user.provider_id)
    return Link(token, purpose, *whose, user.name, user.username, ends, again)


def add_and_invite(step: Step, *, username: str, name: str, role: str) -> Link:
    """Add a member of staff without a password, with an invitation.

    Raises:
        Invalid: Names the field and the remedy.
    """
    with step.writing() as session:
        known = store.user_named(session, username.strip().lower())
        again = pressed_again(step, known, name=name, role=role)
        return again or invite(step, username=username, name=name, role=role)


def pressed_again(step: Step, user: User | None, *, name: str, role: str) -> Link | None:
    """Return a new link for whom the actor invited a moment ago in the same words: a second press.

    Its answer takes the place of the first one's, and with it of a link nobody has read yet.
    """
    if user is None or user.password_hash or not user.active:
        return None
    me = step.by.user_id
    mine = me is not None and me == store.inviter_of(step.session, user.id)
    same = mine and (user.name, user.role) == (typed.line(name), role)
    return _issued(step, user) if same and step.now - user.created_at <= MOMENT else None


def invite(
    step: Step,
    *,
    username: str,
    name: str,
    role: str,
    firm_id: int | None = None,
    provider_id: int | None = None,
    owner: bool = False,
) -> Link:
    """Add a user and invite them, inside the caller's transaction."""
    user = add_user(
        step,
        username=username,
        name=name,
        role=role,
        firm_id=firm_id,
        provider_id=provider_id,
        owner=owner,
    )
    link = new_link(step, user, LinkPurpose.INVITE)
    after = {"username": user.username, "role": user.role}
    step.log("create", About("user", user.id, firm_id), after=after)
    return link


def issue_link(step: Step, user_id: int) -> Link:
    """Make a link for anybody: an invitation before the first password, then a reset."""
    with step.writing() as session:
        user = store.user(session, user_id, lock=True)
        if user is None or user.is_erased:
            raise NotThere
        return _issued(step, user)


def hand_out(
    step: Step, user_id: int, *, firm_id: int | None = None, provider_id: int | None = None
) -> Link:
    """Make a link as an officer may: for a user of this firm or provider, or for a consultant.

    Raises:
        NotThere: No such active user of the firm or provider, or none of the consultants; other
            staff are the administrator's.
    """
    with step.writing() as session:
        user = store.user(session, user_id, lock=True)
        role = Role.FIRM if firm_id else Role.PROVIDER if provider_id else Role.CONSULTANT
        if user is None or not user.active:
            raise NotThere
        if (user.role, user.firm_id, user.provider_id) != (role, firm_id, provider_id):
            raise NotThere
        return _issued(step, user)


def _issued(step: Step, user: User) -> Link:
    purpose = LinkPurpose.RESET if user.password_hash else LinkPurpose.INVITE
    link = new_link(step, user, purpose)
    step.log(f"link_{purpose}", About("user", user.id, user.firm_id))
    return link


def user_of_link(session: Session, token: str, now: datetime) -> User:
    """Return whom a one-time link is for; looking uses nothing up.

    Raises:
        LinkSpent: Unknown, used, too old, or its user is disabled.
    """
    link = store.link(session, hashed(token))
    user = store.user(session, link.user_id) if link else None
    if link is None or link.used_at or link.expires_at <= now or user is None or not user.active:
        raise LinkSpent
    return user


def user_of_spent_link(session: Session, token: str) -> User | None:
    """Return whose link was used up already, if it is one."""
    link = store.link(session, hashed(token))
    return store.user(session, link.user_id) if link and link.used_at else None


def use_link(
    step: Step,
    token: str,
    password: str,
    *,
    phone: str = "",
    keep: bool = False,
    device: str,
    agent: str,
) -> SignedIn:
    """Use a link up: set the password, end every session of the user, and sign them in here.

    Whoever holds the link need not wait for what was guessed before.

    Args:
        phone: What the user may sign in with besides their name; empty leaves what there is.
        keep: Whether a reset leaves the side doors open.

    Raises:
        LinkSpent, Invalid
    """
    user = user_of_link(step.session, token, step.now)
    require_good(step.session, user, password)
    user_id, username = user.id, user.username
    step.session.rollback()
    kept = passwords.hashed(password)
    with step.writing() as session:
        owner = store.user(session, user_id, lock=True)  # in the order in which links are issued
        link = store.link(session, hashed(token), lock=True)
        if owner is None or link is None or link.used_at:
            raise LinkSpent
        store.void_links(session, owner.id, step.now)  # this one, and any that lies on paper
        owner.password_hash, owner.password_changed_at = kept, step.now
        if link.purpose == LinkPurpose.RESET and not keep:
            side_doors.shut(step, owner)
        if phone:
            set_phone(step, owner, phone)
        store.clear_throttle(session, f"account:{username}")
        store.end_sessions(session, owner.id)
        step.log(f"password_{link.purpose}", About("user", owner.id))
        purposes.agreed(step, owner, settings.read(session).purpose_version)
        return opened(step, owner, device, agent)
