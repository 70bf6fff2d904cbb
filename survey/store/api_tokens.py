"""Queries over the tokens of other systems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from survey.tables import ApiToken, Table, User

# Built once, of plain columns: every request of a program asks it.
_TABLES = Table.metadata.tables
_token, _user = _TABLES["api_tokens"].c, _TABLES["users"].c
_SHOWN = (
    select(_token.token_hash, _token.purpose, _token.scopes, _token.ends_on, _token.used_at)
    .add_columns(_token.id.label("token_id"))
    .add_columns(_user.id, _user.username, _user.name, _user.role, _user.firm_id)
    .add_columns(_user.owner, _user.sections, _user.agreed_version, _user.provider_id)
    .join_from(_TABLES["api_tokens"], _TABLES["users"], _user.id == _token.user_id)
    .where(_token.token_hash == bindparam("token_hash"), _token.revoked_at.is_(None), _user.active)
)


def shown(session: Session, token_hash: str, today: date) -> Row[Any] | None:
    """Return a token with its user, as long as both are good today."""
    row = session.connection().execute(_SHOWN, {"token_hash": token_hash}).one_or_none()
    return row if row is not None and row.ends_on >= today else None


def note_used(session: Session, token_hash: str, now: datetime) -> None:
    session.execute(update(ApiToken).where(ApiToken.token_hash == token_hash).values(used_at=now))


def token(session: Session, token_id: int, *, lock: bool = False) -> ApiToken | None:
    return session.get(ApiToken, token_id, with_for_update=lock, populate_existing=lock)


def _good(today: date) -> Select[ApiToken]:
    return select(ApiToken).where(ApiToken.revoked_at.is_(None), ApiToken.ends_on >= today)


def of_user(session: Session, user_id: int, today: date) -> list[ApiToken]:
    """Return the tokens somebody has that are still good, newest first."""
    query = _good(today).where(ApiToken.user_id == user_id)
    return list(session.scalars(query.order_by(ApiToken.id.desc())))


def count(session: Session, user_id: int, today: date) -> int:
    query = _good(today).where(ApiToken.user_id == user_id)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def everybodys(session: Session, today: date) -> list[tuple[ApiToken, User]]:
    """Return all tokens that are still good, with whose they are; newest first."""
    query = (
        _good(today)
        .add_columns(User)
        .join(User, User.id == ApiToken.user_id)
        .where(User.active)
        .order_by(ApiToken.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]
