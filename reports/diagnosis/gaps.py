"""What keeps a firm from its next rung, and where its answers leave most behind."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from questionnaires.answers import describe
from questionnaires.gates import GateResult
from questionnaires.model import AnyGate, QuestionGate, Weakness
from questionnaires.scoring import FULL, QuestionScore, RungResult, Score
from reports.figures import Figure, percent, percentage_points, points_figure, share_figure
from reports.lifting import Ground
from reports.words import GATE_STATES

MOST_GAPS = 14


@dataclass(frozen=True)
class GateLine:
    """One gate as a reader checks it."""

    wanted: str
    found: str
    state: str
    state_text: str
    reason: str
    question_ids: tuple[str, ...]


@dataclass(frozen=True)
class Stair:
    """One rung on the picture of the ladder."""

    number: int
    id: str
    title: str
    meaning: str
    threshold: Figure
    is_reference: bool
    threshold_met: bool
    reached: bool
    here: bool
    next: bool
    gates: tuple[GateLine, ...]

    @property
    def failed(self) -> tuple[GateLine, ...]:
        return tuple(g for g in self.gates if g.state == "failed")

    @property
    def applicable(self) -> tuple[GateLine, ...]:
        return tuple(g for g in self.gates if g.state != "not_applicable")

    @property
    def gates_text(self) -> str:
        """How many of the rung's gates hold, of those that apply to the firm."""
        if not self.gates:
            return "无"
        return f"{len(self.applicable) - len(self.failed)} / {len(self.applicable)}"

    @property
    def gates_words(self) -> str:
        """The same in a sentence, which also counts what is not asked of the firm."""
        beside = len(self.gates) - len(self.applicable)
        aside = f"；另有 {beside} 项不作要求" if beside else ""
        held = len(self.applicable) - len(self.failed)
        return f"适用的必备条件 {len(self.applicable)} 项，满足 {held} 项{aside}"


@dataclass(frozen=True)
class Missing:
    """What is missing to the next rung: gates, and a part of the share."""

    step: int
    title: str
    threshold: Figure
    missing: Figure
    threshold_met: bool
    gates: tuple[GateLine, ...]
    summary: str


@dataclass(frozen=True)
class Gap:
    """An answer below full marks that matters: by a gate, or by what it is worth."""

    code: str
    question_id: str
    short: str
    section: str
    answer: str
    level: int
    wanted: str
    weakness: Weakness | None
    worth: Figure
    packages: tuple[str, ...]
    is_gate: bool


def rung_title(score: Score) -> str:
    """The rung a score stands on, or that it stands on none yet."""
    return score.rung.title if score.rung else f"尚未达到{score.rungs[0].rung.title}"


def stairs(ground: Ground) -> tuple[Stair, ...]:
    """The ladder from the bottom up."""
    score = ground.score
    return tuple(
        Stair(
            number=result.step,
            id=result.rung.id,
            title=result.rung.title,
            meaning=result.rung.meaning,
            threshold=share_figure(result.rung.at_least),
            is_reference=result.rung.confidence == "proposal",
            threshold_met=result.threshold_met,
            reached=result.reached,
            here=result.step == score.step,
            next=result is score.next,
            gates=tuple(_gate(g) for g in result.gates),
        )
        for result in score.rungs
    )


def missing(ground: Ground) -> Missing | None:
    """What is missing to the next rung; None on the top rung."""
    target = ground.score.next
    if target is None:
        return None
    return Missing(
        step=target.step,
        title=target.rung.title,
        threshold=share_figure(target.rung.at_least),
        missing=Figure(target.missing_share, percentage_points(target.missing_share)),
        threshold_met=target.threshold_met,
        gates=tuple(_gate(g) for g in target.failed_gates),
        summary=_summary(target),
    )


def _gate(result: GateResult) -> GateLine:
    return GateLine(
        wanted=result.wanted,
        found=result.found,
        state=result.state,
        state_text=GATE_STATES[result.state],
        reason=result.gate.reason or "",
        question_ids=result.question_ids,
    )


def _summary(target: RungResult) -> str:
    """Say in one sentence what blocks the rung."""
    threshold = percent(target.rung.at_least)
    short = f"总得分率距分数线 {threshold} 还差 {percentage_points(target.missing_share)}"
    gates = f"还有 {len(target.failed_gates)} 项必备条件未满足"
    if target.threshold_met:
        return f"总得分率已达到分数线 {threshold}，{gates}。"
    return f"{short}，{gates}。" if target.failed_gates else f"{short}，必备条件已全部满足。"


def gaps(ground: Ground) -> tuple[Gap, ...]:
    """The gap list: gates of the next rung first, then by what full marks would add."""
    gate_ids = _gate_questions(ground)
    titles = {
        mark.question.id: section.section.title
        for section in ground.score.sections
        for mark in section.questions
    }
    found = [
        _gap(ground, ground.score.question[question_id], titles[question_id], gate_ids)
        for question_id, level in ground.levels.items()
        if level < FULL or question_id in gate_ids
    ]
    found.sort(key=lambda gap: (not gap.is_gate, -gap.worth.exact))
    return tuple(found[: max(MOST_GAPS, len(gate_ids))])


def _gate_questions(ground: Ground) -> dict[str, str]:
    """{question id: what the next rung demands of it}, of failed gates on questions."""
    target = ground.score.next
    return {
        question_id: result.wanted
        for result in (target.failed_gates if target else ())
        if isinstance(result.gate, QuestionGate | AnyGate)
        for question_id in result.question_ids
        if question_id in ground.levels
    }


def _gap(ground: Ground, mark: QuestionScore, section: str, gates: dict[str, str]) -> Gap:
    question, level = mark.question, mark.level or 0
    available = {p.code for p in ground.packages if p.lifts.get(question.id, -1) > level}
    return Gap(
        code=question.code,
        question_id=question.id,
        short=question.short,
        section=section,
        answer=describe(question, mark.answer) if mark.answer is not None else "",
        level=level,
        wanted=gates.get(question.id, ""),
        weakness=question.weakness_at(level),
        worth=points_figure(ground.worth[question.id] * Fraction(FULL - level, FULL)),
        packages=tuple(sorted(available & set(question.packages)) or sorted(available)),
        is_gate=question.id in gates,
    )
