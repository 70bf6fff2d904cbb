"""Queries over second factors, their recovery codes, and sessions that showed one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Update, delete, exists, func, select, update
from sqlalchemy.orm import Session

from survey.tables import (
    Passkey,
    RecoveryCode,
    Role,
    SecondFactor,
    Setting,
    User,
    UserSession,
)

KEY = "factor_again"


def factor(session: Session, user_id: int, *, lock: bool = False) -> SecondFactor | None:
    return session.get(SecondFactor, user_id, with_for_update=lock, populate_existing=lock)


def passkeys(session: Session, user_id: int, *, lock: bool = False) -> list[Passkey]:
    """Return a user's passkeys, the oldest first."""
    query = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))


def all_sealed(session: Session) -> list[tuple[int, str]]:
    """Return whose factors are kept, and how."""
    query = select(SecondFactor.user_id, SecondFactor.sealed)
    return [(user_id, kept) for user_id, kept in session.execute(query)]


def reseal(session: Session, user_id: int, before: str, after: str) -> int:
    """Keep a factor's secret in other words, unless it was changed meanwhile; return how many."""
    mine = (SecondFactor.user_id == user_id, SecondFactor.sealed == before)
    changed = update(SecondFactor).where(*mine).values(sealed=after)
    return session.connection().execute(changed).rowcount


def is_credential_known(session: Session, credential: str) -> bool:
    return session.scalar(select(Passkey.id).where(Passkey.credential == credential)) is not None


def has_any(session: Session, user_id: int) -> bool:
    """Whether a user has a factor of either kind."""
    return factor(session, user_id) is not None or bool(passkeys(session, user_id))


def forget(session: Session, user_id: int) -> None:
    """Remove all factors of a user and what stands in for them."""
    forget_codes(session, user_id)
    session.execute(delete(Passkey).where(Passkey.user_id == user_id))
    forget_app(session, user_id)


def forget_app(session: Session, user_id: int) -> None:
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))


def keep_challenge(session: Session, token_hash: str, challenge: str, now: datetime) -> None:
    """Keep what a passkey is to sign in this session, in place of what was asked before."""
    session.execute(_challenged(token_hash, challenge, now))


def take_challenge(session: Session, token_hash: str, since: datetime) -> str | None:
    """Take away what a passkey is to sign in this session; None where nothing was asked lately."""
    query = select(UserSession.challenge, UserSession.challenge_at)
    query = query.where(UserSession.token_hash == token_hash).with_for_update()
    kept = session.execute(query).one_or_none()
    if kept is None or kept.challenge is None:
        return None
    session.execute(_challenged(token_hash, None, None))
    return kept.challenge if kept.challenge_at >= since else None


def _challenged(token_hash: str, challenge: str | None, at: datetime | None) -> Update:
    changed = update(UserSession).where(UserSession.token_hash == token_hash)
    values = changed.values(challenge=challenge, challenge_at=at)
    return values.execution_options(synchronize_session=False)


def forget_codes(session: Session, user_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def forget_shown(session: Session, user_id: int) -> None:
    """Let the sessions of a user stand as those that showed no factor."""
    forgotten = update(UserSession).where(UserSession.user_id == user_id).values(factor_at=None)
    session.execute(forgotten.execution_options(synchronize_session=False))


def codes_left(session: Session, user_id: int) -> int:
    query = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(query) or 0


def use_code(session: Session, user_id: int, code_hash: str, now: datetime) -> bool:
    """Use a recovery code up; whether it was one of the user's, and unused."""
    used = (
        update(RecoveryCode)
        .where(RecoveryCode.code_hash == code_hash, RecoveryCode.user_id == user_id)
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now)
    )
    return bool(session.connection().execute(used).rowcount)


def renew_session(session: Session, old: str, new: str, now: datetime) -> bool:
    """Give a session that showed the factor a new word; whether it was still there."""
    renewed = (
        update(UserSession)
        .where(UserSession.token_hash == old)
        .values(token_hash=new, factor_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(session.connection().execute(renewed).rowcount)


def begin_session_anew(session: Session, old: str, new: str, now: datetime) -> bool:
    """Give a session that showed the password a new word and a new beginning; whether it was there."""
    renewed = (
        update(UserSession)
        .where(UserSession.token_hash == old)
        .values(token_hash=new, created_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(session.connection().execute(renewed).rowcount)


def who_have(session: Session, user_ids: Iterable[int]) -> set[int]:
    """Return who of these has a factor, of either kind."""
    ids = list(user_ids)
    queries = [
        select(table.user_id).where(table.user_id.in_(ids)) for table in (SecondFactor, Passkey)
    ]
    return {user_id for query in queries for user_id in session.scalars(query)}


def who_lack(session: Session, roles: Iterable[str], *, apps: bool = True) -> list[User]:
    """Return who of these roles may sign in and has no factor, by role and name; an app may not be one."""
    query = (
        select(User)
        .where(User.role.in_([Role(one) for one in roles]), User.active)
        .where(User.password_hash.is_not(None))
        .where(~exists().where(Passkey.user_id == User.id))
        .order_by(User.role, User.name)
    )
    if apps:
        query = query.where(~exists().where(SecondFactor.user_id == User.id))
    return list(session.scalars(query))


def asked_again(session: Session) -> frozenset[str] | None:
    """Return the kinds of step that want the factor again; None where nobody has chosen."""
    kept = session.scalar(select(Setting.value).where(Setting.key == KEY))
    return None if kept is None else frozenset(kept)
