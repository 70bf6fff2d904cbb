"""Everything a result page and a report say about one sheet, ready to be read.

``diagnose`` is the only place where a score becomes sentences: the page, the PDF and the tables
show the same ``Diagnosis``, so their numbers cannot differ. Exact fractions stay beside every
figure (``Figure.exact``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TypedDict, Unpack

from questionnaires.answers import Ratio, Sheet, describe
from questionnaires.frames.conditions import ConditionResult
from questionnaires.frames.crosswalk import FrameResult
from questionnaires.frames.national import NationalResult
from questionnaires.scoring import Score
from reports.diagnosis.advice import Advice, Wave, choose, waves
from reports.diagnosis.areas import Area, areas
from reports.diagnosis.chosen import BothPlans, beside, bought, told
from reports.diagnosis.comparison import Comparison, compare
from reports.diagnosis.costs import CostTable, cost_table
from reports.diagnosis.effects import Effect, effects
from reports.diagnosis.gaps import Gap, Missing, Stair, gaps, missing, rung_title, stairs
from reports.diagnosis.key_figures import KeyFigure, key_figures
from reports.diagnosis.pace import pace
from reports.diagnosis.route import Route, route
from reports.diagnosis.schedule import Schedule, schedule, weeks_until
from reports.diagnosis.sections import (
    AnswerLine,
    Notes,
    SectionLine,
    section_lines,
    strongest,
    weakest,
)
from reports.diagnosis.unseen import ALL_SEEN, Unseen, unseen
from reports.facts import (
    Choice,
    Explained,
    Facts,
    File,
    Finding,
    FirmsWord,
    SelfAssessment,
    SheetKind,
)
from reports.figures import Figure, amount, share_figure
from reports.lifting import Ground
from reports.peers import Peers
from reports.roadmap import Roadmap, roadmap
from reports.trend import Trend
from reports.visit import Visited

TITLES = {SheetKind.SELF: "诊断报告（自评版）", SheetKind.ONSITE: "诊断报告（现场诊断版）"}
SHORT_TITLES = {
    SheetKind.SELF: "诊断报告简版（自评版）",
    SheetKind.ONSITE: "诊断报告简版（现场诊断版）",
}
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
NOTHING_NOTED = Visited()
NO_NOTES = Notes()
NOTHING_PLANNED = Schedule()


@dataclass(frozen=True)
class Plan:
    """What is recommended, and what it costs.

    ``pace`` says how much at a time; empty where a consultant said when. ``beside`` holds a
    consultant's list against the computed one; None where nobody chose.
    """

    waves: tuple[Wave, ...]
    costs: CostTable
    pace: str
    beside: BothPlans | None = None
    schedule: Schedule = NOTHING_PLANNED


class Told(TypedDict, total=False):
    """What others derived or noted, as ``Diagnosis`` holds it."""

    crosswalk: tuple[FrameResult, ...]
    national: NationalResult | None
    findings: tuple[Finding, ...]
    explained: tuple[Explained, ...]
    words: tuple[FirmsWord, ...]
    visit: Visited
    peers: Peers | None
    trend: Trend | None


@dataclass(frozen=True)
class Diagnosis:
    """One sheet, diagnosed.

    ``crosswalk``, ``conditions`` and ``national`` are as ``questionnaires`` derived them. ``missing``
    and ``route`` are None on the top rung; ``comparison`` is None for a self-assessment.
    """

    facts: Facts
    kind: SheetKind
    score: Score
    ladder: tuple[Stair, ...]
    sections: tuple[SectionLine, ...]
    strongest: tuple[SectionLine, ...]
    weakest: tuple[SectionLine, ...]
    missing: Missing | None
    gaps: tuple[Gap, ...]
    plan: Plan
    route: Route | None
    key_figures: tuple[KeyFigure, ...]
    conditions: tuple[ConditionResult, ...]
    comparison: Comparison | None
    national: NationalResult | None = None
    crosswalk: tuple[FrameResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    explained: tuple[Explained, ...] = ()
    """Contradictions on the on-site sheet that the consultant explained."""
    unseen: Unseen = ALL_SEEN
    """What nobody saw on site, and whether the rung rests on it."""
    words: tuple[FirmsWord, ...] = ()
    """What the firm said of this confirmed version, newest first."""
    visit: Visited = NOTHING_NOTED
    """What the visit noted beside its verdicts; its findings are not among ``findings``."""
    peers: Peers | None = None
    """The firm beside its trade; None where too few firms are known, and on a page."""
    trend: Trend | None = None
    """Its rounds, this one among them; None on a page."""

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def short_title(self) -> str:
        return SHORT_TITLES[self.kind]

    @property
    def standing(self) -> str:
        return "现场诊断，暂核" if self.unseen.provisional else STANDINGS[self.kind]

    @property
    def statement(self) -> str:
        return STATEMENTS[self.kind]

    @property
    def edition(self) -> str:
        return self.score.questionnaire.edition

    @property
    def edition_title(self) -> str:
        return self.score.questionnaire.edition_title

    @cached_property
    def share(self) -> Figure:
        return share_figure(self.score.share)

    @property
    def core_share(self) -> Figure | None:
        return _figure(self.score.core_share)

    @property
    def trade_share(self) -> Figure | None:
        return _figure(self.score.trade_share)

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """Where each question that counts stands."""
        return Ground(self.score, self.facts.size).levels

    @property
    def rung(self) -> str:
        return rung_title(self.score)

    @property
    def step(self) -> int:
        return self.score.step

    @property
    def waves(self) -> tuple[Wave, ...]:
        return self.plan.waves

    @property
    def advice_costs(self) -> CostTable:
        return self.plan.costs

    @property
    def pace(self) -> str:
        """How much the firm is taken to carry at once, as a sentence; empty where it is not asked."""
        return self.plan.pace

    @property
    def counts_from(self) -> str:
        """From when on the months of the plan are counted."""
        if self.advised and not self.pace:
            return f"横轴第 1 个月是出具报告的 {self.facts.issued.year} 年 {self.facts.issued.month} 月"
        return "横轴从决定启动的那一月算起"

    @property
    def rung_after(self) -> str:
        """Where the plan on the first page leads: the cheapest way, or the consultant's; else empty."""
        if self.route is not None and self.advice_begins_with_route:
            return self.route.rung_after
        if self.both_plans and self.both_plans.chosen.count:
            return self.both_plans.chosen.reach.rung or self.rung
        return ""

    @property
    def nothing_advised(self) -> str:
        """Why no purchase is recommended, where none is."""
        if self.advice:
            return ""
        if self.advised:
            return "诊断顾问没有列入任何一项。"
        return "现有答卷没有可以用目录场景提升的题目。"

    @property
    def nothing_lacking(self) -> str:
        """Why no gap is listed, where none is."""
        if self.gaps:
            return ""
        return "各题都已到满档，没有要补的差距。" if self.scored_sections else "没有适用的题目。"

    @property
    def expected(self) -> str:
        """What the plan brings once all of it is done; empty where it leads nowhere."""
        done = "全部完成并验收后，总得分率预计从"
        if self.both_plans and not self.advice_begins_with_route:
            reach, count = self.both_plans.chosen.reach, self.both_plans.chosen.count
            there = f"可达到“{reach.rung}”" if reach.climbs else "等级不变"
            return f"顾问方案{done} {self.share.text} 到 {reach.share}，{there}。" if count else ""
        if self.route is None or self.route.share_after is None:
            return ""
        after = self.route.share_after.text
        return f"必做项{done} {self.share.text} 到 {after}，可达到“{self.route.rung_after}”。"

    @property
    def both_plans(self) -> BothPlans | None:
        return self.plan.beside

    @property
    def advised(self) -> bool:
        """Whether a consultant chose what is recommended."""
        return self.plan.beside is not None

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
        in_order = list(self.advice)
        leading = {line.code for line in self.leading_costs.lines}
        in_order.sort(key=lambda each: each.code not in leading)
        return tuple(in_order[:FIRST_THINGS])

    @property
    def advice(self) -> tuple[Advice, ...]:
        """All that is recommended, in the order in which it begins."""
        return tuple(each for wave in self.waves for each in wave.advice)

    @property
    def advice_must(self) -> tuple[Advice, ...]:
        """What of it lies on the cheapest way to the next rung."""
        must = {task.code for task in self.plan.schedule.must}
        return tuple(each for each in self.advice if each.code in must)

    @property
    def advice_extra(self) -> tuple[Advice, ...]:
        must = {task.code for task in self.plan.schedule.must}
        return tuple(each for each in self.advice if each.code not in must)

    @property
    def evidence(self) -> tuple[tuple[AnswerLine, File], ...]:
        """Every file behind an answer, in reading order."""
        return tuple(
            (answer, file)
            for section in self.sections
            for answer in section.printed
            for file in answer.evidence
        )

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """How things stand area by area."""
        return areas(self.score, self.sections, self.gaps, self.advice)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What should come of the plan, figure by figure."""
        return effects(self.key_figures, self.missing.title if self.missing else "")

    @property
    def ratios(self) -> tuple[tuple[str, str], ...]:
        """What was counted in the works, such as machines: (what, how many of how many)."""
        return tuple(
            (mark.question.short, describe(mark.question, mark.answer))
            for mark in self.score.question.values()
            if isinstance(mark.answer, Ratio)
        )

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
    def weights(self) -> str:
        """The sum of the weights of the sections that enter the overall share."""
        return amount(sum((Fraction(s.weight) for s in self.scored_sections), Fraction(0)))

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
    notes: Notes = NO_NOTES,
    choices: Sequence[Choice] | None = None,
    conditions: Sequence[ConditionResult] = (),
    **told: Unpack[Told],
) -> Diagnosis:
    """Say everything there is to say about one scored sheet.

    Args:
        own: The firm's own sheet, beside a consultant's; leave out for a self-assessment.
        notes: Remarks, evidence and verifications by question id.
        choices: What the consultant recommends, in this order; without them it is computed.
        told: What stands in the diagnosis as it is.
    """
    ground = Ground(score, facts.size)
    sections = section_lines(score, notes, own)
    way = roadmap(ground)
    return Diagnosis(
        facts=facts,
        kind=kind,
        score=score,
        ladder=stairs(ground),
        sections=sections,
        strongest=strongest(sections),
        weakest=weakest(sections),
        missing=missing(ground),
        gaps=gaps(ground),
        plan=plan(ground, way, choices, facts.issued),
        route=route(ground, way, conditions),
        key_figures=key_figures(score),
        conditions=tuple(conditions),
        comparison=compare(score, sheet, own, notes.verifications) if own else None,
        unseen=unseen(score, sheet, notes.verifications) if own else ALL_SEEN,
        **told,
    )


def plan(
    ground: Ground, way: Roadmap | None, choices: Sequence[Choice] | None, issued: date
) -> Plan:
    """Tell what the consultant recommends, beside what is computed; without choices that alone.

    Args:
        issued: The day from which a consultant's months are counted.
    """
    computed, says = choose(ground, way), pace(ground).says
    if choices is None:
        costs = cost_table(ground, computed)
        return Plan(waves(ground, computed), costs, says, schedule=schedule(ground, way, computed))
    chosen = bought(ground, way, choices)
    said: set[str] = set()
    starts = {one.code: one.choice.starts for one in chosen if one.choice.starts}
    purchases = [one.purchase for one in chosen]
    return Plan(
        told(ground, chosen, said),
        cost_table(ground, purchases),
        "" if starts else says,
        beside(ground, computed, chosen, said),
        schedule(
            ground, way, purchases, {code: weeks_until(at, issued) for code, at in starts.items()}
        ),
    )


def _figure(share: Fraction | None) -> Figure | None:
    return None if share is None else share_figure(share)
