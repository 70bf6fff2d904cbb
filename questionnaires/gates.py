"""Gates (必备条件): what a rung demands whatever the share, and how a sheet stands to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from questionnaires.answers import NOT_APPLICABLE, Answer, Ratio, percent_text
from questionnaires.model import AnyGate, Gate, PartGate, Question, QuestionGate, SectionGate

State = Literal["passed", "failed", "not_applicable"]

PARTS = {"core": "通用部分", "trade": "行业部分"}


@dataclass(frozen=True)
class GateResult:
    """How one gate stands.

    ``wanted`` and ``found`` are Chinese phrases; ``question_ids`` are the questions that decide it.
    A gate that is ``not_applicable`` counts as passed.
    """

    gate: Gate
    state: State
    question_ids: tuple[str, ...]
    wanted: str
    found: str


@dataclass(frozen=True)
class Standing:
    """What gates look at: answers and levels of the questions asked, and shares.

    A question that is not asked is in neither ``answers`` nor ``levels``; a share is None where
    nothing applies.
    """

    questions: Mapping[str, Question]
    titles: Mapping[str, str]
    """Section titles by section id."""
    members: Mapping[str, tuple[str, ...]]
    """Scored question ids by section id and by part (``core``, ``trade``)."""
    answers: Mapping[str, Answer]
    levels: Mapping[str, int | None]
    shares: Mapping[str, Fraction | None]
    """By section id and by part."""


def judge(gate: Gate, standing: Standing) -> GateResult:
    """Judge one gate of any kind."""
    if isinstance(gate, QuestionGate):
        return _question(gate, standing)
    if isinstance(gate, AnyGate):
        return _any(gate, standing)
    if isinstance(gate, SectionGate):
        name = f"“{standing.titles[gate.section]}”模块"
        return _share(gate, gate.section, name, standing)
    return _share(gate, gate.part, PARTS[gate.part], standing)


def _question(gate: QuestionGate, standing: Standing) -> GateResult:
    question = standing.questions[gate.question]
    wanted = demand(gate, question)
    answer = standing.answers.get(gate.question)
    if answer is None:
        return GateResult(gate, "not_applicable", (question.id,), wanted, "没有此工序，不作要求")
    if answer is NOT_APPLICABLE:
        return GateResult(gate, "not_applicable", (question.id,), wanted, "不适用，不作要求")
    level = standing.levels.get(question.id)
    state: State = "passed" if _holds(gate, level, answer) else "failed"
    return GateResult(gate, state, (question.id,), wanted, _found(level, answer))


def _holds(gate: QuestionGate, level: int | None, answer: Answer) -> bool:
    """Whether an answer meets every demand of its gate."""
    if gate.at_least is not None and (level is None or level < gate.at_least):
        return False
    if gate.at_least_percent is None:
        return True
    return isinstance(answer, Ratio) and answer.percent >= gate.at_least_percent


def demand(gate: QuestionGate, question: Question) -> str:
    """Return what a question gate demands, as a Chinese phrase."""
    demands = []
    if gate.at_least is not None:
        demands.append(f"不低于 {gate.at_least} 档")
    if gate.at_least_percent is not None:
        demands.append(f"不低于 {percent_text(gate.at_least_percent)}")
    return f"“{question.short}”{'，且'.join(demands)}"


def _found(level: int | None, answer: Answer) -> str:
    said = [] if level is None else [f"{level} 档"]
    if isinstance(answer, Ratio):
        said.append(f"{answer.part} / {answer.whole}，{percent_text(answer.percent)}")
    return "，".join(said)


def _share(gate: SectionGate | PartGate, key: str, name: str, standing: Standing) -> GateResult:
    wanted = f"{name}得分率不低于 {percent_text(gate.at_least_share * 100)}"
    share, members = standing.shares[key], standing.members[key]
    if share is None:
        return GateResult(gate, "not_applicable", members, wanted, "没有适用的题目，不作要求")
    state: State = "passed" if share >= gate.at_least_share else "failed"
    return GateResult(gate, state, members, wanted, percent_text(share * 100))


def _any(gate: AnyGate, standing: Standing) -> GateResult:
    """At least ``count`` of those that apply; of all that apply where fewer than ``count`` do."""
    results = [_question(member, standing) for member in gate.any_of]
    applicable = [r for r in results if r.state != "not_applicable"]
    passed = sum(r.state == "passed" for r in applicable)
    state: State = "not_applicable"
    if applicable:
        state = "passed" if passed >= min(gate.count, len(applicable)) else "failed"
    questions = [standing.questions[member.question] for member in gate.any_of]
    return GateResult(
        gate,
        state,
        tuple(question.id for question in questions),
        f"下列 {len(results)} 项中至少 {gate.count} 项：" + "；".join(r.wanted for r in results),
        "；".join(f"“{q.short}”{r.found}" for q, r in zip(questions, results, strict=True)),
    )
