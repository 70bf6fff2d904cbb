"""The numbered list of problems (问题清单): what was found on site and what the answers show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.diagnosis import Diagnosis
from reports.diagnosis.gaps import Gap
from reports.diagnosis.sections import LONG
from reports.facts import Finding, Photo, Severity
from reports.words import SEVERITIES

HIGH, MIDDLE, LOW = ORDER = ("高", "中", "低")
PRIORITIES = {Severity.SERIOUS: HIGH, Severity.ORDINARY: MIDDLE, Severity.HINT: LOW}


@dataclass(frozen=True)
class Problem:
    """One problem; ``finding`` is None where the answers alone show it."""

    number: int
    title: str
    says: str
    evidence: str
    priority: str
    finding: Finding | None = None
    worth: str = ""
    """What full marks would add to the whole share; of an answer alone."""

    @property
    def is_long(self) -> bool:
        """Whether its row may not fit on one page and must be allowed to break across pages."""
        words = (self.finding.gap, self.finding.action) if self.finding else ()
        return len(self.says) + sum(map(len, words)) > LONG


def problems(it: Diagnosis) -> tuple[Problem, ...]:
    """Number every problem by priority: in each what was found, then gaps by what they are worth."""
    found = sorted([*_found(it), *_shown(it)], key=lambda told: ORDER.index(told[3]))
    return tuple(Problem(number, *rest) for number, rest in enumerate(found, start=1))


Told = tuple[str, str, str, str, Finding | None, str]


def _found(it: Diagnosis) -> Iterator[Told]:
    for finding in it.visit.findings:
        severity = finding.severity or Severity.ORDINARY
        photos = f"，照片 {len(finding.photos)} 张" if finding.photos else ""
        evidence = f"现场查看，{SEVERITIES[severity]}{photos}"
        yield finding.title or "现场发现", finding.text, evidence, PRIORITIES[severity], finding, ""
    for finding in it.findings:
        if finding.title:  # the summary of them all has none
            photos = f"，照片 {len(finding.photos)} 张" if finding.photos else ""
            yield finding.title, finding.text, f"逐题核验{photos}", MIDDLE, finding, ""


def _shown(it: Diagnosis) -> Iterator[Told]:
    known = {finding.question_id for finding in it.findings}
    raised = {r.code for wave in it.waves for advice in wave.advice for r in advice.raises}
    files = {a.question_id: len(a.evidence) for section in it.sections for a in section.answers}
    for gap in it.gaps:
        if gap.weakness is None or gap.question_id in known:
            continue
        yield (
            f"{gap.code} {gap.short}",
            gap.weakness.official,
            _evidence(gap, files.get(gap.question_id, 0)),
            HIGH if gap.is_gate else MIDDLE if gap.code in raised else LOW,
            None,
            gap.worth.text,
        )


def _evidence(gap: Gap, files: int) -> str:
    behind = f"；佐证材料 {files} 份" if files else ""
    return f"答卷：{gap.answer}{behind}"


@dataclass(frozen=True)
class Pictured:
    """One photo with the number of the problem it shows."""

    number: int
    title: str
    photo: Photo


def pictured(found: Iterable[Problem]) -> tuple[Pictured, ...]:
    """Return every photo behind the problems, in their order."""
    return tuple(
        Pictured(one.number, one.title, photo)
        for one in found
        for photo in (one.finding.photos if one.finding else ())
    )
