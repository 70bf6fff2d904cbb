"""What people were told is kept of them, version by version, and who agreed to which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class PurposeText(Table):
    """One version of what is collected, for what, who sees it and how long (个人信息处理说明)."""

    __tablename__ = "purpose_texts"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime]


class Consent(Table):
    """Somebody agreed to a version; what they agreed to before stays to be read."""

    __tablename__ = "consents"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agreed_at: Mapped[datetime]
