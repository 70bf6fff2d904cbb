"""Single changes to a rubric (改动): every place where one figure decides a score, changed a little.

A place is a trail through the values of an edition, or of its MIIT frame. What the shape of the
files refuses (a gate at level 5, a weight of 0) never gets into an edition and is no mutant.
Left out, because no example states them: texts, key figures, cross-checks, packages, and the maps
to GB/T 39116 and the province.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, ValidationError

from questionnaires.edition import Edition
from questionnaires.frames.crosswalk.frames import (
    Demand,
    LevelRule,
    MiitFrame,
    PercentItem,
    Scenario,
)
from questionnaires.gates import name_of
from questionnaires.model import (
    LEVELS,
    AnyGate,
    Gate,
    LevelQuestion,
    PartGate,
    QuestionGate,
    RatioQuestion,
    Section,
    SectionGate,
    Trade,
)
from questionnaires.reading import Trail

REMOVED = object()
"""In place of a value: take it out of its tuple or dictionary, or leave the key unset."""
POINT = Fraction(1, 100)
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Rubric:
    """What an example is held against."""

    edition: Edition
    miit: MiitFrame | None


@dataclass(frozen=True)
class Mutant:
    """One change. ``same`` says why nobody could notice it; then it does not count."""

    kind: str
    trail: Trail
    after: object
    same: str = ""

    @property
    def trade(self) -> str | None:
        """The only trade concerned, or None for all."""
        return str(self.trail[2]) if self.trail[:2] == ("edition", "trades") else None

    def of(self, rubric: Rubric) -> Rubric | None:
        """The changed rubric; None when the shape refuses it."""
        part, *rest = self.trail
        try:
            changed = replaced(getattr(rubric, str(part)), tuple(rest), self.after)
        except ValidationError:
            return None
        return Rubric(**{"edition": rubric.edition, "miit": rubric.miit} | {str(part): changed})

    def place(self, rubric: Rubric) -> str:
        """Name the place in ids: edition › core › production › scheduling › weight."""
        words: list[str] = []
        value: Any = rubric
        for step in self.trail:
            held, value = value, _inner(value, step)
            words.append(_name(value, int(step)) if isinstance(held, tuple) else str(step))
        return " › ".join(w for w in words if w not in ("sections", "questions", "trades"))

    def words(self, rubric: Rubric) -> str:
        """Name the change: kind, place, before → after."""
        before: Any = rubric
        for step in self.trail:
            before = _inner(before, step)
        return f"{self.kind}：{self.place(rubric)}：{_shown(before)} → {_shown(self.after)}"


def _inner(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, tuple):
        return value[int(step)] if int(step) < len(value) else None
    return getattr(value, str(step))


def _name(value: Any, at: int) -> str:
    """Name one of several: a gate as examples do, anything else by its id or position."""
    if isinstance(value, QuestionGate | SectionGate | PartGate | AnyGate):
        return name_of(value)
    return str(getattr(value, "id", at + 1))


def _shown(value: Any) -> str:
    if value is REMOVED or value is None:
        return "（没有）"
    if isinstance(value, BaseModel):
        return str(value.model_dump(mode="json", exclude_defaults=True, exclude={"reason", "note"}))
    if isinstance(value, tuple):
        return "[" + "、".join(map(_shown, value)) + "]"
    return str(value)


def replaced(value: Any, trail: Trail, new: object) -> Any:
    """Return a value of the same kind with one inner value replaced, checked for shape again.

    Raises:
        ValidationError: The new value does not belong there.
    """
    if not trail:
        return new
    step, rest = trail[0], trail[1:]
    inner = replaced(_inner(value, step), rest, new)
    if isinstance(value, dict):
        return {k: v for k, v in (value | {step: inner}).items() if v is not REMOVED}
    if isinstance(value, tuple):
        at = int(step)
        return (*value[:at], *(() if inner is REMOVED else (inner,)), *value[at + 1 :])
    # Not model_copy: it would keep what the old value has worked out and cached.
    kept = {name: getattr(value, name) for name in type(value).model_fields}
    kept[str(step)] = inner
    return type(value).model_validate({k: v for k, v in kept.items() if v is not REMOVED})


def mutants(rubric: Rubric) -> tuple[Mutant, ...]:
    """List every change of a rubric that its shape allows."""
    listed = [*_edition(rubric.edition), *(_miit(rubric.miit) if rubric.miit else ())]
    return tuple(m for m in listed if m.of(rubric) is not None)


def _steps(
    kind: str, trail: Trail, value: Fraction | int | None, by: Fraction | int
) -> Iterator[Mutant]:
    if value is not None:
        yield from (Mutant(kind, trail, value + step) for step in (-by, by))


# --- the score ----------------------------------------------------------------------------------


def _edition(edition: Edition) -> Iterator[Mutant]:
    every = tuple(dict.fromkeys(p.id for t in edition.trades.values() for p in t.processes))
    for at, section in enumerate(edition.core.sections):
        yield from _section(("edition", "core", "sections", at), section, every)
    for trade in edition.trades.values():
        own = tuple(process.id for process in trade.processes)
        for at, section in enumerate(trade.sections):
            yield from _section(("edition", "trades", trade.id, "sections", at), section, own)
    for at, rung in enumerate(edition.ladder):
        here: Trail = ("edition", "ladder", at)
        yield from _steps("分数线", (*here, "at_least"), rung.at_least, POINT)
        below: Trail = ("edition", "ladder", at - 1, "gates") if at else ()
        earlier = edition.ladder[at - 1].gates if at else ()
        yield from _gates(edition, (*here, "gates"), rung.gates, below, earlier)
    for trade in edition.trades.values():
        yield from _trade_gates(edition, trade)


def _section(here: Trail, section: Section, processes: tuple[str, ...]) -> Iterator[Mutant]:
    if not section.counts:
        return
    yield from _steps("模块权重", (*here, "weight"), section.weight, 1)
    yield Mutant("模块不计分", (*here, "weight"), None)
    for at, question in enumerate(section.questions):
        if isinstance(question, LevelQuestion | RatioQuestion) and question.scored:
            yield from _question((*here, "questions", at), question, processes)


def _question(
    here: Trail, question: LevelQuestion | RatioQuestion, processes: tuple[str, ...]
) -> Iterator[Mutant]:
    for factor in (HALF, 2):
        yield Mutant("题目权重", (*here, "weight"), question.weight * factor)
    yield Mutant("不适用", (*here, "not_applicable"), not question.not_applicable)
    needs = question.needs
    for process in needs:
        yield Mutant("所需工序", (*here, "needs"), tuple(p for p in needs if p != process))
    # A question asked of everyone goes missing in the same way whatever process it comes to need.
    for process in (p for p in processes if p not in needs) if needs else processes[:1]:
        yield Mutant("所需工序", (*here, "needs"), (*needs, process))
    if isinstance(question, RatioQuestion) and question.above:
        for at, edge in enumerate(question.above):
            yield from _steps("比例分档", (*here, "above", at), edge, 1)


# --- gates --------------------------------------------------------------------------------------


def _trade_gates(edition: Edition, trade: Trade) -> Iterator[Mutant]:
    order = [rung.id for rung in edition.ladder]
    for rung_id, gates in trade.gates.items():
        here: Trail = ("edition", "trades", trade.id, "gates")
        at = order.index(rung_id)
        below: Trail = (*here, order[at - 1]) if at else ()
        earlier = trade.gates.get(order[at - 1], ()) if at else ()
        yield from _gates(edition, (*here, rung_id), gates, below, earlier)


def _gates(
    edition: Edition,
    here: Trail,
    gates: tuple[Gate, ...],
    below: Trail,
    earlier: tuple[Gate, ...],
) -> Iterator[Mutant]:
    for at, gate in enumerate(gates):
        yield Mutant("必备条件取消", (*here, at), REMOVED)
        if below:
            yield Mutant("必备条件提前一级", below, (*earlier, gate))
        yield from _gate(edition, (*here, at), gate)


def _gate(edition: Edition, here: Trail, gate: Gate) -> Iterator[Mutant]:
    if isinstance(gate, QuestionGate):
        yield from _question_gate(edition, here, gate)
    elif isinstance(gate, AnyGate):
        yield from _steps("必备条件项数", (*here, "count"), gate.count, 1)
        for at, member in enumerate(gate.any_of):
            yield Mutant("必备条件取消", (*here, "any_of", at), REMOVED)
            yield from _question_gate(edition, (*here, "any_of", at), member)
    else:
        yield from _steps("必备条件得分率", (*here, "at_least_share"), gate.at_least_share, POINT)
        if isinstance(gate, PartGate):
            other = "trade" if gate.part == "core" else "core"
            yield Mutant("必备条件所看部分", (*here, "part"), other)


def _question_gate(edition: Edition, here: Trail, gate: QuestionGate) -> Iterator[Mutant]:
    yield from _steps("必备条件百分比", (*here, "at_least_percent"), gate.at_least_percent, 1)
    if gate.at_least is None:
        return
    same = _implied(edition, gate)
    level: Trail = (*here, "at_least")
    yield Mutant("必备条件档", level, gate.at_least + 1)
    yield Mutant("必备条件档", level, gate.at_least - 1, same)
    if gate.at_least_percent is not None:
        yield Mutant("必备条件档取消", level, None, same)
        yield Mutant("必备条件百分比取消", (*here, "at_least_percent"), None)


def _implied(edition: Edition, gate: QuestionGate) -> str:
    """Say why a level demand asks nothing its percentage does not ask already."""
    sections = (s for t in edition.trades.values() for s in (*edition.core.sections, *t.sections))
    question = next(q for s in sections for q in s.questions if q.id == gate.question)
    if gate.at_least_percent is None or not isinstance(question, RatioQuestion):
        return ""
    band = question.level_at(gate.at_least_percent)
    if gate.at_least is None or band < gate.at_least:
        return ""
    return f"{gate.at_least_percent}% 以上必在 {band} 档，档的要求已含在百分比里"


# --- MIIT ---------------------------------------------------------------------------------------


def _miit(frame: MiitFrame) -> Iterator[Mutant]:
    for d, dimension in enumerate(frame.dimensions):
        for i, item in enumerate(dimension.items):
            here: Trail = ("miit", "dimensions", d, "items", i)
            if isinstance(item, PercentItem):
                for at, edge in enumerate(item.above):
                    yield from _steps("对照分档", (*here, "above", at), edge, 1)
                for at, points in enumerate(item.earns):
                    yield from _steps("对照分值", (*here, "earns", at), points, HALF)
            else:
                for option, points in item.options.items():
                    yield from _steps("对照分值", (*here, "options", option), points, HALF)
    for at, rule in enumerate(frame.levels):
        here = ("miit", "levels", at)
        yield from _steps("对照等级", (*here, "score"), rule.score, 1)
        yield from _steps("对照等级", (*here, "scenarios"), rule.scenarios, 1)
        for after in (rule.constrained - 1, rule.constrained + 1):
            same = _enough_anyway(frame, rule, max(rule.constrained, after))
            yield Mutant("对照等级", (*here, "constrained"), after, same)
    for at, scenario in enumerate(frame.scenarios):
        yield from _scenario(("miit", "scenarios", at), scenario)


def _enough_anyway(frame: MiitFrame, rule: LevelRule, constrained: int) -> str:
    """Say why so many constrained scenarios are there whenever the level has all it needs."""
    others = sum(not s.constrained and s.most >= rule.level for s in frame.scenarios)
    if rule.scenarios - others < constrained:
        return ""
    return (
        f"能到 {rule.level} 级的非约束性场景只有 {others} 个，"
        f"凑满 {rule.scenarios} 个时约束性必已够数"
    )


def _scenario(here: Trail, scenario: Scenario) -> Iterator[Mutant]:
    yield Mutant("对照约束性", (*here, "constrained"), not scenario.constrained)
    yield from _steps("对照场景上限", (*here, "most"), scenario.most, 1)
    for level in range(1, scenario.most + 1):
        demand = scenario.demand(level)
        place: Trail = (*here, "levels", level)
        for part in ("all", "any", "maybe"):
            for question_id, least in getattr(demand, part).items():
                same = _demanded_below(scenario, level, part, question_id, least)
                for after in (least - 1, least + 1, None):
                    changed = _demand(demand, part, question_id, after)
                    if changed:
                        lower = after is None or after < least
                        yield Mutant("对照场景要求", place, changed, same if lower else "")


def _demand(demand: Demand, part: str, question_id: str, after: int | None) -> Demand | None:
    """The demand with one question asked at another level or not at all; None if there is none."""
    if after is not None and not 0 <= after < LEVELS:
        return None
    wanted = getattr(demand, part) | {question_id: after}
    parts = {name: getattr(demand, name) for name in ("all", "any", "maybe")}
    parts[part] = {q: least for q, least in wanted.items() if least is not None}
    return Demand(**parts) if any(parts.values()) else None


def _demanded_below(scenario: Scenario, level: int, part: str, question_id: str, least: int) -> str:
    """Say at which lower level the very same is asked already; a level counts only above it."""
    for lower in range(1, level) if part == "all" else ():
        demand = scenario.demand(lower)
        if not demand.maybe and demand.all.get(question_id, -1) >= least:
            return f"{lower} 级已经要求“{question_id}”不低于 {least} 档"
    return ""
