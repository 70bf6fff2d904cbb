"""What visits of consultants look like from outside: facts to look at, never a score.

Everything is counted over confirmed visits and told of the consultant who led them. What the firm
itself left untold is not judged and does not count.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from statistics import median
from typing import Generic, TypeVar

from reports import alike
from reports.facts import Verdict
from reports.visit import Stay

FEW = 5
"""With fewer visits figures are said to be for reference only (a convention of ours)."""
LEAST_LETTERS = 12
"""Shorter texts, folded, are stock phrases that many people write (a convention of ours)."""
AROUND = timedelta(minutes=30)
"""Clocks differ and people arrive: so long before and after a noted stay a photo is still of it."""
FAR = 3
"""Changes by this many levels or more are counted together."""


@dataclass(frozen=True)
class Change:
    """An answer of the firm that was changed; a level is None where the answer has none."""

    question: str
    said: int | None
    found: int | None
    reason: str
    files: int

    @property
    def by(self) -> int | None:
        """By how many levels, negative downwards."""
        return None if self.said is None or self.found is None else self.found - self.said


@dataclass(frozen=True)
class Words:
    """A text that somebody wrote freely on a visit, and where."""

    text: str
    question: str = ""


@dataclass(frozen=True)
class Photo:
    """A picture taken on a visit; ``likeness`` is None where it shows nothing or nobody looked.

    It is told once a visit; ``question`` names every place it stands behind.
    """

    id: int
    sha256: str
    likeness: int | None = None
    taken: datetime | None = None
    question: str = ""


@dataclass(frozen=True)
class Visit:
    """One confirmed visit; every moment is local.

    ``saves`` are the moments at which a verdict arrived; ``finding_files`` belong to ``findings``.
    """

    id: int
    firm_id: int
    firm: str
    consultant_id: int
    confirmed: date
    second_id: int | None = None
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)
    changes: Sequence[Change] = ()
    words: Sequence[Words] = ()
    photos: Sequence[Photo] = ()
    stays: Sequence[Stay] = ()
    saves: Sequence[datetime] = ()
    findings: int = 0
    finding_files: int = 0

    @property
    def judged(self) -> int:
        return sum(self.verdicts.values())

    @property
    def seen(self) -> int:
        """Answers somebody looked at: confirmed or changed."""
        return sum(n for verdict, n in self.verdicts.items() if not verdict.is_unseen)

    @property
    def is_timed(self) -> bool:
        """Whether the time on site was noted; else it is guessed from when verdicts arrived."""
        return any(stay.ended for stay in self.stays)

    @cached_property
    def minutes(self) -> int:
        """The time on site; 0 where it is not known."""
        if self.is_timed:
            return sum(stay.minutes for stay in self.stays)
        days = defaultdict(list)
        for moment in self.saves:
            days[moment.date()].append(moment)
        spans = (max(moments) - min(moments) for moments in days.values())
        return int(sum(spans, timedelta()).total_seconds()) // 60

    @property
    def pace(self) -> Fraction | None:
        """Answers looked at in a minute."""
        return Fraction(self.seen, self.minutes) if self.minutes else None

    @cached_property
    def outside(self) -> list[Photo]:
        """Photos that were taken at another time than the visit, as far as both are known."""
        if not self.stays and not self.saves:
            return []
        return [photo for photo in self.photos if photo.taken and not self._covers(photo.taken)]

    def _covers(self, moment: datetime) -> bool:
        if self.stays:
            return any(
                stay.began - AROUND <= moment <= stay.ended + AROUND
                if stay.ended
                else stay.began.date() == moment.date()
                for stay in self.stays
            )
        return moment.date() in {saved.date() for saved in self.saves}

    @property
    def untimed(self) -> list[Photo]:
        """Photos that carry no time."""
        return [photo for photo in self.photos if photo.taken is None]


What = TypeVar("What", Words, Photo)


@dataclass(frozen=True)
class Found(Generic[What]):
    """One place where something was found."""

    visit: Visit
    what: What


Group = list[Found[What]]
"""The same thing in visits of at least two firms, in order of visits."""


@dataclass(frozen=True)
class Repeats:
    """What stands in visits of more than one firm."""

    words: list[Group[Words]] = field(default_factory=list)
    same: list[Group[Photo]] = field(default_factory=list)
    """The very same picture."""
    alike: list[Group[Photo]] = field(default_factory=list)
    """Pictures that look alike and are not all the same file."""

    def of(self, consultant_id: int) -> Repeats:
        """Keep what touches a visit of one consultant."""

        def touching(groups: list[Group[What]]) -> list[Group[What]]:
            return [g for g in groups if any(f.visit.consultant_id == consultant_id for f in g)]

        return Repeats(touching(self.words), touching(self.same), touching(self.alike))


def repeats(visits: Iterable[Visit]) -> Repeats:
    """Find texts and pictures that stand in visits of more than one firm."""
    ordered = sorted(visits, key=lambda visit: (visit.confirmed, visit.id))
    words = [Found(visit, one) for visit in ordered for one in visit.words]
    photos = [Found(visit, one) for visit in ordered for one in visit.photos]
    return Repeats(
        _across(words, lambda found: letters(found.what.text)),
        _across(photos, lambda found: found.what.sha256),
        _alike(photos),
    )


def letters(text: str) -> str:
    """Return what of a text is compared: neither width, case, spaces nor punctuation; "" if short."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in folded if unicodedata.category(c)[0] in "LN")
    return kept if len(kept) >= LEAST_LETTERS else ""


def _across(found: Iterable[Found[What]], key: Callable[[Found[What]], str]) -> list[Group[What]]:
    """Group what is equal, and keep the groups of more than one firm; an empty key is equal to none."""
    groups: dict[str, Group[What]] = defaultdict(list)
    for one in found:
        if name := key(one):
            groups[name].append(one)
    return [group for group in groups.values() if _firms(group) > 1]


def _firms(group: Group[What]) -> int:
    return len({found.visit.firm_id for found in group})


def _when(found: Found[Photo]) -> tuple[date, int, int]:
    return found.visit.confirmed, found.visit.id, found.what.id


def _alike(photos: list[Found[Photo]]) -> list[Group[Photo]]:
    by_likeness = defaultdict(list)
    for found in photos:
        if found.what.likeness is not None:
            by_likeness[found.what.likeness].append(found)
    single = {likeness for likeness, group in by_likeness.items() if len(group) > 1}
    near = alike.groups(by_likeness)
    together = {likeness for group in near for likeness in group}
    groups = [
        sorted((found for one in group for found in by_likeness[one]), key=_when)
        for group in [*near, *([likeness] for likeness in sorted(single - together))]
    ]
    return [g for g in groups if _firms(g) > 1 and len({found.what.sha256 for found in g}) > 1]


@dataclass(frozen=True)
class Figures:
    """What the visits of one consultant come to."""

    visits: Sequence[Visit]
    repeats: Repeats

    @cached_property
    def verdicts(self) -> Counter[Verdict]:
        counted: Counter[Verdict] = Counter()
        for visit in self.visits:
            counted.update(visit.verdicts)
        return counted

    @property
    def judged(self) -> int:
        return self.verdicts.total()

    @cached_property
    def changes(self) -> list[Change]:
        return [change for visit in self.visits for change in visit.changes]

    @cached_property
    def steps(self) -> Counter[int]:
        """How many answers were changed by how many levels, ``FAR`` and more together."""
        moved = (change.by for change in self.changes if change.by)
        return Counter(max(-FAR, min(FAR, by)) for by in moved)

    @property
    def without_level(self) -> int:
        """Changes that moved no level: of a text, to or from 不适用, within one band."""
        return sum(not change.by for change in self.changes)

    @property
    def is_few(self) -> bool:
        return len(self.visits) < FEW

    @cached_property
    def timed(self) -> int:
        """Visits whose time on site was noted."""
        return sum(visit.is_timed for visit in self.visits)

    @cached_property
    def guessed(self) -> int:
        """Visits whose time on site is guessed from when verdicts arrived."""
        return sum(not visit.is_timed and visit.minutes > 0 for visit in self.visits)

    @cached_property
    def photos(self) -> int:
        return sum(len(visit.photos) for visit in self.visits)

    @cached_property
    def outside(self) -> list[Found[Photo]]:
        return [Found(visit, photo) for visit in self.visits for photo in visit.outside]

    @cached_property
    def untimed(self) -> int:
        return sum(len(visit.untimed) for visit in self.visits)


def figures(visits: Iterable[Visit]) -> dict[int, Figures]:
    """Return the figures of every consultant who led one of these visits, by id."""
    everything = sorted(visits, key=lambda visit: (visit.confirmed, visit.id))
    led = defaultdict(list)
    for visit in everything:
        led[visit.consultant_id].append(visit)
    found = repeats(everything)
    return {id: Figures(visits, found.of(id)) for id, visits in led.items()}


@dataclass(frozen=True)
class Line:
    """One figure: its name, what it is, and where on a consultant's page what it counts stands."""

    id: str
    title: str
    unit: str
    value: Callable[[Figures], Fraction | None]
    where: str
    meaning: str = ""


def _share(part: float | Fraction, whole: int) -> Fraction | None:
    return Fraction(part) / whole if whole else None


def _of_verdicts(verdict: Verdict) -> Callable[[Figures], Fraction | None]:
    return lambda it: _share(it.verdicts[verdict], it.judged)


def _mean_step(it: Figures) -> Fraction | None:
    moved = [change.by for change in it.changes if change.by]
    return _share(sum(moved), len(moved))


def _minutes(it: Figures) -> Fraction | None:
    known = [visit.minutes for visit in it.visits if visit.minutes]
    return _share(sum(known), len(known))


def _pace(it: Figures) -> Fraction | None:
    known = [visit for visit in it.visits if visit.minutes]
    return _share(sum(visit.seen for visit in known), sum(visit.minutes for visit in known))


def _files_of_changes(it: Figures) -> Fraction | None:
    return _share(sum(change.files for change in it.changes), len(it.changes))


def _files_of_findings(it: Figures) -> Fraction | None:
    files = sum(visit.finding_files for visit in it.visits)
    return _share(files, sum(visit.findings for visit in it.visits))


PERCENT = "%"
LINES = (
    Line("visits", "核定的现场诊断", "家", lambda it: Fraction(len(it.visits)), "visits"),
    Line("judged", "核验的题", "题", lambda it: Fraction(it.judged), "visits", "四种核验结论合计"),
    Line("changed", "更改", PERCENT, _of_verdicts(Verdict.CHANGED), "changes", "占核验的题"),
    Line("mean", "平均改动", "档", _mean_step, "changes", "有升降的题，升为正、降为负"),
    Line("as_said", "沿用自评", PERCENT, _of_verdicts(Verdict.AS_SAID), "visits", "占核验的题"),
    Line("not_seen", "未能查看", PERCENT, _of_verdicts(Verdict.NOT_SEEN), "visits", "占核验的题"),
    Line("minutes", "每家现场用时", "分钟", _minutes, "visits", "平均"),
    Line("pace", "每分钟看过", "题", _pace, "visits", "确认和更改的题÷现场用时"),
    Line("change_files", "每个更改的佐证", "份", _files_of_changes, "changes", "平均"),
    Line("finding_files", "每条发现的佐证", "份", _files_of_findings, "visits", "平均"),
    Line("words", "几家写得一样的话", "处", lambda it: Fraction(len(it.repeats.words)), "words"),
    Line("same", "几家用了同一张照片", "处", lambda it: Fraction(len(it.repeats.same)), "same"),
    Line("alike", "几家的照片很像", "处", lambda it: Fraction(len(it.repeats.alike)), "alike"),
    Line("outside", "拍摄时间不在诊断期间", "张", lambda it: Fraction(len(it.outside)), "outside"),
    Line("untimed", "没有拍摄时间", "张", lambda it: Fraction(it.untimed), "untimed"),
)
"""Every figure, in reading order."""


def medians(everybody: Collection[Figures]) -> dict[str, Fraction | None]:
    """Return the middle of every figure over all consultants, those without it left out."""
    return {line.id: _middle(map(line.value, everybody)) for line in LINES}


def _middle(values: Iterable[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
