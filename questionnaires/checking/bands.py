"""Whether a gate and the reference band of the same figure tell a firm the same."""

from __future__ import annotations

from collections.abc import Iterator

from questionnaires.answers import percent_text
from questionnaires.edition import Edition
from questionnaires.gates import least_percent
from questionnaires.model import QuestionGate, RatioQuestion
from questionnaires.reading import Fault, Trail
from questionnaires.references import Whole

REMEDY = "把这一级的参考界限写成必备条件要求的百分比，或改必备条件"


def faults(whole: Whole) -> Iterator[Fault]:
    """Yield every gate on a ratio whose rung's band begins elsewhere than the gate.

    Where the band begins higher, a firm on the rung reads that it is below it; where it begins
    lower, a firm reads that it is in the rung's band and is refused the rung.
    """
    edition = whole.edition
    questions = {q.id: q for section in edition.sections for q in section.questions}
    for file, trail, trade, gate in whole.gates():
        question = questions.get(gate.question) if isinstance(gate, QuestionGate) else None
        if not (isinstance(gate, QuestionGate) and isinstance(question, RatioQuestion)):
            continue
        wanted = least_percent(gate, question)
        rung = _rung(edition, trail)
        read = (question.bands_of(own) for own in ([trade] if trade else edition.trades))
        for begins in sorted({bands.edges[rung] for bands in read if bands} - {wanted}):
            fault = f"必备条件要求 {percent_text(wanted)}，参考区间却从 {percent_text(begins)} 起"
            yield whole.fault(file, trail, fault, REMEDY)


def _rung(edition: Edition, trail: Trail) -> int:
    """Return the place on the ladder of the rung whose gate stands here, by place or by name."""
    named = trail[1]
    return named if isinstance(named, int) else [r.id for r in edition.ladder].index(named)
