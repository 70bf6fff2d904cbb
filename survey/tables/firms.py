"""Firms, and the settings of the district they belong to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import SORT_KEY, Table, one_of, spell
from survey.tables.enums import Size

FROM_LISTS = ("above_scale", "employees", "revenue")


class Firm(Table):
    """One firm of the district, and what its profile says."""

    __tablename__ = "firms"
    __table_args__ = (
        CheckConstraint(f"size IS NULL OR {one_of('size', Size)}", name="size"),
        CheckConstraint("employees IS NULL OR employees >= 0", name="employees"),
        CheckConstraint("revenue IS NULL OR revenue >= 0", name="revenue"),
        Index("ix_firms_township", "township", "park"),
        Index("ix_firms_named", "name", "code"),
        Index("ix_firms_called", "township", "name", "trade"),
        Index("ix_firms_added", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(18), unique=True)
    """统一社会信用代码. A fictional firm's holds a letter that no real code can."""
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(
        SORT_KEY, default=spell, server_default=text("''"), index=True
    )
    """The name in pinyin, by which lists are ordered; an officer may have corrected it."""
    trade: Mapped[str] = mapped_column(String(60), index=True)
    processes: Mapped[list[str]] = mapped_column(JSON, default=list)
    lacking: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default=text("'{}'"))
    """Why it lacks a process its trade usually has, by process id."""
    size: Mapped[Size | None]
    above_scale: Mapped[bool | None] = mapped_column(index=True)
    """规模以上."""
    township: Mapped[str | None] = mapped_column(String(60))
    park: Mapped[str | None] = mapped_column(String(60))
    address: Mapped[str | None] = mapped_column(String(200))
    employees: Mapped[int | None]
    revenue: Mapped[int | None]
    """Last year's revenue in 万元."""
    listed_above_scale: Mapped[int | None]
    listed_employees: Mapped[int | None]
    listed_revenue: Mapped[int | None]
    """The year of the figure that lists filled this in with (来自名单); None where the firm said it."""
    products: Mapped[str | None] = mapped_column(String(300))
    in_use: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, default=list, server_default=text("'[]'")
    )
    """Systems and main machines as the firm names them (``reports.facts.InUse``)."""
    contact_name: Mapped[str | None] = mapped_column(String(60))
    contact_post: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    contact_mail: Mapped[str | None] = mapped_column(String(254))
    confirmed_at: Mapped[datetime | None]
    """When the firm itself last said what stands here; no list overwrites that unasked."""
    fictional: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}

    @property
    def from_lists(self) -> dict[str, int]:
        """What lists filled in where the firm has said nothing: the figure's year by column."""
        years = {name: getattr(self, f"listed_{name}") for name in FROM_LISTS}
        return {name: year for name, year in years.items() if year is not None}


class Setting(Table):
    """A setting of the district: its name, its bureau, its townships, its targets."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
