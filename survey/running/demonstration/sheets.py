"""Invent a complete sheet that stands on a wanted rung: the same one every time it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from random import Random

from questionnaires.answers import NOT_APPLICABLE, Answer, Choice, Grid, Multiple, Ratio
from questionnaires.gates import GateResult
from questionnaires.model import (
    AnyGate,
    ChoiceQuestion,
    GridQuestion,
    LevelQuestion,
    MultipleQuestion,
    NumberQuestion,
    Question,
    QuestionGate,
    Questionnaire,
    RatioQuestion,
    TextQuestion,
)
from questionnaires.scoring import Score, is_required, score

AI = "ai_use"
AI_FROM = 4
"""The section on artificial intelligence, and the rung from which firms are made to use it."""
TYPICAL = (0, 1, 1, 2, 3, 4)
"""The level most answers have, by rung."""
MACHINES = 40


def sheet_on(
    questionnaire: Questionnaire, processes: frozenset[str], step: int, random: Random
) -> dict[str, Answer]:
    """Return a sheet whose score stands exactly on ``step`` (1 to 5)."""
    sheet: dict[str, Answer] = {
        q.id: answer_on(
            q, max(0, min(4, TYPICAL[step] + random.choice((-1, -1, 0, 0, 0, 1, 1, 2))))
        )
        for q in questionnaire.all_asked(processes)
        if is_required(questionnaire.section_of[q.id], q)
    }
    order = [q for q in questionnaire.questions if q in sheet]
    random.shuffle(order)
    for _ in range(400):
        result = score(questionnaire, sheet, processes)
        if result.step == step:
            return sheet
        if result.step < step:
            _climb(result, sheet, order)
        else:
            _descend(result, sheet, step)
    raise RuntimeError(f"no sheet of {questionnaire.trade.id} found for rung {step}")


def _climb(result: Score, sheet: dict[str, Answer], order: list[str]) -> None:
    target = result.rungs[result.step]
    for gate in target.failed_gates:
        _meet(result.questionnaire, sheet, gate, order)
    if not target.threshold_met:
        _raise_some(result.questionnaire, sheet, order, 4)


def _meet(
    questionnaire: Questionnaire, sheet: dict[str, Answer], gate: GateResult, order: list[str]
) -> None:
    demanded: Iterable[QuestionGate]
    match gate.gate:
        case QuestionGate() as one:
            demanded = (one,)
        case AnyGate(any_of=several):
            demanded = tuple(g for g in several if g.question in sheet)[: gate.gate.count]
        case _:
            _raise_some(questionnaire, sheet, order, 6)
            return
    for each in demanded:
        question = questionnaire.questions[each.question]
        percent = each.at_least_percent
        if percent is not None:
            sheet[question.id] = Ratio(int(-(-percent * MACHINES // 100)) + 1, MACHINES)
        else:
            sheet[question.id] = answer_on(question, each.at_least or 0)


def _raise_some(
    questionnaire: Questionnaire, sheet: dict[str, Answer], order: list[str], count: int
) -> None:
    low = sorted(order, key=lambda q: _level(questionnaire, sheet, q))[:count]
    for question_id in low:
        level = _level(questionnaire, sheet, question_id)
        if level < 4:
            sheet[question_id] = answer_on(questionnaire.questions[question_id], level + 1)


def _descend(result: Score, sheet: dict[str, Answer], step: int) -> None:
    """Fail one gate of the first rung above the wanted one, or lower everything a little."""
    for gate in result.rungs[step].gates:
        question_gate = gate.gate
        if isinstance(question_gate, QuestionGate) and (question_gate.at_least or 0) > 0:
            question = result.questionnaire.questions[question_gate.question]
            if question.id in sheet and sheet[question.id] is not NOT_APPLICABLE:
                sheet[question.id] = answer_on(question, (question_gate.at_least or 1) - 1)
                return
    raise RuntimeError(f"rung {step + 1} has no gate to fail")


def _level(questionnaire: Questionnaire, sheet: dict[str, Answer], question_id: str) -> int:
    answer = sheet[question_id]
    if isinstance(answer, int):
        return answer
    question = questionnaire.questions[question_id]
    if isinstance(answer, Ratio) and isinstance(question, RatioQuestion) and question.above:
        return sum(answer.percent > edge for edge in question.above)
    return 4


def answer_on(question: Question, level: int) -> Answer:
    """Return an answer of this level; of a ratio, so many of the firm's machines."""
    if isinstance(question, RatioQuestion):
        edges = [Fraction(0), *(question.above or ()), Fraction(100)]
        middle = (edges[level] + edges[level + 1]) / 2
        return Ratio(int(middle * MACHINES / 100), MACHINES)
    if isinstance(question, LevelQuestion):
        return level
    raise TypeError(question.id)


def key_figures(
    questionnaire: Questionnaire, processes: frozenset[str], step: int, random: Random
) -> dict[str, Answer]:
    """Return plausible key figures for a firm on this rung, inside the reference bands."""
    found: dict[str, Answer] = {}
    for question in questionnaire.all_asked(processes):
        if not isinstance(question, NumberQuestion | RatioQuestion) or question.required:
            continue
        bands = question.bands_of(questionnaire.trade.id)
        if bands is None or random.random() < 0.15:
            continue
        at = max(0, step - 1)
        edge = bands.edges[at]
        following = bands.edges[at + 1] if at + 1 < len(bands.edges) else edge
        value = edge + (following - edge) * Fraction(random.randint(1, 8), 10)
        if isinstance(question, RatioQuestion):
            found[question.id] = Ratio(min(1000, int(value * 10)), 1000)
        else:
            value = min(max(value, question.least), question.most)
            unit = Decimal(1).scaleb(-question.decimals)
            exact = Decimal(value.numerator) / Decimal(value.denominator)
            found[question.id] = exact.quantize(unit)
    return found


def application_facts(
    questionnaire: Questionnaire, invested: list[int] | None, random: Random
) -> dict[str, Answer]:
    """Return what a firm with an investment project says of it; nothing for the others."""
    if not invested:
        return {}
    found: dict[str, Answer] = {}
    for section in questionnaire.sections:
        if not section.optional or section.id == AI:
            continue
        for question in section.questions:
            match question:
                case GridQuestion():
                    years = [c.id for c in question.columns][-3:]
                    found[question.id] = Grid(
                        tuple(
                            (row.id, year, Decimal(amount // len(years)))
                            for row, amount in zip(question.rows, invested, strict=False)
                            for year in years
                        )
                    )
                case LevelQuestion():
                    found[question.id] = 2
                case ChoiceQuestion():
                    found[question.id] = Choice(question.options[0].id)
                case MultipleQuestion() if random.random() < 0.8:
                    options = [o.id for o in question.options if not o.exclusive]
                    found[question.id] = Multiple(tuple(options[: max(1, len(options) * 2 // 3)]))
                case TextQuestion() | _:
                    continue
    return found


def artificial_intelligence(step: int) -> dict[str, Answer]:
    """Return where a firm on this rung uses artificial intelligence, and where it would begin."""
    wishes: dict[str, Answer] = {"ai_wishes": Multiple(("inspection", "process"))}
    if step < AI_FROM:
        return wishes | {"ai_scenes": Multiple(("none",))}
    return wishes | {
        "ai_scenes": Multiple(("inspection", "office")),
        "ai_since": Decimal(2025),
        "ai_data": Multiple(("pictures", "documents")),
        "ai_result": Choice("felt"),
    }
