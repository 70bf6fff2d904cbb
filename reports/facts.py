"""What a report is told beside the score: plain values that ``survey`` takes from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from questionnaires.answers import Sheet
from questionnaires.scoring import Score


class Outlook(StrEnum):
    """For whose eyes a file is put together."""

    BUREAU = "bureau"
    OWNER = "owner"
    """Who answers for the firm and sees who else of it has an account."""
    FIRM = "firm"
    """A colleague who sees the whole of the firm."""


class SheetKind(StrEnum):
    """Whose answers a sheet holds: the firm's own, or those found on site."""

    SELF = "self"
    ONSITE = "onsite"


class Verdict(StrEnum):
    """What a consultant says of one answer of the firm (核验结论)."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    CHANGED = "changed"
    NOT_SEEN = "not_seen"
    AS_SAID = "as_said"

    @property
    def is_unseen(self) -> bool:
        """Whether it leaves the firm's answer standing although nobody looked."""
        return self in (Verdict.NOT_SEEN, Verdict.AS_SAID)


class Severity(StrEnum):
    """How much a finding of a visit weighs (严重程度), the heaviest first."""

    SERIOUS = "serious"
    ORDINARY = "ordinary"
    HINT = "hint"


class DrillOutcome(StrEnum):
    """What a timed drill brought to light."""

    COMPLETE = "complete"
    PARTLY = "partly"
    NOT_FOUND = "not_found"


class Size(StrEnum):
    """How large a firm is (规模)."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True)
class Contact:
    """Whom to ask in the firm."""

    name: str
    post: str = ""
    phone: str = ""


@dataclass(frozen=True)
class SystemSeen:
    """An information system, and whether the answers show it in use."""

    title: str
    meaning: str
    shown: bool


class Use(StrEnum):
    """What a firm says it uses: an information system, or a machine."""

    SYSTEM = "system"
    MACHINE = "machine"


@dataclass(frozen=True)
class InUse:
    """A system or a main machine as the firm names it, from whom and since which year."""

    kind: Use
    name: str
    vendor: str = ""
    year: int | None = None

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> InUse:
        """Read one as it is kept in JSON."""
        return cls(**{**row, "kind": Use(row["kind"])})

    @property
    def text(self) -> str:
        """One line: 名称（厂商，2021 年启用）."""
        since = f"{self.year} 年启用" if self.year else ""
        said = "，".join(filter(None, (self.vendor, since)))
        return f"{self.name}（{said}）" if said else self.name


@dataclass(frozen=True)
class Facts:
    """Who is diagnosed, when, by whom and for whom."""

    firm: str
    code: str
    trade: str
    district: str
    bureau: str
    round: str
    issued: date
    number: str = ""
    """The report's number; empty on the result page."""
    processes: tuple[str, ...] = ()
    township: str = ""
    park: str = ""
    size: Size | None = None
    above_scale: bool | None = None
    """规上; None when it is not known."""
    employees: int | None = None
    revenue: int | None = None
    """Last year's, in 万元."""
    products: str = ""
    titles: tuple[str, ...] = ()
    """Titles lists name (资质), each with year, level and end as far as known."""
    systems: tuple[SystemSeen, ...] = ()
    in_use: tuple[InUse, ...] = ()
    """As the firm says, beside what its answers show."""
    version: int | None = None
    """Which version of the sheet it rests on."""
    contacts: tuple[Contact, ...] = ()
    submitted: date | None = None
    visited: date | None = None
    confirmed: date | None = None
    consultant: str = ""
    demonstration: bool = False

    def using(self, kind: Use) -> tuple[InUse, ...]:
        """What the firm names of one kind, in its order."""
        return tuple(one for one in self.in_use if one.kind == kind)


@dataclass(frozen=True)
class Verification:
    """What the consultant did with one answer of the firm."""

    state: Verdict
    reason: str = ""


@dataclass(frozen=True)
class File:
    """One file behind an answer: its name, and the number by which a page finds it."""

    name: str
    id: int


@dataclass(frozen=True)
class Photo(File):
    """A picture taken on site; ``content`` is a small JPEG made safe to print.

    None where it cannot be shown, and on a page, which links to it instead. Nothing here decodes
    what a stranger sent.
    """

    content: bytes | None = None
    caption: str = ""


@dataclass(frozen=True)
class Finding:
    """A problem the consultant saw.

    Either noted as a finding of its own (现状与差距), with its weight, or written beside one answer,
    or the summary of them all, which has no title.
    """

    text: str
    """Of a finding of its own, how things stand (现状)."""
    title: str = ""
    question_id: str = ""
    photos: tuple[Photo, ...] = ()
    gap: str = ""
    severity: Severity | None = None
    action: str = ""
    """What is suggested to be done."""


@dataclass(frozen=True)
class Choice:
    """One line of a consultant's plan (顾问方案): a package, or a measure of the consultant's own.

    What is left empty stands as the catalogue and the sheet have it.
    """

    code: str = ""
    """Of a package; empty for a measure of one's own, which has a title."""
    title: str = ""
    what: str = ""
    why: str = ""
    units: int | None = None
    low: int | None = None
    high: int | None = None
    """What it costs once, from ``low`` to ``high``, in 0.01 万元."""
    weeks: int | None = None
    """How long a measure of one's own takes."""
    starts: str = ""
    """A month or a quarter: 2027-03, 2027-Q1."""
    helps: Mapping[str, int] = field(default_factory=dict)
    """What a measure of one's own lifts: {question id: level}."""


@dataclass(frozen=True)
class Explained:
    """A contradiction the consultant found to be none: both sides, and why."""

    says: str
    sides: tuple[tuple[str, str], ...]
    """What each side is called, and what was said of it."""
    explanation: str
    author: str
    on: date


@dataclass(frozen=True)
class FirmsWord:
    """What the firm said of a confirmed visit, and how an objection was settled."""

    objects: bool
    name: str
    post: str
    on: date
    says: str = ""
    settled: str = ""
    """The settlement in words; empty while it is open."""
    answer: str = ""

    @property
    def who(self) -> str:
        return f"{self.name}，{self.post}" if self.post else self.name


@dataclass(frozen=True)
class SelfAssessment:
    """The firm's own sheet, beside the consultant's."""

    score: Score
    sheet: Sheet
