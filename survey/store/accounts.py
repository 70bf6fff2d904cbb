"""Queries over users, sessions, one-time links and throttles."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Delete,
    Row,
    Update,
    bindparam,
    case,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.store.lists import Query, Slice, holding, sliced
from survey.tables import Firm, KnownDevice, OneTimeLink, Role, Table, Throttle, User, UserSession

# Built once, of plain columns: every request asks it.
_TABLES = Table.metadata.tables
_session, _user = _TABLES["user_sessions"].c, _TABLES["users"].c
_factor, _passkey = _TABLES["second_factors"].c, _TABLES["passkeys"].c
_SIGNED_IN = (
    select(_session.seen_at, _session.created_at, _session.token_hash)
    .add_columns(_user.id, _user.username, _user.name, _user.role, _user.firm_id)
    .add_columns(_user.owner, _user.sections, _user.agreed_version, _user.provider_id)
    .add_columns(_session.factor_at, _factor.set_at.label("factor_set_at"))
    .add_columns(exists().where(_passkey.user_id == _user.id).label("has_passkey"))
    .join_from(_TABLES["user_sessions"], _TABLES["users"], _user.id == _session.user_id)
    .outerjoin(_TABLES["second_factors"], _factor.user_id == _user.id)
    .where(_session.token_hash == bindparam("token_hash"), _user.active)
)


def hashed(token: str) -> str:
    """Return what is stored of a secret word: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in(session: Session, token_hash: str) -> Row[Any] | None:
    """Return a session and its user, as long as the user may sign in."""
    return session.connection().execute(_SIGNED_IN, {"token_hash": token_hash}).one_or_none()


def note_seen(session: Session, token_hash: str, now: datetime) -> None:
    session.execute(
        update(UserSession).where(UserSession.token_hash == token_hash).values(seen_at=now)
    )


def users_who_type(session: Session, name: str, code: str, phone: str) -> list[User]:
    """Return whom a typed name may mean: one user by name or by the firm's code, or all by phone."""
    found = user_named(session, name.lower()) or user_of_firm_coded(session, code)
    if found is not None:
        return [found]
    return list(session.scalars(select(User).where(User.phone == phone, User.active)))


def user_who_types(session: Session, name: str) -> User | None:
    """Return the user of this user name, or the first active user of the firm with this code."""
    return user_named(session, name.lower()) or user_of_firm_coded(session, name.upper())


def user_of_firm_coded(session: Session, code: str) -> User | None:
    query = (
        select(User)
        .join(Firm, Firm.id == User.firm_id)
        .where(Firm.code == code, User.active)
        .order_by(User.id)
        .limit(1)
    )
    return session.scalar(query)


def user_named(session: Session, username: str) -> User | None:
    return session.scalar(select(User).where(User.username == username))


def inviter_of(session: Session, user_id: int) -> int | None:
    """Return who made a user's newest link."""
    query = select(OneTimeLink.created_by).where(OneTimeLink.user_id == user_id)
    return session.scalar(query.order_by(OneTimeLink.created_at.desc()).limit(1))


def user(session: Session, user_id: int, *, lock: bool = False) -> User | None:
    return session.get(User, user_id, with_for_update=lock, populate_existing=lock)


def users(
    session: Session, *, words: str = "", role: str = "", part: Slice | None = None
) -> tuple[list[tuple[User, str | None]], int]:
    """Return one page of users with their firm's name, and how many there are in all."""
    query: Query = select(User, Firm.name).outerjoin(Firm, Firm.id == User.firm_id)
    if role:
        query = query.where(User.role == role)
    query = holding(query, words, User.username, User.name, Firm.name)
    rows, total = sliced(session, query.order_by(User.role, User.username), part)
    return [(row[0], row[1]) for row in rows], total


def users_of_firm(session: Session, firm_id: int) -> list[User]:
    return list(session.scalars(select(User).where(User.firm_id == firm_id).order_by(User.id)))


def users_of_provider(session: Session, provider_id: int) -> list[User]:
    query = select(User).where(User.provider_id == provider_id).order_by(User.id)
    return list(session.scalars(query))


def active_of_role(session: Session, role: str) -> list[User]:
    query = select(User).where(User.role == role, User.active).order_by(User.name)
    return list(session.scalars(query))


def first_administrator(session: Session) -> User | None:
    query = select(User).where(User.role == Role.ADMINISTRATOR).order_by(User.id).limit(1)
    return session.scalar(query)


def lock_administrators(session: Session) -> list[User]:
    """Return the active administrators, held against changes by others until the step is done."""
    query = (
        select(User)
        .where(User.role == Role.ADMINISTRATOR, User.active)
        .order_by(User.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def is_username_taken(session: Session, username: str) -> bool:
    return session.scalar(select(User.id).where(User.username == username)) is not None


def sessions_of(session: Session, user_id: int) -> list[UserSession]:
    query = (
        select(UserSession)
        .where(UserSession.user_id == user_id)
        .order_by(UserSession.seen_at.desc())
    )
    return list(session.scalars(query))


def end_sessions(session: Session, user_id: int, *, keep: str = "") -> None:
    session.execute(
        delete(UserSession).where(UserSession.user_id == user_id, UserSession.token_hash != keep)
    )


def end_session(session: Session, token_hash: str) -> None:
    session.execute(delete(UserSession).where(UserSession.token_hash == token_hash))


def is_session_of(session: Session, user_id: int, token_hash: str) -> bool:
    found = session.get(UserSession, token_hash)
    return found is not None and found.user_id == user_id


def forget_sessions_before(session: Session, moment: datetime) -> int:
    return _forgotten(session, delete(UserSession).where(UserSession.created_at < moment))


def forget_throttles_before(session: Session, moment: datetime) -> int:
    return _forgotten(session, delete(Throttle).where(Throttle.since < moment))


def _forgotten(session: Session, statement: Delete) -> int:
    """Remove rows by a statement; return how many."""
    return session.connection().execute(statement).rowcount


def link(session: Session, token_hash: str, *, lock: bool = False) -> OneTimeLink | None:
    return session.get(OneTimeLink, token_hash, with_for_update=lock, populate_existing=lock)


def void_links(session: Session, user_id: int, now: datetime) -> bool:
    """Use up every open link of a user, for only the newest one works; return whether any was."""
    return _changed(
        session,
        update(OneTimeLink)
        .where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None))
        .values(used_at=now),
    )


def throttle(session: Session, key: str) -> Throttle | None:
    return session.get(Throttle, key, populate_existing=True)


def count_failure(session: Session, key: str, now: datetime, window: timedelta) -> None:
    """Count one more failure; many at the same moment are all counted."""
    recent = Throttle.since > now - window
    more = (
        update(Throttle)
        .where(Throttle.key == key)
        .values(failures=case((recent, Throttle.failures + 1), else_=1), since=now)
        .execution_options(synchronize_session=False)
    )
    if _changed(session, more):
        return
    try:
        with session.begin_nested():
            session.execute(insert(Throttle).values(key=key, failures=1, since=now))
    except IntegrityError:  # another process counted the first one
        session.execute(more)


def _changed(session: Session, statement: Update) -> bool:
    return bool(session.connection().execute(statement).rowcount)


def clear_throttle(session: Session, key: str) -> None:
    session.execute(delete(Throttle).where(Throttle.key == key))


def knows_device(session: Session, token_hash: str, user_id: int) -> bool:
    return session.get(KnownDevice, (token_hash, user_id)) is not None
