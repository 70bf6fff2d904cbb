"""What a visit notes beside its verdicts, as values: for pages, for paper, and for whoever counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.facts import DrillOutcome, Finding


@dataclass(frozen=True)
class Drill:
    """A timed exercise that a firm is asked for on the spot.

    ``informs`` names the questions it answers, in whichever edition asks them; ``within`` is how many
    minutes a good firm needs, a proposal of ours.
    """

    id: str
    title: str
    ask: str
    timing: str
    informs: tuple[str, ...]
    within: int


DRILLS: Mapping[str, Drill] = {
    drill.id: drill
    for drill in (
        Drill(
            "trace",
            "追溯演练",
            "任取一件成品，请企业查清材料批次、加工和检验记录，以及同批产品发给了谁。",
            "从提出要求起，到完整的清单摆在面前止。",
            ("traceability", "trace_minutes", "heat_number"),
            30,
        ),
        Drill(
            "pack",
            "质量文件包演练",
            "任选近三个月的一张订单，请企业做出随货的整套质量文件。",
            "从提出要求起，到文件齐全、与实物对得上止。",
            ("document_pack", "traceability"),
            10,
        ),
    )
}


@dataclass(frozen=True)
class Stay:
    """One time on site, local; ``ended`` is None while it lasts."""

    began: datetime
    ended: datetime | None = None

    @property
    def minutes(self) -> int:
        return int((self.ended - self.began).total_seconds()) // 60 if self.ended else 0


@dataclass(frozen=True)
class Person:
    """Somebody who was met, or who came along; a phone number never leaves the consultant's page."""

    name: str
    post: str = ""


@dataclass(frozen=True)
class PlaceSeen:
    name: str
    seen: str = ""


@dataclass(frozen=True)
class Sample:
    """What was drawn to look at: so many of so many."""

    what: str
    drawn: int
    whole: int | None
    result: str
    note: str = ""


@dataclass(frozen=True)
class Try:
    """One try of a drill."""

    drill: Drill
    traced: str
    seconds: int
    outcome: DrillOutcome
    note: str = ""

    @property
    def time(self) -> str:
        return clock_text(self.seconds)


@dataclass(frozen=True)
class Signed:
    """One signature under a visit; ``content`` is a picture safe to print, as a photo's."""

    id: int
    for_firm: bool
    name: str
    post: str
    on: datetime
    stands: bool
    """Whether what was signed is what stands."""
    drawn: bool
    """By hand; else the name was typed alone."""
    content: bytes | None = None


@dataclass(frozen=True)
class Visited:
    """Everything a visit noted; findings in the order of their numbers."""

    stays: tuple[Stay, ...] = ()
    team: tuple[Person, ...] = ()
    met: tuple[Person, ...] = ()
    places: tuple[PlaceSeen, ...] = ()
    samples: tuple[Sample, ...] = ()
    findings: tuple[Finding, ...] = ()
    tries: tuple[Try, ...] = ()
    signed: tuple[Signed, ...] = ()

    def __bool__(self) -> bool:
        return any(vars(self).values())

    @property
    def has_facts(self) -> bool:
        """Whether anything but findings was noted."""
        return bool(self.stays or self.team or self.met or self.places or self.samples)

    @property
    def minutes(self) -> int:
        """How long was spent on site in all; a stay that lasts does not count yet."""
        return sum(stay.minutes for stay in self.stays)


def clock_text(seconds: int) -> str:
    """Write a measured time: 312 → 5:12, over an hour 1:05:12."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def length_text(minutes: int) -> str:
    """Write how long something took: 200 → 3 小时 20 分."""
    hours, rest = divmod(minutes, 60)
    said = [f"{hours} 小时" if hours else "", f"{rest} 分" if rest or not hours else ""]
    return " ".join(filter(None, said))
