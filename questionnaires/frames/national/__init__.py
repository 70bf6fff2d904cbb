"""A firm before the national ladder of smart factories (国家智能工厂梯度), rung by rung.

What the firm has not said is unknown; what our answers show is a comparison and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from questionnaires.answers import Sheet
from questionnaires.frames.conditions.facts import NOT_ANSWERED, Facts
from questionnaires.frames.conditions.judging import ConditionItem, State
from questionnaires.frames.crosswalk.view import View
from questionnaires.frames.national.rules import Element, NationalLadder, NationalRung
from questionnaires.model import Confidence, Questionnaire
from questionnaires.words import CONFIDENCE

__all__ = ["NationalLadder", "NationalResult", "RungResult", "read"]

MATURITY_LEVEL = "maturity_level"
MATURITY_DATE = "maturity_date"
MATURITY_REPORT = "maturity_report"
NATIONAL_GRADE = "national_grade"
BASIC_FILED_ON = "basic_filed_on"
THREE_CLEAN_YEARS = "three_clean_years"
MATURITY_OPTIONS = ("below", "one", "two", "three", "four", "five")
"""The options that state a level, from 0 up."""
MATURITY_TITLES = ("", "一级", "二级", "三级", "四级", "五级")


@dataclass(frozen=True)
class RungResult:
    """One rung before one firm."""

    id: str
    title: str
    decided_by: str
    source: str
    confidence: Confidence
    note: str
    held: bool
    items: tuple[ConditionItem, ...]
    unasked: tuple[str, ...]
    """Conditions our questions say nothing about, to be checked elsewhere."""

    @property
    def headline(self) -> str:
        """How the conditions no firm may leave out come out."""
        asked = [item.state for item in self.items if not item.optional]
        met, not_met = asked.count("met"), asked.count("not_met")
        rest = len(asked) - met - not_met
        said = f"必须的 {len(asked)} 项中 {met} 项符合、{not_met} 项不符合、{rest} 项未知"
        return f"{said}，另有 {len(self.unasked)} 项没有问到" if self.unasked else said

    @property
    def confidence_text(self) -> str:
        return CONFIDENCE[self.confidence]


@dataclass(frozen=True)
class NationalResult:
    """The whole ladder before one firm; ``next`` is the rung above the one it holds."""

    title: str
    notes: tuple[str, ...]
    holds: str
    """What the firm says it holds, in words."""
    rungs: tuple[RungResult, ...]

    @property
    def next(self) -> RungResult | None:
        return next((rung for rung in self.rungs if not rung.held), None)


@dataclass(frozen=True)
class _Case:
    """One firm before the ladder."""

    ladder: NationalLadder
    view: View
    facts: Facts
    above_scale: bool | None

    @property
    def held(self) -> int | None:
        """How many rungs the firm says it holds, from the bottom; None while it says nothing."""
        grade = self.facts.chosen(NATIONAL_GRADE)
        ids = [rung.id for rung in self.ladder.rungs]
        if grade is None:
            return None
        return ids.index(grade) + 1 if grade in ids else 0


def read(
    ladder: NationalLadder | None,
    questionnaire: Questionnaire,
    sheet: Sheet,
    processes: frozenset[str],
    *,
    above_scale: bool | None,
) -> NationalResult | None:
    """Read a sheet, complete or not, by the national ladder; None for an edition without one.

    Args:
        above_scale: Whether the firm is above designated size; None where its profile is silent.
    """
    if ladder is None:
        return None
    view, facts = View(questionnaire, sheet, processes), Facts(questionnaire.questions, sheet)
    case = _Case(ladder, view, facts, above_scale)
    return NationalResult(
        title=ladder.title,
        notes=ladder.notes,
        holds=facts.said(NATIONAL_GRADE),
        rungs=tuple(_rung(case, at, rung) for at, rung in enumerate(ladder.rungs)),
    )


def _rung(case: _Case, at: int, rung: NationalRung) -> RungResult:
    return RungResult(
        id=rung.id,
        title=rung.title,
        decided_by=rung.decided_by,
        source=rung.source,
        confidence=rung.confidence,
        note=rung.note or "",
        held=(case.held or 0) > at,
        items=tuple(_items(case, rung)),
        unasked=rung.unasked,
    )


def _items(case: _Case, rung: NationalRung) -> Iterator[ConditionItem]:
    item = partial(ConditionItem, document=rung.source)
    if rung.after:
        yield _after(case, rung.after, item)
    if rung.above_scale:
        state: State = "unknown" if case.above_scale is None else _verdict(case.above_scale)
        found = {True: "是", False: "否", None: NOT_ANSWERED}[case.above_scale]
        yield item("规模以上", state, found, "规模以上工业企业")
    if rung.clean_years:
        yield _clean(case, item)
    yield _maturity(case, rung.maturity, item)
    for element in rung.elements:
        yield _element(case, element, item)


def _verdict(met: bool) -> State:
    return "met" if met else "not_met"


def _after(case: _Case, rung_id: str, item: partial[ConditionItem]) -> ConditionItem:
    ids = [rung.id for rung in case.ladder.rungs]
    title = case.ladder.rungs[ids.index(rung_id)].title
    state: State = "unknown" if case.held is None else _verdict(case.held > ids.index(rung_id))
    filed = case.facts.said(BASIC_FILED_ON)
    since = f"，基础级备案日期 {filed}" if filed != NOT_ANSWERED else ""
    found = f"{case.facts.said(NATIONAL_GRADE)}{since}"
    return item("逐级申报", state, found, f"已经是{title}")


def _clean(case: _Case, item: partial[ConditionItem]) -> ConditionItem:
    states: dict[str | None, State] = {"none": "met", "occurred": "not_met"}
    state = states.get(case.facts.chosen(THREE_CLEAN_YEARS), "unknown")
    wanted = "近三年没有较大及以上安全、环境事故和不良信用记录"
    return item("近三年记录", state, case.facts.said(THREE_CLEAN_YEARS), wanted)


def _maturity(case: _Case, least: int, item: partial[ConditionItem]) -> ConditionItem:
    facts, chosen = case.facts, case.facts.chosen(MATURITY_LEVEL)
    state: State = "unknown"
    if chosen in MATURITY_OPTIONS:
        state = _verdict(MATURITY_OPTIONS.index(chosen) >= least)
    said = {"": MATURITY_LEVEL, "自评日期 ": MATURITY_DATE, "报告号 ": MATURITY_REPORT}
    found = "，".join(
        f"{name}{words}" for name, q in said.items() if (words := facts.said(q)) != NOT_ANSWERED
    )
    wanted = f"平台自评不低于{MATURITY_TITLES[least]}"
    return item("成熟度自评", state, found or NOT_ANSWERED, wanted)


def _element(case: _Case, element: Element, item: partial[ConditionItem]) -> ConditionItem:
    """Judge a part by our answers: short of one is short, an open one leaves it open."""
    verdicts = [v for q, n in element.questions.items() if (v := case.view.reaches(q, n))]
    state: State = "unknown"
    if verdicts and not all(possible for _, possible in verdicts):
        state = "not_met"
    elif verdicts and all(certain for certain, _ in verdicts):
        state = "met"
    found = "；".join(case.view.said(question_id) for question_id in element.questions)
    return item(element.title, state, found, element.text, optional=element.optional)
