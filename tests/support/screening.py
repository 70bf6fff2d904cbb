"""Invented sheets for the short first look: how many questions are asked in one order and another."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction

from questionnaires.answers import Answer, answer_at
from questionnaires.asking import Habits, habits, next_question
from questionnaires.model import Question, Questionnaire
from questionnaires.scoring import score
from questionnaires.screening import Prospect, prospect
from tests.support.builders import a_question, a_questionnaire, a_ratio, a_rung, a_section

Pick = Callable[[dict[str, Answer], Prospect], str]


def a_district_questionnaire(rng: random.Random, questions: int = 8) -> Questionnaire:
    """Two sections, four rungs, gates here and there; every weight and threshold invented."""

    def asked(number: int) -> Question:
        given = {"weight": rng.choice(["1", "2", "1/3"]), "not_applicable": rng.random() < 0.3}
        name = f"q{number}"
        return a_ratio(name, **given) if rng.random() < 0.3 else a_question(name, **given)

    def gates() -> list[dict[str, object]]:
        named = rng.sample(range(questions), rng.choice([0, 1, 2]))
        return [{"question": f"q{number}", "at_least": rng.randint(1, 3)} for number in named]

    all_asked = [asked(number) for number in range(questions)]
    half = questions // 2
    sections = [
        a_section("first", all_asked[:half], weight=rng.randint(1, 3)),
        a_section("second", all_asked[half:], weight=rng.randint(1, 3)),
    ]
    edges = sorted(rng.sample(range(1, 20), 4))
    ladder = [a_rung(f"r{step}", f"{edge}/20", gates=gates()) for step, edge in enumerate(edges)]
    return a_questionnaire(sections=sections, ladder=ladder)


def asked_of(
    questionnaire: Questionnaire,
    firm: Mapping[str, Answer],
    pick: Pick,
    processes: frozenset[str] = frozenset(),
) -> int:
    """How many questions a firm answers until its rung is certain."""
    sheet: dict[str, Answer] = {}
    while not (now := prospect(questionnaire, sheet, processes)).is_certain:
        id = pick(sheet, now)
        sheet[id] = firm[id]
    return len(sheet)


def best(
    questionnaire: Questionnaire,
    firms: list[dict[str, Answer]],
    sheet: dict[str, Answer] | None = None,
    known: dict[frozenset[tuple[str, str]], Fraction] | None = None,
) -> Fraction:
    """The fewest questions on average that any adaptive order could ask these firms, by trying all."""
    sheet, known = sheet or {}, {} if known is None else known
    key = frozenset((id, str(answer)) for id, answer in sheet.items())
    if key not in known:
        now = prospect(questionnaire, sheet)
        known[key] = (
            Fraction(0)
            if now.is_certain
            else min(_after(questionnaire, firms, sheet, known, id) for id in now.telling)
        )
    return known[key]


def _after(
    questionnaire: Questionnaire,
    firms: list[dict[str, Answer]],
    sheet: dict[str, Answer],
    known: dict[frozenset[tuple[str, str]], Fraction],
    id: str,
) -> Fraction:
    groups: dict[str, list[dict[str, Answer]]] = {}
    for firm in firms:
        groups.setdefault(str(firm[id]), []).append(firm)
    means = (
        len(group) * best(questionnaire, group, {**sheet, id: group[0][id]}, known)
        for group in groups.values()
    )
    return 1 + sum(means, Fraction(0)) / len(firms)


def firms_of(
    questionnaire: Questionnaire, rng: random.Random, many: int
) -> list[dict[str, Answer]]:
    """Invented firms, each about as good everywhere as its own general level."""
    found = []
    for _ in range(many):
        general = rng.gauss(1.6, 0.9)
        levels = {
            id: min(4, max(0, round(rng.gauss(general, 0.8)))) for id in questionnaire.questions
        }
        found.append(
            {id: answer_at(questionnaire.questions[id], level) for id, level in levels.items()}  # type: ignore[arg-type]
        )
    return found


def greedy(
    questionnaire: Questionnaire, known: Habits, processes: frozenset[str] = frozenset()
) -> Pick:
    def pick(sheet: dict[str, Answer], now: Prospect) -> str:
        id = next_question(questionnaire, sheet, known, processes, now)
        assert id is not None
        return id

    return pick


def means(seed: int) -> tuple[float, float, float]:
    """Of one invented questionnaire of six questions: questions asked greedily, at best, at random."""
    rng = random.Random(seed)
    questionnaire = a_district_questionnaire(rng, questions=6)
    firms = firms_of(questionnaire, rng, 10)
    known = habits(questionnaire, [(score(questionnaire, firm).step, firm) for firm in firms])
    picks = greedy(questionnaire, known), lambda _, now: rng.choice(now.open)
    asked, by_chance = (
        sum(asked_of(questionnaire, firm, pick) for firm in firms) / len(firms) for pick in picks
    )
    return asked, float(best(questionnaire, firms)), by_chance
