"""Gates (必备条件): what a rung demands whatever the share, and how a sheet stands to it.

A judged gate is values: what it demands, and what the sheet showed there. Its Chinese sentences
are made when somebody reads them; ``plain`` and ``parse`` keep it as JSON in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from pydantic import TypeAdapter

from questionnaires.answers import NOT_APPLICABLE, Answer, Ratio, percent_text
from questionnaires.model import (
    AnyGate,
    Gate,
    LevelQuestion,
    Names,
    PartGate,
    Question,
    QuestionGate,
    Questionnaire,
    RatioQuestion,
    SectionGate,
)
from questionnaires.words import PARTS

State = Literal["passed", "failed", "not_applicable"]


@dataclass(frozen=True)
class Shown:
    """What a sheet shows at one question, or at the share, that a gate looks at.

    A question that was answered shows ``level`` and ``ratio``, one that was not says why it is
    ``absent``. ``share`` is None where nothing in the section or part applies.
    """

    state: State
    level: int | None = None
    ratio: Ratio | None = None
    share: Fraction | None = None
    absent: Literal["not_asked", "not_applicable"] | None = None


@dataclass(frozen=True)
class GateResult:
    """How one gate stands; one that is ``not_applicable`` counts as passed.

    ``shown`` has one entry: an any-of gate has one for each of its questions, in their order.
    """

    gate: Gate
    state: State
    shown: tuple[Shown, ...]
    questionnaire: Questionnaire = field(repr=False, compare=False)

    @property
    def question_ids(self) -> tuple[str, ...]:
        """The questions that decide it."""
        return tuple(_deciding(self.gate, self.questionnaire))

    @property
    def wanted(self) -> str:
        """What it demands, in the words of the level demanded."""
        asked = self.questionnaire
        return demand(self.gate, asked.names, asked.questions)

    @property
    def found(self) -> str:
        """What the sheet shows, as a Chinese phrase."""
        gate, asked = self.gate, self.questionnaire
        if isinstance(gate, SectionGate | PartGate):
            share = self.shown[0].share
            return "没有适用的题目，不作要求" if share is None else percent_text(share * 100)
        if isinstance(gate, QuestionGate):
            return _found(gate, self.shown[0], asked)
        pairs = zip(gate.any_of, self.shown, strict=True)
        said = (f"“{asked.names.short(m.question)}”{_found(m, s, asked)}" for m, s in pairs)
        return "；".join(said)


# --- judging ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marks:
    """What gates look at: answers and levels of the questions asked, and shares.

    A question that is not asked is in neither ``answers`` nor ``levels``; a share is None where
    nothing applies.
    """

    questionnaire: Questionnaire
    answers: Mapping[str, Answer]
    levels: Mapping[str, int | None]
    shares: Mapping[str, Fraction | None]
    """By section id and by part (``core``, ``trade``)."""


def judge(gate: Gate, marks: Marks) -> GateResult:
    """Judge one gate of any kind."""
    if isinstance(gate, AnyGate):
        return _any(gate, marks)
    shown = _question(gate, marks) if isinstance(gate, QuestionGate) else _share(gate, marks)
    return GateResult(gate, shown.state, (shown,), marks.questionnaire)


def _question(gate: QuestionGate, marks: Marks) -> Shown:
    answer = marks.answers.get(gate.question)
    if answer is None:
        return Shown("not_applicable", absent="not_asked")
    if answer is NOT_APPLICABLE:
        return Shown("not_applicable", absent="not_applicable")
    level = marks.levels.get(gate.question)
    state: State = "passed" if holds(gate, level, answer) else "failed"
    return Shown(state, level, answer if isinstance(answer, Ratio) else None)


def holds(gate: QuestionGate, level: int | None, answer: Answer | None) -> bool:
    """Whether an answer meets every demand of its gate."""
    if gate.at_least is not None and (level is None or level < gate.at_least):
        return False
    if gate.at_least_percent is None:
        return True
    return isinstance(answer, Ratio) and answer.percent >= gate.at_least_percent


def _share(gate: SectionGate | PartGate, marks: Marks) -> Shown:
    share = marks.shares[share_key(gate)]
    if share is None:
        return Shown("not_applicable")
    return Shown("passed" if share >= gate.at_least_share else "failed", share=share)


def _any(gate: AnyGate, marks: Marks) -> GateResult:
    """At least ``count`` of those that apply; of all that apply where fewer than ``count`` do."""
    shown = tuple(_question(member, marks) for member in gate.any_of)
    applicable = [s for s in shown if s.state != "not_applicable"]
    passed = sum(s.state == "passed" for s in applicable)
    state: State = "not_applicable"
    if applicable:
        state = "passed" if passed >= min(gate.count, len(applicable)) else "failed"
    return GateResult(gate, state, shown, marks.questionnaire)


# --- what a gate looks at -----------------------------------------------------------------------


def share_key(gate: SectionGate | PartGate) -> str:
    """Name the section or part whose share a gate looks at."""
    return gate.section if isinstance(gate, SectionGate) else gate.part


def counts_in(key: str | None, section_id: str, *, is_core: bool) -> bool:
    """Whether a section counts in a share: in its own, in that of its part, or (None) in the whole."""
    return key in (None, section_id, "core" if is_core else "trade")


def question_gates(gate: Gate) -> tuple[QuestionGate, ...]:
    """The question gates inside a gate; none for one on a section's or a part's share."""
    if isinstance(gate, QuestionGate):
        return (gate,)
    return gate.any_of if isinstance(gate, AnyGate) else ()


def least_level(gate: QuestionGate, question: Question) -> int:
    """The least level at which a gate can hold; for a percentage, that of the band it lies in."""
    level = gate.at_least or 0
    if gate.at_least_percent is not None and isinstance(question, RatioQuestion):
        level = max(level, question.level_at(gate.at_least_percent))
    return level


def least_percent(gate: QuestionGate, question: RatioQuestion) -> Fraction:
    """The percentage a gate demands: its own or the one its level must exceed, whichever is more."""
    edges = (Fraction(0), *(question.above or ()))
    return max(edges[gate.at_least or 0], gate.at_least_percent or Fraction(0))


def pieces_missing(gate: QuestionGate, question: Question, answer: Ratio) -> int:
    """Return how many more machines (or whatever is counted) a ratio needs to meet its gate."""
    needed = answer.part
    edges = question.above if isinstance(question, RatioQuestion) else None
    if gate.at_least and edges:
        needed = max(needed, answer.whole * edges[gate.at_least - 1] // 100 + 1)
    if gate.at_least_percent is not None:
        needed = max(needed, ceil(answer.whole * gate.at_least_percent / 100))
    return int(needed) - answer.part


def name_of(gate: Gate) -> str:
    """Name a gate as worked examples do: by what it looks at."""
    if isinstance(gate, SectionGate | PartGate):
        return share_key(gate)
    return "|".join(member.question for member in question_gates(gate))


def demands(gate: Gate) -> Gate:
    """Return a gate without its reasons, so that two can be told equal by what they demand."""
    bare = gate.model_copy(update={"reason": None})
    if isinstance(bare, AnyGate):
        members = tuple(member.model_copy(update={"reason": None}) for member in bare.any_of)
        return bare.model_copy(update={"any_of": members})
    return bare


def _deciding(gate: Gate, questionnaire: Questionnaire) -> tuple[str, ...]:
    if isinstance(gate, SectionGate | PartGate):
        return questionnaire.members[share_key(gate)]
    return tuple(member.question for member in question_gates(gate))


# --- kept as JSON -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Kept:
    gate: Gate
    state: State
    shown: tuple[Shown, ...]


_KEPT = TypeAdapter(_Kept)


def plain(result: GateResult) -> dict[str, Any]:
    """Return a judged gate as JSON: ``gate`` as data files write it, ``state``, ``shown``."""
    kept = _Kept(demands(result.gate), result.state, result.shown)
    found: dict[str, Any] = _KEPT.dump_python(kept, mode="json", exclude_none=True)
    return found


def parse(wire: object, questionnaire: Questionnaire) -> GateResult:
    """Read what ``plain`` wrote, of the questionnaire it was judged by.

    Raises:
        pydantic.ValidationError: It is no judged gate.
    """
    kept = _KEPT.validate_python(wire)
    return GateResult(kept.gate, kept.state, kept.shown, questionnaire)


# --- in words -----------------------------------------------------------------------------------


def demand(gate: Gate, names: Names, questions: Mapping[str, Question]) -> str:
    """Return what a gate demands, as a Chinese phrase: of a level its sentence, not only its number."""
    if isinstance(gate, QuestionGate):
        return f"“{names.short(gate.question)}”{_level_wanted(gate, questions.get(gate.question))}"
    if isinstance(gate, AnyGate):
        members = "；".join(demand(member, names, questions) for member in gate.any_of)
        return f"下列 {len(gate.any_of)} 项中至少 {gate.count} 项：{members}"
    at = PARTS[gate.part] if isinstance(gate, PartGate) else f"“{names.title(gate.section)}”模块"
    return f"{at}得分率不低于 {percent_text(gate.at_least_share * 100)}"


def _level_wanted(gate: QuestionGate, question: Question | None) -> str:
    """Say the sentence of the level a question is to reach; of a ratio the percentage."""
    level = gate.at_least
    if question is None:  # a draft may name what it does not ask
        return f"做到 {level or 0} 档"
    if isinstance(question, LevelQuestion):
        return f"做到“{question.levels[level or 0]}”（{level or 0} 档）"
    edges = question.above if isinstance(question, RatioQuestion) else None
    edge = edges[level - 1] if edges and level else None
    wanted = gate.at_least_percent
    if edge is not None and (wanted is None or wanted <= edge):
        return f"超过 {percent_text(edge)}"
    return f"不低于 {percent_text(wanted or Fraction(0))}"


_ABSENT = {"not_asked": "没有此工序，不作要求", "not_applicable": "不适用，不作要求"}


def _found(gate: QuestionGate, shown: Shown, asked: Questionnaire) -> str:
    if shown.absent:
        return _ABSENT[shown.absent]
    question = asked.questions[gate.question]
    if (ratio := shown.ratio) and isinstance(question, RatioQuestion):
        missing = pieces_missing(gate, question, ratio)
        more = f"，还差 {missing} {question.unit}" if missing else ""
        return f"{ratio.part} / {ratio.whole}，{percent_text(ratio.percent)}{more}"
    if isinstance(question, LevelQuestion) and shown.level is not None:
        return f"“{question.levels[shown.level]}”（{shown.level} 档）"
    return ""
