"""Whether every rung can be reached by what the edition offers: packages and measures.

A gate that nothing in the catalogue can lift would leave a firm without advice. So each question
gate needs a package or measure of its trade that lifts to the demanded level, and each threshold,
section gate and part gate must hold once everything that can be lifted has been.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from questionnaires.answers import answer_at, percent_text
from questionnaires.gates import least_level, share_key
from questionnaires.model import (
    AnyGate,
    Gate,
    QuestionGate,
    Questionnaire,
)
from questionnaires.reading import Fault
from questionnaires.references import Whole
from questionnaires.scoring import score

REMEDY = "在 packages.yaml 中补上能提升到这一档的场景或措施，或降低要求"


def faults(whole: Whole) -> Iterator[Fault]:
    """Yield a fault for every gate and threshold out of reach, naming the trades it concerns."""
    lifted = {t: _Lifted(whole.edition.questionnaire(t)) for t in whole.edition.trades}
    for file, trail, trade, gate in whole.gates():
        concerned = [lifted[trade]] if trade else list(lifted.values())
        yield from _blamed(whole, file, trail, [(at, at.short_of(gate)) for at in concerned])
    for step, rung in enumerate(whole.edition.ladder):
        short = [(at, _below(rung.at_least, at.score.share)) for at in lifted.values()]
        yield from _blamed(whole, "edition.yaml", ("ladder", step, "at_least"), short)


def _blamed(
    whole: Whole, file: str, trail: tuple[str | int, ...], short: list[tuple[_Lifted, str]]
) -> Iterator[Fault]:
    """Join the trades that fall short in the same way into one fault."""
    for why in dict.fromkeys(why for _, why in short if why):
        trades = "、".join(at.title for at, same in short if same == why)
        yield whole.fault(file, trail, f"{trades}：{why}", REMEDY)


def _below(wanted: Fraction, share: Fraction | None) -> str:
    if share is None or share >= wanted:
        return ""
    found = percent_text(share * 100)
    return f"全部场景实施后得分率只有 {found}，达不到 {percent_text(wanted * 100)}"


class _Lifted:
    """A trade's questionnaire answered with every question at the highest level anything lifts to."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.title = questionnaire.trade.title
        self.best: dict[str, int] = {}
        for package in questionnaire.packages:
            for question_id, level in package.lifts.items():
                self.best[question_id] = max(level, self.best.get(question_id, 0))
        scored = [q for s in questionnaire.sections if not s.optional for q in s.scored_questions]
        sheet = {q.id: answer_at(q, self.best.get(q.id, 0)) for q in scored}
        everything = frozenset(process.id for process in questionnaire.trade.processes)
        self.score = score(questionnaire, sheet, everything)

    def short_of(self, gate: Gate) -> str:
        """Say why a gate is out of reach; empty when it is not."""
        if isinstance(gate, QuestionGate):
            return "" if self.reaches(gate) else self._too_low(gate)
        if isinstance(gate, AnyGate):
            within = sum(self.reaches(member) for member in gate.any_of)
            return "" if within >= gate.count else f"只有 {within} 项可以提升到要求的档"
        return _below(gate.at_least_share, self.score.share_of(share_key(gate)))

    def reaches(self, gate: QuestionGate) -> bool:
        return self.best.get(gate.question, 0) >= self.demanded(gate)

    def demanded(self, gate: QuestionGate) -> int:
        return least_level(gate, self.questionnaire.questions[gate.question])

    def _too_low(self, gate: QuestionGate) -> str:
        best = self.best.get(gate.question)
        offered = "没有场景或措施能提升" if best is None else f"场景和措施最高只提升到 {best} 档"
        return f"“{gate.question}”要求 {self.demanded(gate)} 档，{offered}"
