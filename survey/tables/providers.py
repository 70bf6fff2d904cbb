"""Providers (服务商): who offers the catalogue's packages, what of, and where it can be checked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import SORT_KEY, Table, one_of, spell
from survey.tables.enums import ProviderStanding


class Provider(Table):
    """One provider of the district's list, as the officer keeps it or has checked it."""

    __tablename__ = "providers"
    __table_args__ = (
        CheckConstraint(one_of("standing", ProviderStanding), name="standing"),
        CheckConstraint("on_the_spot >= 0", name="on_the_spot"),
        CheckConstraint("response_hours > 0", name="response_hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(18), unique=True)
    """统一社会信用代码, checked as a firm's is."""
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(
        SORT_KEY, default=spell, server_default=text("''"), index=True
    )
    place: Mapped[str] = mapped_column(String(60), default="")
    on_the_spot: Mapped[int] = mapped_column(default=0)
    """People in the district (本地驻场人数)."""
    classes: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Of those the district's settings name, such as 软件."""
    provincial: Mapped[str] = mapped_column(String(60), default="")
    """The class in the province's list (省级数字化服务商类别); empty where it is in none."""
    provincial_year: Mapped[int | None]
    trades: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Trades it serves, by id; none named means any."""
    response_hours: Mapped[int | None]
    """Within how many hours it promises to answer (承诺响应时间)."""
    qualifications: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    contact_mail: Mapped[str] = mapped_column(String(254), default="")
    standing: Mapped[ProviderStanding] = mapped_column(default=ProviderStanding.ACTIVE)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is paused or removed."""
    reviewed_on: Mapped[date | None]
    """The day of the last yearly review (年度复核)."""
    fictional: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}
