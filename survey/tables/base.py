"""What every table shares: exact UTC times, JSON values, foreign-key names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from survey.tables.enums import (
    AssessmentState,
    AwardLevel,
    BatchKind,
    BatchState,
    CandidateState,
    ConsentWay,
    Decision,
    DeliveryState,
    DocumentKind,
    DocumentStanding,
    EditionState,
    Fault,
    IntroductionState,
    ItemState,
    JobState,
    Ladder,
    LinkPurpose,
    MailState,
    NeedSource,
    NeedState,
    NeedWord,
    News,
    NoteKind,
    NoticeSource,
    NoticeState,
    Outlook,
    PoolState,
    ProjectPaperKind,
    ProjectState,
    ProposalState,
    ProviderStanding,
    Rating,
    RecognitionStanding,
    ReminderKind,
    RequestState,
    ResponseKind,
    Role,
    RosterState,
    RowOutcome,
    SampleState,
    ScanState,
    Settlement,
    SheetKind,
    SignerRole,
    Size,
    Verdict,
    WebhookState,
)
from survey.tables.pinyin import MOST, spelled

ENUMERATIONS: Mapping[type[StrEnum], int] = {
    AssessmentState: 12,
    AwardLevel: 20,
    BatchKind: 12,
    BatchState: 12,
    CandidateState: 12,
    ConsentWay: 10,
    Decision: 10,
    DeliveryState: 10,
    DocumentKind: 20,
    DocumentStanding: 10,
    EditionState: 12,
    Fault: 40,
    IntroductionState: 12,
    ItemState: 12,
    JobState: 10,
    Ladder: 10,
    LinkPurpose: 10,
    MailState: 10,
    NeedSource: 12,
    NeedState: 12,
    NeedWord: 12,
    News: 10,
    NoteKind: 10,
    NoticeSource: 10,
    NoticeState: 10,
    Outlook: 6,
    PoolState: 12,
    ProjectPaperKind: 12,
    ProjectState: 12,
    ProposalState: 10,
    ProviderStanding: 10,
    Rating: 10,
    RecognitionStanding: 20,
    ReminderKind: 12,
    ResponseKind: 12,
    RequestState: 12,
    Role: 20,
    RosterState: 12,
    RowOutcome: 12,
    SampleState: 12,
    ScanState: 10,
    Settlement: 10,
    SheetKind: 10,
    SignerRole: 10,
    Size: 10,
    Verdict: 12,
    WebhookState: 10,
}
"""Every enumeration a column holds, with the column's width."""


SORT_KEY = String(MOST).with_variant(String(MOST, collation="C"), "postgresql")
"""A spelling that is ordered letter by letter on both databases, whatever language they speak."""


def spell(context: Any) -> str:
    """Spell the name of a row that is being written: the default of its ``name_key``."""
    return spelled(context.get_current_parameters()["name"])


class Moment(TypeDecorator[datetime]):
    """A point in time, always aware and always UTC, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)  # SQLite keeps the digits and leaves the zone away

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Code(TypeDecorator[StrEnum]):
    """A member of an enumeration, kept as its word; a word nobody knows is an error when read."""

    impl = String
    cache_ok = True

    def __init__(self, enumeration: type[StrEnum]) -> None:
        super().__init__(ENUMERATIONS[enumeration])
        self.enumeration = enumeration

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.enumeration(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enumeration(value)


def one_of(column: str, enumeration: type[StrEnum]) -> str:
    """Return the check that a column holds a member of an enumeration."""
    words = ", ".join(f"'{member}'" for member in enumeration)
    return f"{column} IN ({words})"


class Table(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        dict[str, Any]: JSON,
        list[str]: JSON,
        **{enumeration: Code(enumeration) for enumeration in ENUMERATIONS},
    }
