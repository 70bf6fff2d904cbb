"""Tokens by which other systems speak in a user's name (接口令牌)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class ApiToken(Table):
    """What another system shows instead of a sign-in; only the hash of its word is kept.

    It may what its user may, of that only its scopes, and no more after its last day.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(60))
    """What it is for, in its user's words."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    """Codes of ``lifecycle.api_tokens.SCOPES``."""
    made_at: Mapped[datetime]
    ends_on: Mapped[date]
    """Its last day."""
    used_at: Mapped[datetime | None]
    """When it was used last, to the hour."""
    revoked_at: Mapped[datetime | None]
