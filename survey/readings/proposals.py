"""What a consultant plans on: the computed advice, the lines chosen so far, all else that helps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from questionnaires.model import LevelQuestion, Package, Question
from questionnaires.scoring import FULL
from reports.diagnosis import Plan, plan
from reports.diagnosis.advice import Advice, choose, say
from reports.diagnosis.chosen import Totals, totals
from reports.facts import Choice
from reports.figures import period_text
from reports.lifting import Ground, Purchase
from reports.roadmap import Roadmap, roadmap
from survey.lifecycle.choices import TypedChoice, is_counted
from survey.lifecycle.typed import plain, whole
from survey.readings.visits import Visit

QUARTERS = 8
"""So many quarters ahead a start may be chosen."""
LONGEST_LEVEL = 36
"""Letters of a level's sentence that a list of choices shows."""


class Option(NamedTuple):
    """One entry of a list to choose from."""

    value: str
    words: str


class Group(NamedTuple):
    """Entries of a list under one heading."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Line:
    """One line as it is edited: what was typed, and what the catalogue says of its package."""

    typed: TypedChoice
    package: Package | None
    listed: Advice | None
    """The same package as it is computed; None for a measure of the consultant's own."""
    beyond: int | None = None
    """How many units are left to add, where more were typed than the on-site answer has."""

    @property
    def is_counted(self) -> bool:
        return self.package is not None and is_counted(self.package)


@dataclass(frozen=True)
class Planning:
    """What the page of a plan shows.

    ``current`` is what the typed lines come to; None while one of them cannot be read.
    ``starts`` and ``lifts`` are lists to choose from.
    """

    computed: Plan
    totals: Totals
    current: Plan | None
    lines: tuple[Line, ...]
    others: tuple[Advice, ...]
    starts: tuple[Group, ...]
    lifts: tuple[Group, ...]


def planning(
    visit: Visit,
    lines: Sequence[TypedChoice] | None,
    choices: Sequence[Choice] | None,
    today: date,
) -> Planning | None:
    """Return what a plan is made on; None where the firm's sheet is not whole.

    Args:
        lines: As typed; None while the computed advice stands.
        choices: The same as read; None where there are none, or some cannot be read.
    """
    ground = _ground(visit)
    if ground is None:
        return None
    way = roadmap(ground)
    lines = lines or ()
    return Planning(
        computed=plan(ground, way, None, today),
        totals=totals(ground, choose(ground, way)),
        current=None if choices is None else plan(ground, way, choices, today),
        lines=tuple(_line(ground, way, line) for line in lines),
        others=_others(ground, {line.code for line in lines}),
        starts=periods(today, {line.starts for line in lines if line.starts}),
        lifts=_lifts(ground),
    )


def computed_lines(visit: Visit) -> list[TypedChoice]:
    """Return the computed advice as lines to begin with; quantities stay as computed."""
    ground = _ground(visit)
    chosen = choose(ground, roadmap(ground)) if ground else ()
    return [TypedChoice(purchase.package.code) for purchase in chosen]


def _line(ground: Ground, way: Roadmap | None, typed: TypedChoice) -> Line:
    package = ground.score.questionnaire.package_by_code.get(typed.code)
    if package is None:
        return Line(typed, None, None)
    on_way = {p.package.code: p for p in way.purchases} if way else {}
    listed = say(ground, on_way.get(typed.code) or ground.offer(package))
    return Line(typed, package, listed, _beyond(ground, package, typed.units))


def _beyond(ground: Ground, package: Package, units: str) -> int | None:
    ratio_id, wanted = ground.ratio_of(package), whole(plain(units))
    if ratio_id is None or wanted is None:
        return None
    answer = ground.ratios[ratio_id]
    left = answer.whole - answer.part
    return left if wanted > left else None


def _others(ground: Ground, taken: Iterable[str]) -> tuple[Advice, ...]:
    """Return what else lifts an answer, what opens a gate first."""
    offers = (ground.offer(p) for p in ground.packages if p.code not in taken)
    advised = [say(ground, offer) for offer in offers if _is_useful(ground, offer)]
    return tuple(sorted(advised, key=lambda advice: (not advice.opens_gate, advice.code)))


def _is_useful(ground: Ground, offer: Purchase) -> bool:
    return bool(ground.lifts(offer))


def periods(today: date, known: Iterable[str] = ()) -> tuple[Group, ...]:
    """Return the quarters ahead and their months, by year; what was chosen before stays among them."""
    first = today.year * 4 + (today.month - 1) // 3
    found = set(known)
    for year, quarter in (divmod(number, 4) for number in range(first, first + QUARTERS)):
        months = (f"{year}-{month:02}" for month in range(quarter * 3 + 1, quarter * 3 + 4))
        found |= {f"{year}-Q{quarter + 1}", *months}
    years = sorted({starts[:4] for starts in found})
    return tuple(
        Group(
            f"{year} 年",
            tuple(
                Option(starts, period_text(starts))
                for starts in sorted(found, key=_quarter_first)
                if starts.startswith(year)
            ),
        )
        for year in years
    )


def _quarter_first(starts: str) -> tuple[str, int, bool]:
    year, _, part = starts.partition("-")
    quarter = part.startswith("Q")
    return year, int(part[1]) * 3 - 2 if quarter else int(part or 0), not quarter


def _lifts(ground: Ground) -> tuple[Group, ...]:
    """Return the levels a measure of one's own may lead to, question by question."""
    return tuple(
        Group(
            f"{question.code} {question.short}（现在 {level} 档）",
            tuple(
                Option(
                    f"{question_id}:{reached}",
                    f"{question.short}做到 {reached} 档{_level_words(question, reached)}",
                )
                for reached in range(level + 1, FULL + 1)
            ),
        )
        for question_id, level in ground.levels.items()
        if level < FULL and (question := ground.score.question[question_id].question)
    )


def _level_words(question: Question, level: int) -> str:
    """Return a level's sentence after a colon, cut where it is long; a ratio has none."""
    if not isinstance(question, LevelQuestion):
        return ""
    says = question.levels[level]
    return f"：{says}" if len(says) <= LONGEST_LEVEL else f"：{says[:LONGEST_LEVEL]}…"


def _ground(visit: Visit) -> Ground | None:
    """What advice rests on: the on-site score, or the firm's own while the former is not whole."""
    score = visit.score or visit.own_score
    size = visit.assessment.firm.size
    return Ground(score, size) if score else None
