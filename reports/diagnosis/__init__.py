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
from questionnaires.scoring import Score
from reports.diagnosis.advice import Advice, Wave, choose, waves
from reports.diagnosis.comparison import Comparison, compare
from reports.diagnosis.costs import CostTable, cost_table
from reports.diagnosis.gaps import Gap, Missing, Stair, gaps, missing, rung_title, stairs
from reports.diagnosis.key_figures import KeyFigure, key_figures
from reports.diagnosis.route import Route, route
from reports.diagnosis.sections import Notes, SectionLine, section_lines, strongest, weakest
from reports.facts import Explained, Facts, Finding, SelfAssessment, SheetKind
from reports.figures import Figure, share_figure
from reports.lifting import Ground, Purchase
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

FIRST_THINGS = 3


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
    advice_costs: CostTable
    advised: bool
    """Whether a consultant chose what is recommended."""
    route: Route | None
    key_figures: tuple[KeyFigure, ...]
    conditions: tuple[ConditionResult, ...]
    national: NationalResult | None
    crosswalk: tuple[FrameResult, ...]
    comparison: Comparison | None
    findings: tuple[Finding, ...]
    explained: tuple[Explained, ...] = ()
    """Contradictions on the on-site sheet that the consultant explained."""

    @property
    def advice_begins_with_route(self) -> bool:
        """Whether the cheapest way comes first in what is advised, all of it."""
        if self.route is None or not self.route.is_possible:
            return False
        way = self.route.costs.lines
        return self.advice_costs.lines[: len(way)] == way

    @property
    def to_begin_with(self) -> tuple[Advice, ...]:
        """The three things to do first: the earliest of the way that leads, else of what is advised."""
        in_order = [each for wave in self.waves for each in wave.advice]
        leading = {line.code for line in self.leading_costs.lines}
        in_order.sort(key=lambda each: each.code not in leading)
        return tuple(in_order[:FIRST_THINGS])

    @property
    def leading_costs(self) -> CostTable:
        """What the first sum on the page is of: the cheapest way where it leads, else all advised."""
        if self.route is not None and self.advice_begins_with_route:
            return self.route.costs
        return self.advice_costs

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
    explained: Sequence[Explained] = (),
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
    way = roadmap(ground)
    advised = choose(ground, way) if packages is None else _named(ground, way, packages)
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
        advice_costs=cost_table(ground, advised),
        advised=packages is not None,
        route=route(ground, way, conditions),
        key_figures=key_figures(score),
        conditions=tuple(conditions),
        national=national,
        crosswalk=tuple(crosswalk),
        comparison=compare(score, sheet, own, notes.verifications) if own else None,
        findings=tuple(findings),
        explained=tuple(explained),
    )


def _named(ground: Ground, way: Roadmap | None, codes: Sequence[str]) -> tuple[Purchase, ...]:
    """The packages a consultant recommends, as many units of each as the way counts."""
    on_way = {p.package.code: p for p in way.purchases} if way else {}
    by_code = ground.score.questionnaire.package_by_code
    return tuple(
        on_way.get(code) or ground.offer(by_code[code]) for code in codes if code in by_code
    )
