"""Providers (服务商): who offers the catalogue's packages, and how they and firms come together.

Every amount is in whole 0.01 万元, as in plans and the catalogue.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.tables.base import SORT_KEY, Table, one_of, spell
from survey.tables.enums import IntroductionState, ProposalState, ProviderStanding
from survey.tables.firms import Firm


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
    changed_at: Mapped[datetime | None]
    """When what stands here, or its products and cases, was written last."""

    __mapper_args__ = {"version_id_col": version}


class ProviderProduct(Table):
    """What a provider offers for one package of the catalogue."""

    __tablename__ = "provider_products"
    __table_args__ = (
        CheckConstraint("low IS NULL OR low <= high", name="price"),
        UniqueConstraint("provider_id", "package"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"))
    package: Mapped[str] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(100))
    low: Mapped[int | None]
    high: Mapped[int | None]
    """The usual price, paid once; both or neither."""
    yearly: Mapped[int | None]
    """The fee of each year; 0 for none, None where nobody said."""


class ProviderCase(Table):
    """A project of a provider's that can be checked: at whom, accepted when."""

    __tablename__ = "provider_cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    package: Mapped[str] = mapped_column(String(20))
    firm: Mapped[str] = mapped_column(String(100))
    trade: Mapped[str] = mapped_column(String(60), default="")
    accepted_on: Mapped[date]
    named: Mapped[bool] = mapped_column(default=False)
    """Whether that firm agreed in writing to be named to others."""


class ProviderChange(Table):
    """A provider's file as the provider would have it, until an officer has looked."""

    __tablename__ = "provider_changes"
    __table_args__ = (
        CheckConstraint(one_of("state", ProposalState), name="state"),
        Index(
            "uq_provider_changes_open",
            "provider_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    file: Mapped[dict[str, object]] = mapped_column(JSON)
    """As ``lifecycle.provider_files`` writes it."""
    state: Mapped[ProposalState]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was not taken."""
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]


class Showing(Table):
    """That a provider was shown to a firm for one package: on how many days, first and last."""

    __tablename__ = "showings"

    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    package: Mapped[str] = mapped_column(String(20), primary_key=True)
    provider_id: Mapped[int] = mapped_column(
        ForeignKey("providers.id"), primary_key=True, index=True
    )
    first_on: Mapped[date]
    last_on: Mapped[date]
    days: Mapped[int]
    first: Mapped[int]
    """On how many of these days it stood first."""


class Introduction(Table):
    """A firm and a provider about one package, from the wish to the contract (引荐)."""

    __tablename__ = "introductions"
    __table_args__ = (
        CheckConstraint(one_of("state", IntroductionState), name="state"),
        UniqueConstraint("firm_id", "provider_id", "package"),
        Index("ix_introductions_state", "state", "changed_at"),
        Index("ix_introductions_provider_id", "provider_id", "package"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"))
    package: Mapped[str] = mapped_column(String(20))
    state: Mapped[IntroductionState]
    says: Mapped[str] = mapped_column(Text, default="")
    """What the provider wrote when it asked."""
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who of the firm agreed that it be named to this provider."""
    agreed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    """What the officer wrote when introducing them."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it came to nothing."""
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    """The project whose contract it follows; None while there is none, or signed without a project."""
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise")
    provider: Mapped[Provider] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class ProviderClaim(Table):
    """What a provider claimed for one accepted project by the district's policy, and was paid."""

    __tablename__ = "provider_claims"
    __table_args__ = (
        CheckConstraint("claimed >= 0", name="claimed"),
        CheckConstraint("paid >= 0 AND paid <= claimed", name="paid"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    claimed: Mapped[int]
    claimed_on: Mapped[date]
    paid: Mapped[int] = mapped_column(default=0)
    paid_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(300), default="")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
