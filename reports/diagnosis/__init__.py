"""Everything a result page and a report say about one sheet, ready to be read.

``diagnose`` is the only place where a score becomes sentences: the page, the PDF and the tables
show the same ``Diagnosis``, so their numbers cannot differ. Exact fractions stay beside every
figure (``Figure.exact``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from questionnaires.answers import Sheet
from questionnaires.frames.conditions import ConditionResult
from questionnaires.frames.crosswalk import FrameResult
from questionnaires.frames.national import NationalResult
from questionnaires.model import Package
from questionnaires.scoring import Score
from reports.diagnosis.advice import Wave, choose, total_cost, waves
from reports.diagnosis.comparison import Comparison, compare
from reports.diagnosis.gaps import Gap, Missing, Stair, gaps, missing, rung_title, stairs
from reports.diagnosis.key_figures import KeyFigure, key_figures
from reports.diagnosis.sections import Notes, SectionLine, section_lines, strongest, weakest
from reports.facts import Facts, Finding, SelfAssessment, SheetKind
from reports.figures import Figure, amount, share_figure, span
from reports.lifting import Ground
from reports.roadmap import Roadmap, roadmap

TITLES = {SheetKind.SELF: "诊断报告（自评版）", SheetKind.ONSITE: "诊断报告（现场诊断版）"}
STANDINGS = {SheetKind.SELF: "企业自评，未核验", SheetKind.ONSITE: "现场诊断，已核定"}
STATEMENTS = {
    SheetKind.SELF: (
        "本报告根据企业自行填报的答卷生成，未经现场核验，仅供企业查找差距、安排改造参考，"
        "不是任何主管部门的官方认定结论。"
    ),
    SheetKind.ONSITE: (
        "本报告根据诊断顾问现场核验后的答卷生成，供企业改进和主管部门培育工作参考，"
        "不是官方认定结论；等级认定以主管部门正式文件为准。"
    ),
}


@dataclass(frozen=True)
class Route:
    """The cheapest way to the next rung, or what stands in it."""

    target: str
    packages: tuple[str, ...]
    cost: str
    share_after: Figure | None
    rung_after: str
    obstacles: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        return self.share_after is not None


@dataclass(frozen=True)
class Diagnosis:
    """One sheet, diagnosed.

    ``crosswalk``, ``conditions`` and ``national`` are as ``questionnaires`` derived them. ``missing``
    and ``route`` are None on the top rung; ``comparison`` is None for a self-assessment.
    """

    facts: Facts
    kind: SheetKind
    title: str
    standing: str
    statement: str
    edition: str
    edition_title: str
    share: Figure
    core_share: Figure | None
    trade_share: Figure | None
    rung: str
    step: int
    ladder: tuple[Stair, ...]
    sections: tuple[SectionLine, ...]
    strongest: tuple[SectionLine, ...]
    weakest: tuple[SectionLine, ...]
    missing: Missing | None
    gaps: tuple[Gap, ...]
    waves: tuple[Wave, ...]
    advice_cost: str
    route: Route | None
    key_figures: tuple[KeyFigure, ...]
    conditions: tuple[ConditionResult, ...]
    national: NationalResult | None
    crosswalk: tuple[FrameResult, ...]
    comparison: Comparison | None
    findings: tuple[Finding, ...]

    @property
    def nearest_conditions(self) -> ConditionResult | None:
        """The conditions to show in full: of the next rung if it has any, of the newest year."""
        target = next((s.id for s in self.ladder if s.next), "")
        ordered = sorted(self.conditions, key=lambda c: (c.rung != target, -c.year))
        return ordered[0] if ordered else None

    @property
    def other_conditions(self) -> tuple[ConditionResult, ...]:
        """Those of other rungs and years, for who asks."""
        return tuple(c for c in self.conditions if c is not self.nearest_conditions)

    @property
    def scored_sections(self) -> tuple[SectionLine, ...]:
        """The sections that enter the overall share, in reading order."""
        return tuple(s for s in self.sections if s.share is not None)


def diagnose(
    facts: Facts,
    kind: SheetKind,
    score: Score,
    sheet: Sheet,
    *,
    own: SelfAssessment | None = None,
    notes: Notes | None = None,
    findings: Sequence[Finding] = (),
    packages: Sequence[str] | None = None,
    crosswalk: Sequence[FrameResult] = (),
    conditions: Sequence[ConditionResult] = (),
    national: NationalResult | None = None,
) -> Diagnosis:
    """Say everything there is to say about one scored sheet.

    Args:
        own: The firm's own sheet, beside a consultant's; leave out for a self-assessment.
        notes: Remarks, evidence and verifications by question id.
        packages: Codes the consultant recommends, in this order; without them they are chosen.
    """
    ground = Ground(score, facts.size)
    notes = notes or Notes()
    sections = section_lines(score, notes, own)
    advised = choose(ground) if packages is None else _named(score, packages)
    return Diagnosis(
        facts=facts,
        kind=kind,
        title=TITLES[kind],
        standing=STANDINGS[kind],
        statement=STATEMENTS[kind],
        edition=score.questionnaire.edition,
        edition_title=score.questionnaire.edition_title,
        share=share_figure(score.share),
        core_share=None if score.core_share is None else share_figure(score.core_share),
        trade_share=None if score.trade_share is None else share_figure(score.trade_share),
        rung=rung_title(score),
        step=score.step,
        ladder=stairs(ground),
        sections=sections,
        strongest=strongest(sections),
        weakest=weakest(sections),
        missing=missing(ground),
        gaps=gaps(ground),
        waves=waves(ground, advised),
        advice_cost=total_cost(advised),
        route=_route(roadmap(ground, sheet)),
        key_figures=key_figures(score),
        conditions=tuple(conditions),
        national=national,
        crosswalk=tuple(crosswalk),
        comparison=compare(score, sheet, own, notes.verifications) if own else None,
        findings=tuple(findings),
    )


def _named(score: Score, codes: Sequence[str]) -> tuple[Package, ...]:
    by_code = score.questionnaire.package_by_code
    return tuple(by_code[code] for code in codes if code in by_code)


def _route(found: Roadmap | None) -> Route | None:
    if found is None:
        return None
    low, high = found.cost
    return Route(
        target=found.target.rung.title,
        packages=tuple(f"{p.code} {p.title}" for p in found.packages),
        cost=f"{span(amount(low), amount(high))} 万元" if high else "无需采购",
        share_after=share_figure(found.after.share) if found.after else None,
        rung_after=found.after.rung.title if found.after and found.after.rung else "",
        obstacles=found.obstacles,
    )
