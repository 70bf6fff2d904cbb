"""Queries over second factors, their recovery codes, and sessions that showed one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from survey.tables import RecoveryCode, Role, SecondFactor, Setting, User, UserSession

KEY = "factor_again"


def factor(session: Session, user_id: int, *, lock: bool = False) -> SecondFactor | None:
    return session.get(SecondFactor, user_id, with_for_update=lock, populate_existing=lock)


def forget(session: Session, user_id: int) -> None:
    """Remove a user's factor and what stands in for it."""
    forget_codes(session, user_id)
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))


def forget_codes(session: Session, user_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


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


def who_have(session: Session, user_ids: Iterable[int]) -> set[int]:
    query = select(SecondFactor.user_id).where(SecondFactor.user_id.in_(list(user_ids)))
    return set(session.scalars(query))


def who_lack(session: Session, roles: Iterable[str]) -> list[User]:
    """Return who of these roles may sign in and has no factor, by role and name."""
    query = (
        select(User)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .where(User.role.in_([Role(one) for one in roles]), User.active)
        .where(SecondFactor.user_id.is_(None), User.password_hash.is_not(None))
        .order_by(User.role, User.name)
    )
    return list(session.scalars(query))


def asked_again(session: Session) -> frozenset[str] | None:
    """Return the kinds of step that want the factor again; None where nobody has chosen."""
    kept = session.scalar(select(Setting.value).where(Setting.key == KEY))
    return None if kept is None else frozenset(kept)
