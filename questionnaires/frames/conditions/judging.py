"""One condition against one firm's facts: met, not met, to be asked, or unknown, in words.

Nothing is derived from what the firm has not said, and no figure is made up where the notice's copy
was cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from questionnaires.answers import amount_text
from questionnaires.frames.conditions.facts import (
    APPLICANT_KIND,
    CREDIT_GRADE,
    DIGITAL_LEVEL,
    DIGITAL_LEVEL_YEAR,
    FINANCIAL_STATE,
    FINISH_MONTH,
    FINISH_YEAR,
    NOT_ANSWERED,
    PROJECT_PLACE,
    PROJECT_STANDING,
    PROJECT_STATE,
    SERIOUS_BREACH,
    SERIOUS_INCIDENT,
    UNLAWFUL_ACT,
    Facts,
)
from questionnaires.frames.conditions.rules import (
    CREDIT,
    Applicant,
    CleanYears,
    Completion,
    CreditGrade,
    DigitalLevel,
    Entry,
    Investment,
    Project,
)

State = Literal["met", "not_met", "ask", "unknown"]
"""``ask``: known, and for the bureau to decide (需主管部门确认)."""
IN_PRINCIPLE = "原则上"
UNSEEN = "未见原文"
NO_AMOUNT = f"的最低金额{UNSEEN}"
CREDIT_CHECK = "以主管部门的信用核查结果为准"
CREDIT_WORDS = {"poor": "合格以下", "fair": "合格（中等）", "good": "良好", "excellent": "优秀"}


@dataclass(frozen=True)
class ConditionItem:
    """One condition: what was found, what is wanted, and why it comes out so."""

    title: str
    state: State
    found: str
    wanted: str
    document: str
    why: str = ""
    optional: bool = False
    """Whether a firm may leave this part out of its application."""


@dataclass(frozen=True)
class Case:
    """One firm before one entry, on one day."""

    entry: Entry
    facts: Facts
    reduced: bool
    today: date

    def item(
        self, title: str, state: State, found: str, wanted: str, why: str = ""
    ) -> ConditionItem:
        number = self.entry.number or f"{self.entry.document}（文号{UNSEEN}）"
        return ConditionItem(title, state, found, wanted, number, why)


def items(case: Case) -> tuple[ConditionItem, ...]:
    """Judge every condition the entry names, in a fixed order."""
    return tuple(keyed(case).values())


def keyed(case: Case) -> dict[str, ConditionItem]:
    """Judge every condition the entry names, by the name it has in the file."""
    asked = {name: getattr(case.entry, name) for name in _JUDGES}
    judged = {n: _JUDGES[n](case, rule) for n, rule in asked.items() if rule is not None}
    return judged | dict(_project(case, case.entry.project or Project()))


# --- investment ---------------------------------------------------------------------------------


def _investment(case: Case, rule: Investment) -> ConditionItem:
    facts = case.facts
    threshold, standard = sum_asked(rule, case.reduced)
    wanted = (
        f"竣工前 {rule.window_years} 年内，{facts.kind_titles(rule.counts)}合计{standard}，不含土建"
    )
    finish = facts.whole(FINISH_YEAR)
    if not facts.amounts:
        return case.item("项目投入", "unknown", NOT_ANSWERED, wanted)
    if finish is None:
        return case.item("项目投入", "unknown", "未填竣工年份，无法确定计算哪几年", wanted)
    window = range(finish - rule.window_years + 1, finish + 1)
    wanted_cells = [(kind, year) for kind in rule.counts for year in window]
    given = [facts.amounts[cell] for cell in wanted_cells if cell in facts.amounts]
    total = sum(given, Decimal(0))
    gaps = _gaps(wanted_cells, facts)
    state: State = "unknown"
    if threshold is not None and total >= threshold:
        state = "met"
    elif threshold is not None and not gaps and _settled(rule, case.reduced):
        state = "ask" if rule.in_principle and case.reduced else "not_met"
    found = f"{window[0]}–{window[-1]} 年合计 {amount_text(total)} 万元{gaps}"
    return case.item("项目投入", state, found, wanted, _left_out(rule, window, facts))


def sum_asked(rule: Investment, reduced: bool) -> tuple[Fraction | None, str]:
    """Return the amount to reach and how to say it.

    Where only the reduced amount was cut off, the general one still proves that a firm is above it.
    """
    general = None if rule.least is None else _figure(rule.least)
    if not reduced:
        return rule.least, f"不少于 {general} 万元" if general else NO_AMOUNT
    if rule.reduced is not None:
        principle = IN_PRINCIPLE if rule.in_principle else ""
        return rule.reduced, f"{principle}不少于 {_figure(rule.reduced)} 万元（山区海岛县标准）"
    if general:
        return rule.least, f"不少于 {general} 万元（一般标准；山区海岛县标准{UNSEEN}）"
    return None, NO_AMOUNT


def _settled(rule: Investment, reduced: bool) -> bool:
    """Whether falling short of the amount in hand really means falling short."""
    return not reduced or rule.reduced is not None


def _gaps(wanted: list[tuple[str, int]], facts: Facts) -> str:
    """Say what of the window the firm has not told: empty cells, years the table does not have."""
    outside = sorted({year for _, year in wanted} - facts.years_asked)
    empty = sum(cell not in facts.amounts for cell in wanted if cell[1] in facts.years_asked)
    said = [f"还有 {empty} 格没有填（没有投入请填 0）"] if empty else []
    if outside:
        first, last = outside[0], outside[-1]
        years = f"{first}" if first == last else f"{first}–{last}"
        said.append(f"{years} 年不在填报表内，请另附明细")
    return f"；{'；'.join(said)}" if said else ""


def _left_out(rule: Investment, window: range, facts: Facts) -> str:
    """Explain which filled amounts do not count."""
    late = sum(
        (a for (k, y), a in facts.amounts.items() if k in rule.counts and y not in window),
        Decimal(0),
    )
    other = {k for k, _ in facts.amounts if k not in rule.counts}
    said = [f"按竣工年份 {window[-1]} 年计，取 {window[0]}–{window[-1]} 年"]
    if late:
        said.append(f"其他年份的 {amount_text(late)} 万元不计")
    for kind in sorted(other):
        amount = sum((a for (k, _), a in facts.amounts.items() if k == kind), Decimal(0))
        if amount:
            title = facts.kind_titles((kind,)).removesuffix("（不计入）")
            said.append(f"{title} {amount_text(amount)} 万元不计")
    return "；".join(said)


# --- completion ---------------------------------------------------------------------------------


def _completion(case: Case, rule: Completion) -> ConditionItem:
    state, why = _timely(rule, case.facts, case.today)
    if state == "not_met" and rule.in_principle:
        state, why = "ask", f"通知写的是“{IN_PRINCIPLE}”，能否列入须问主管部门"
    return case.item("竣工时间", state, _finish_text(case.facts), _completion_text(rule), why)


def _timely(rule: Completion, facts: Facts, today: date) -> tuple[State, str]:
    year, month = facts.whole(FINISH_YEAR), facts.whole(FINISH_MONTH)
    project = facts.chosen(PROJECT_STATE)
    if project is None or year is None:
        return "unknown", ""
    if project == "planned":
        return "ask", "项目还没有开工，能否列入须问主管部门"
    if project == "finished":
        if (year, month or 1) > (today.year, today.month):
            return "unknown", "填写的竣工时间还没有到，请核对项目状态"
        if rule.finished_from is None:
            return "unknown", ""
        return ("met" if year >= rule.finished_from else "not_met"), ""
    if (year, month or 12) < (today.year, today.month):
        return "unknown", "预计竣工时间已经过去，请更新项目状态"
    if rule.under_way_by is None:
        return "unknown", ""
    last_year, last_month = map(int, rule.under_way_by.split("-"))
    if year == last_year and month is None:
        return "unknown", "与最晚时间同一年，请补填月份"
    late = (year, month or 12) > (last_year, last_month)
    return ("not_met" if late else "met"), ""


def _finish_text(facts: Facts) -> str:
    year, month = facts.whole(FINISH_YEAR), facts.whole(FINISH_MONTH)
    when = NOT_ANSWERED if year is None else f"{year} 年" + (f" {month} 月" if month else "")
    if facts.chosen(PROJECT_STATE) is None:
        return f"项目状态{NOT_ANSWERED}；竣工时间 {when}" if year else NOT_ANSWERED
    return f"{facts.said(PROJECT_STATE)}，竣工时间 {when}"


def _completion_text(rule: Completion) -> str:
    finished, under_way = f"已竣工项目的时间{UNSEEN}", f"在建项目的期限{UNSEEN}"
    if rule.finished_from is None and rule.under_way_by is None:
        return UNSEEN
    if rule.finished_from is not None:
        finished = f"{rule.finished_from} 年及以后竣工"
    if rule.under_way_by is not None:
        year, month = rule.under_way_by.split("-")
        under_way = f"在建项目 {year} 年 {int(month)} 月底前投产"
    principle = f"{IN_PRINCIPLE}，" if rule.in_principle else ""
    return f"{principle}{finished}；{under_way}"


# --- the rest -----------------------------------------------------------------------------------


def _digital_level(case: Case, rule: DigitalLevel) -> ConditionItem:
    facts = case.facts
    level, year = facts.number(DIGITAL_LEVEL), facts.whole(DIGITAL_LEVEL_YEAR)
    found = NOT_ANSWERED
    if level is not None:
        found = f"{level:.1f}" + (f"（{year} 年评定）" if year else "（评定年份未填）")
    if rule.least is None:
        return case.item("省评数字化水平", "unknown", found, UNSEEN)
    state: State = "unknown"
    if level is not None:
        state = "met" if level >= rule.least else "not_met"
    wanted = f"不低于 {float(rule.least):.1f}"
    return case.item(
        "省评数字化水平", state, found, wanted, "指省级规上企业评估结果，不由本评估得分换算"
    )


def _credit(case: Case, rule: CreditGrade) -> ConditionItem:
    facts = case.facts
    grade = facts.chosen(CREDIT_GRADE)
    found = facts.said(CREDIT_GRADE)
    if rule.least is None:
        return case.item("信用评价", "unknown", found, UNSEEN)
    state: State = "unknown"
    if grade in CREDIT:
        state = "met" if CREDIT.index(grade) >= CREDIT.index(rule.least) else "not_met"
    return case.item("信用评价", state, found, f"{CREDIT_WORDS[rule.least]}及以上")


def _incidents(case: Case, rule: CleanYears) -> ConditionItem:
    wanted = f"近 {rule.years} 年没有重大安全、质量、环境事件"
    return _clean(case, "重大事件", SERIOUS_INCIDENT, wanted)


def _breaches(case: Case, rule: CleanYears) -> ConditionItem:
    return _clean(case, "违法失信", SERIOUS_BREACH, f"近 {rule.years} 年没有严重违法失信")


def _unlawful_acts(case: Case, rule: CleanYears) -> ConditionItem:
    return _clean(case, "违法行为", UNLAWFUL_ACT, f"近 {rule.years} 年没有违法行为")


def _clean(case: Case, title: str, question_id: str, wanted: str) -> ConditionItem:
    return _chosen(
        case, title, question_id, wanted, {"none": "met", "occurred": "not_met"}, CREDIT_CHECK
    )


def _chosen(
    case: Case, title: str, question_id: str, wanted: str, states: dict[str, State], why: str = ""
) -> ConditionItem:
    """Judge by which option was chosen; any that is not named leaves it unknown."""
    state = states.get(case.facts.chosen(question_id) or "", "unknown")
    return case.item(title, state, case.facts.said(question_id), wanted, why)


def _project(case: Case, rule: Project) -> Iterator[tuple[str, ConditionItem]]:
    if rule.in_province:
        places: dict[str, State] = {"in_province": "met", "elsewhere": "not_met"}
        wanted = "项目建在浙江省内"
        yield "in_province", _chosen(case, "项目地点", PROJECT_PLACE, wanted, places)
    if rule.sound_finances:
        finances: dict[str, State] = {"sound": "met", "strained": "ask"}
        wanted = "经营和财务状况良好"
        yield "sound_finances", _chosen(case, "财务状况", FINANCIAL_STATE, wanted, finances)
    if rule.not_yet_listed:
        before: dict[str, State] = {"none": "met", "listed": "not_met", "recognised": "not_met"}
        wanted = "没有列入过省级培育名单，也没有得到认定"
        yield "not_yet_listed", _chosen(case, "项目以往情况", PROJECT_STANDING, wanted, before)


def _applicant(case: Case, rule: Applicant) -> ConditionItem:
    facts = case.facts
    kind = facts.chosen(APPLICANT_KIND)
    state: State = "not_met"
    if kind is None:
        state = "unknown"
    elif kind in rule.ask:
        state = "ask"
    elif kind in rule.accepted:
        state = "met"
    question = facts.questions.get(APPLICANT_KIND)
    options = {o.id: o.text for o in getattr(question, "options", ())}
    wanted = "或".join(options.get(a, a) for a in rule.accepted)
    why = f"{rule.note}，请向主管部门确认" if kind in rule.ask and rule.note else rule.note or ""
    return case.item("申报主体", state, facts.said(APPLICANT_KIND), wanted, why)


def _figure(value: Fraction) -> str:
    return amount_text(Decimal(value.numerator) / Decimal(value.denominator))


_JUDGES: dict[str, Callable[[Case, Any], ConditionItem]] = {
    "investment": _investment,
    "completion": _completion,
    "digital_level": _digital_level,
    "credit": _credit,
    "incidents": _incidents,
    "breaches": _breaches,
    "unlawful_acts": _unlawful_acts,
    "applicant": _applicant,
}
