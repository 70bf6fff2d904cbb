"""Ids and references of an edition: everything scoring relies on when it looks something up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from questionnaires.edition import Edition
from questionnaires.model import (
    AnyBound,
    AnyGate,
    Bound,
    ChoiceQuestion,
    CrossCheck,
    FactBound,
    Gate,
    GridQuestion,
    LevelQuestion,
    MultipleQuestion,
    NumberQuestion,
    ProcessBound,
    Question,
    QuestionGate,
    RatioQuestion,
    Section,
    SectionGate,
)
from questionnaires.reading import Document, Fault, Trail

RESERVED = frozenset({"core", "trade"})
"""Section ids that gates use for a whole part."""


@dataclass(frozen=True)
class Placed:
    """A section, and where its file holds it; ``trade`` is None for sections every trade is asked."""

    section: Section
    file: str
    trade: str | None
    trail: Trail

    def questions(self) -> Iterator[tuple[Question, Trail]]:
        for index, question in enumerate(self.section.questions):
            yield question, (*self.trail, "questions", index)


@dataclass(frozen=True)
class Whole:
    """An edition beside the documents it was read from, so that a fault can name its place."""

    edition: Edition
    documents: dict[str, Document]

    def fault(self, file: str, trail: Trail, fault: str, remedy: str) -> Fault:
        return self.documents[file].fault(trail, fault, remedy)

    def sections(self) -> Iterator[Placed]:
        """Every section of every file."""
        yield from _placed(self.edition.core.sections, "core.yaml", None)
        yield from _placed(self.edition.extras, "extras.yaml", None)
        for trade in self.edition.trades.values():
            yield from _placed(trade.sections, f"{trade.id}.yaml", trade.id)

    def reworded(self) -> Iterator[tuple[str, Trail, str, Question]]:
        """Every common question as a trade asks it its own way: (file, trail, trade, question)."""
        for trade in self.edition.trades.values():
            for section in self.edition.core.sections:
                for question in section.questions:
                    if said := trade.rewords.get(question.id):
                        yield (
                            f"{trade.id}.yaml",
                            ("rewords", question.id),
                            trade.id,
                            said.of(question),
                        )

    def gates(self) -> Iterator[tuple[str, Trail, str | None, Gate]]:
        """Every gate as (file, trail, trade or None for a common gate, gate)."""
        for step, rung in enumerate(self.edition.ladder):
            for index, gate in enumerate(rung.gates):
                yield "edition.yaml", ("ladder", step, "gates", index), None, gate
        for trade in self.edition.trades.values():
            for rung_id, gates in trade.gates.items():
                for index, gate in enumerate(gates):
                    yield f"{trade.id}.yaml", ("gates", rung_id, index), trade.id, gate

    def checks(self) -> Iterator[tuple[str, Trail, str | None, CrossCheck]]:
        """Every cross-check as (file, trail, trade or None, check)."""
        for index, check in enumerate(self.edition.core.checks):
            yield "core.yaml", ("checks", index), None, check
        for trade in self.edition.trades.values():
            for index, check in enumerate(trade.checks):
                yield f"{trade.id}.yaml", ("checks", index), trade.id, check


def _placed(sections: Iterable[Section], file: str, trade: str | None) -> Iterator[Placed]:
    for index, section in enumerate(sections):
        yield Placed(section, file, trade, ("sections", index))


def faults(whole: Whole) -> Iterator[Fault]:
    """Yield every fault of ids and references."""
    yield from _names(whole)
    yield from _repeated_ids(whole)
    yield from _inside_questions(whole)
    yield from _needs(whole)
    yield from _stations(whole)
    yield from _rewords(whole)
    yield from _same(whole)
    yield from _gates(whole)
    yield from _checks(whole)


def _names(whole: Whole) -> Iterator[Fault]:
    """Files and folders are called after what they hold."""
    for name, trade in whole.edition.trades.items():
        if trade.id != name:
            file = f"{name}.yaml"
            yield whole.fault(file, ("id",), f"行业 id 是“{trade.id}”", f"改为“{name}”，与文件同名")
    rungs = {rung.id for rung in whole.edition.ladder}
    for trade in whole.edition.trades.values():
        for rung_id in trade.gates:
            if rung_id not in rungs:
                fault = f"阶梯中没有等级“{rung_id}”"
                yield whole.fault(f"{trade.id}.yaml", ("gates", rung_id), fault, "改正等级 id")


@dataclass
class _Seen:
    """Ids met so far, by kind; meeting one again is a fault."""

    whole: Whole
    first: dict[tuple[str, str], str]

    def again(self, kind: str, name: str, file: str, trail: Trail) -> Iterator[Fault]:
        known = self.first.get((kind, name))
        if known is None:
            self.first[kind, name] = file
            return
        fault = f"{kind}“{name}”重复，{known} 中已有"
        yield self.whole.fault(file, trail, fault, "换一个未用过的")


def _repeated_ids(whole: Whole) -> Iterator[Fault]:
    seen = _Seen(whole, {})
    for placed in whole.sections():
        yield from seen.again("模块 id", placed.section.id, placed.file, placed.trail)
        if placed.section.id in RESERVED:
            fault = f"“{placed.section.id}”是保留词"
            yield whole.fault(placed.file, placed.trail, fault, "换一个模块 id")
        for question, trail in placed.questions():
            yield from seen.again("题目 id", question.id, placed.file, trail)
            yield from seen.again("题号", question.code, placed.file, trail)
    for step, rung in enumerate(whole.edition.ladder):
        yield from seen.again("等级 id", rung.id, "edition.yaml", ("ladder", step))
    for index, station in enumerate(whole.edition.stations):
        yield from seen.again("走访地点 id", station.id, "edition.yaml", ("stations", index))
    for file, trail, _, check in whole.checks():
        yield from seen.again("互查 id", check.id, file, trail)
    for index, package in enumerate(whole.edition.packages):
        yield from seen.again("场景编号", package.code, "packages.yaml", ("packages", index))
    for index, standard in enumerate(whole.edition.standards):
        yield from seen.again("标准号", standard.number, "standards.yaml", ("standards", index))
    for trade in whole.edition.trades.values():
        own = _Seen(whole, {})
        for index, process in enumerate(trade.processes):
            trail = ("processes", index)
            yield from own.again("工序 id", process.id, f"{trade.id}.yaml", trail)


def _inside_questions(whole: Whole) -> Iterator[Fault]:
    """Options, rows and columns are told apart by their ids."""
    for placed in whole.sections():
        for question, trail in placed.questions():
            for key, ids in _inner_ids(question):
                for name in sorted({i for i in ids if ids.count(i) > 1}):
                    fault = f"“{name}”重复"
                    yield whole.fault(placed.file, (*trail, key), fault, "换一个未用过的 id")
            if isinstance(question, ChoiceQuestion) and any(o.exclusive for o in question.options):
                fault = "单选题的选项本来就互斥"
                yield whole.fault(placed.file, (*trail, "options"), fault, "删去 exclusive")


def _inner_ids(question: Question) -> Iterator[tuple[str, list[str]]]:
    if isinstance(question, ChoiceQuestion | MultipleQuestion):
        yield "options", [option.id for option in question.options]
    if isinstance(question, GridQuestion):
        yield "rows", [cell.id for cell in question.rows]
        yield "columns", [cell.id for cell in question.columns]


def _needs(whole: Whole) -> Iterator[Fault]:
    by_trade: dict[str | None, set[str]]
    by_trade = {t.id: {p.id for p in t.processes} for t in whole.edition.trades.values()}
    everywhere = set().union(*by_trade.values())
    for placed in whole.sections():
        known = by_trade.get(placed.trade, everywhere)
        for question, trail in placed.questions():
            for process in question.needs:
                if process not in known:
                    fault = f"没有工序“{process}”"
                    yield whole.fault(
                        placed.file, (*trail, "needs"), fault, "改正工序 id，或补上工序"
                    )


def _stations(whole: Whole) -> Iterator[Fault]:
    """Every question is looked at somewhere, once an edition has a walk."""
    known = {station.id for station in whole.edition.stations}
    for placed in whole.sections():
        section = placed.section
        yield from _station(whole, placed.file, placed.trail, section.station, known)
        for question, trail in placed.questions():
            yield from _station(whole, placed.file, trail, question.station, known)
            if known and not (question.station or section.station):
                fault = f"题目“{question.id}”没有走访地点"
                remedy = "在模块或本题写上 station"
                yield whole.fault(placed.file, trail, fault, remedy)


def _station(
    whole: Whole, file: str, trail: Trail, station: str | None, known: set[str]
) -> Iterator[Fault]:
    if station is not None and station not in known:
        fault = f"没有走访地点“{station}”"
        yield whole.fault(file, (*trail, "station"), fault, "改正地点 id，或在 stations 中补上")


def _rewords(whole: Whole) -> Iterator[Fault]:
    """A trade says only common questions its own way, and only what their kind has."""
    common = {q.id: q for section in whole.edition.core.sections for q in section.questions}
    for trade in whole.edition.trades.values():
        for question_id, said in trade.rewords.items():
            question, trail = common.get(question_id), ("rewords", question_id)
            if question is None:
                fault, remedy = f"通用部分没有题目“{question_id}”", "改正题目 id，或写成行业题"
                yield whole.fault(f"{trade.id}.yaml", trail, fault, remedy)
            elif said.levels and not isinstance(question, LevelQuestion):
                fault = f"题目“{question_id}”没有选项档"
                yield whole.fault(f"{trade.id}.yaml", (*trail, "levels"), fault, "删去 levels")


def _same(whole: Whole) -> Iterator[Fault]:
    """What two questions measure alike is named in reach, and scored once."""
    for placed in whole.sections():
        sections, questions = _within_reach(whole, placed.trade)
        counting = {q for s in sections.values() if s.counts for q in s.units}
        for question, trail in placed.questions():
            if question.same_as is None:
                continue
            if question.same_as not in questions or question.same_as == question.id:
                fault, remedy = f"没有题目“{question.same_as}”", "改为另一道量同一件事的题目 id"
            elif {question.id, question.same_as} <= counting:
                fault = f"与“{question.same_as}”量的是同一件事，却都计分"
                remedy = "只留一题计分，或让两题各量一件事"
            else:
                continue
            yield whole.fault(placed.file, (*trail, "same_as"), fault, remedy)


# --- gates and cross-checks -----------------------------------------------------------------------


def _within_reach(
    whole: Whole, trade: str | None
) -> tuple[dict[str, Section], dict[str, Question]]:
    """What a gate or check of this file may name: common sections, and the trade's own."""
    near = [p.section for p in whole.sections() if p.trade is None or p.trade == trade]
    return {s.id: s for s in near}, {q.id: q for s in near for q in s.questions}


def _gates(whole: Whole) -> Iterator[Fault]:
    for file, trail, trade, gate in whole.gates():
        sections, questions = _within_reach(whole, trade)
        for fault, remedy in _gate(gate, sections, questions):
            yield whole.fault(file, trail, fault, remedy)


def _gate(
    gate: Gate, sections: dict[str, Section], questions: dict[str, Question]
) -> Iterator[tuple[str, str]]:
    counting = {q.id for s in sections.values() if s.counts for q in s.scored_questions}
    if isinstance(gate, AnyGate):
        if gate.count > len(gate.any_of):
            yield f"{len(gate.any_of)} 项中要求满足 {gate.count} 项", "改小 count"
        for member in gate.any_of:
            yield from _question_gate(member, questions, counting)
    elif isinstance(gate, QuestionGate):
        yield from _question_gate(gate, questions, counting)
    elif isinstance(gate, SectionGate):
        if gate.section not in sections:
            yield f"没有模块“{gate.section}”", "改正模块 id"
        elif not sections[gate.section].counts:
            yield f"模块“{gate.section}”不计分，不能作必备条件", "换成计分的模块"


def _question_gate(
    gate: QuestionGate, questions: dict[str, Question], counting: set[str]
) -> Iterator[tuple[str, str]]:
    question = questions.get(gate.question)
    if question is None:
        yield f"没有题目“{gate.question}”", "改正题目 id，行业题只能写在该行业的文件里"
    elif gate.question not in counting:
        yield f"题目“{gate.question}”不计分，不能作必备条件", "换成计分的题目"
    elif gate.at_least_percent is not None and not isinstance(question, RatioQuestion):
        yield f"题目“{gate.question}”没有百分比", "改用 at_least"


def _checks(whole: Whole) -> Iterator[Fault]:
    processes = {t.id: {p.id for p in t.processes} for t in whole.edition.trades.values()}
    for file, trail, trade, check in whole.checks():
        _, questions = _within_reach(whole, trade)
        # A common check names only processes that every trade has.
        known = processes[trade] if trade else set.intersection(*processes.values())
        for index, bound in enumerate(check.when):
            for fault, remedy in _bound(bound, questions, known):
                yield whole.fault(file, (*trail, "when", index), fault, remedy)
        if sum(bound.sides for bound in check.when) < 2:
            yield whole.fault(file, (*trail, "when"), "只有一方，谈不上前后不符", "补上另一方")


def _bound(
    bound: AnyBound, questions: dict[str, Question], processes: set[str]
) -> Iterator[tuple[str, str]]:
    match bound:
        case ProcessBound(process=process):
            if process not in processes:
                yield f"没有工序“{process}”", "改正工序 id，行业工序只能写在该行业的文件里"
        case FactBound():
            yield from _fact_bound(bound)
        case Bound(question=question):
            yield from _answer_bound(bound, questions.get(question))


_FACT_BOUNDS = {"size": {"among"}, "above_scale": {"holds"}}
_NUMBERS = {"number_at_least", "number_at_most"}


def _fact_bound(bound: FactBound) -> Iterator[tuple[str, str]]:
    allowed = _FACT_BOUNDS.get(bound.fact, _NUMBERS)
    given = {name for name, value in bound if value is not None} - {"fact"}
    if not given or not given <= allowed:
        wanted = "、".join(sorted(allowed))
        yield f"{bound.fact} 的界限写得不对", f"只写 {wanted}"


def _answer_bound(bound: Bound, question: Question | None) -> Iterator[tuple[str, str]]:
    if question is None:
        yield f"没有题目“{bound.question}”", "改正题目 id"
        return
    given = {name for name, value in bound if value is not None and value is not False}
    if given == {"question"}:
        yield "没有写界限", "写上 at_least、at_most 或百分比界限"
    if given & {"at_least", "at_most", "risen_by", "fallen_by"} and not _has_level(question):
        yield f"题目“{bound.question}”没有选项档", "改用百分比界限，或换一道题"
    if given & {"percent_at_least", "percent_at_most"} and not isinstance(question, RatioQuestion):
        yield f"题目“{bound.question}”没有百分比", "改用 at_least 或 at_most"
    if "not_applicable" in given and not question.not_applicable:
        yield f"题目“{bound.question}”不能答不适用", "换一道题，或删去 not_applicable"
    if given & _NUMBERS and not isinstance(question, NumberQuestion):
        yield f"题目“{bound.question}”不是数字题", "换一道数字题"


def _has_level(question: Question) -> bool:
    return isinstance(question, LevelQuestion) or question.scored
