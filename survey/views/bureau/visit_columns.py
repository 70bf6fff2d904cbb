"""What is shown of a firm that is to be visited next, on the page and in the workbook alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from reports.falls.seen import Tally
from reports.falls.spans import Standing
from reports.tables import Cell, Sheet
from reports.tables import Column as Head
from survey.readings.visiting import Known
from survey.store.forecasts import Line
from survey.tables import Forecast
from survey.views.bureau.choices import Frame
from survey.views.bureau.exports import Column
from survey.words import forecasts as words

MOST_QUESTIONS = 12
"""Of the questions that fall most often."""


@dataclass(frozen=True)
class Shown:
    """One firm; what is forecast of it is empty while there are too few visits.

    ``seen`` firms of its trade and size were verified before.
    """

    frame: Frame
    line: Line
    length: int
    seen: int
    forecasts: bool

    @property
    def trade(self) -> str:
        return self.frame.trades[self.line.trade]

    @property
    def size(self) -> str:
        return words.SIZED[self.line.size or ""]

    @property
    def days(self) -> str:
        return words.days(self.length)

    @property
    def titles(self) -> list[str]:
        return list(self.frame.rungs.values())

    @property
    def own(self) -> str:
        return words.rung(self.line.step, self.titles)

    @property
    def forecast(self) -> Forecast | None:
        return self.line.forecast if self.forecasts else None

    @cached_property
    def told(self) -> Standing | None:
        return Standing(self.forecast.rungs) if self.forecast else None

    @property
    def standing(self) -> str:
        return words.standing(self.told, self.titles) if self.told else ""

    @property
    def chance(self) -> str:
        return words.percent(self.forecast.overturned) if self.forecast else ""

    @property
    def share(self) -> str:
        it = self.forecast
        return words.between(it.share_low, it.share_high) if it else ""

    @property
    def reasons(self) -> str:
        if self.forecast is None:
            return words.by_lot(self.trade, self.size, self.seen)
        questions = self.frame.edition.questionnaire(self.line.trade).questions
        known = [questions[id] for id, *_ in self.forecast.reasons if id in questions]
        named = [f"{one.code} {one.short}" for one in known]
        return words.reasons(self.own, named, self.line.visits)


def _of_firms() -> list[Column[Any]]:
    return [
        Column("企业", lambda it: it.line.firm, 30),
        Column("统一社会信用代码", lambda it: it.line.code, 22),
        Column("行业", lambda it: it.trade, 14),
        Column("乡镇（街道）", lambda it: it.line.township, 14),
        Column("规模", lambda it: it.size, 10),
        Column("自评等级", lambda it: it.own, 16),
    ]


def of_visits(*, forecasts: bool) -> list[Column[Any]]:
    """The columns of the workbook: what the page says, in its order."""
    said: list[Column[Any]] = [
        Column("核验后预计", lambda it: it.standing, 44),
        Column("预计得分率（八成把握）", lambda it: it.share, 18),
        Column(
            "等级会低于自评（%）", lambda it: Decimal(it.forecast.overturned) / 10, 12, "percent"
        ),
    ]
    return [
        *_of_firms(),
        *(said if forecasts else []),
        Column("为什么", lambda it: it.reasons, 60),
        Column("天数", lambda it: it.length / 2, 8, "number"),
    ]


@dataclass(frozen=True)
class Rate:
    """How often one thing falls, in thousandths; how many visits that rests on, and of a question how
    many of them found it lower."""

    name: str
    low: int
    middle: int
    high: int
    seen: int
    fell: int | None = None

    @property
    def says(self) -> str:
        return f"{words.percent(self.middle)}（{words.between(self.low, self.high)}）"


def rates(known: Known, frame: Frame) -> dict[str, list[Rate]]:
    """By question, trade and size, each under its title, what falls most often first."""
    if known.model is None:
        return {}
    tallies = {id: Tally(*tally) for id, tally in known.model.tallies.items()}
    counted = {id: tally.claimed for id, tally in tallies.items()}
    named = {"题": _questions(frame), "行业": frame.trades, "规模": words.SIZED}
    spans = {"题": "question", "行业": "trade", "规模": "size"}
    seen = {"题": counted, "行业": known.firms("trade"), "规模": known.firms("size")}
    found = {}
    for title, names in named.items():
        spans_of = known.model.rates[spans[title]]
        rows = [
            Rate(
                name,
                *_ends(spans_of[key]),
                seen[title][key],
                tallies[key].fell if title == "题" else None,
            )
            for key, name in names.items()
            if key in spans_of and seen[title].get(key)
        ]
        rows.sort(key=lambda one: (-one.middle, one.name))
        found[title] = rows[:MOST_QUESTIONS]
    return found


def _ends(kept: Sequence[int]) -> tuple[int, int, int]:
    low, middle, high = kept
    return low, middle, high


def _questions(frame: Frame) -> dict[str, str]:
    """Code and short name of every question, with its trade where only that is asked it."""
    found: dict[str, str] = {}
    for trade, title in frame.trades.items():
        asked = frame.edition.questionnaire(trade)
        for id, one in asked.questions.items():
            common = asked.section_of[id].id in asked.core_section_ids
            found[id] = f"{one.code} {one.short}" + ("" if common else f"（{title}）")
    return found


def beside(known: Known, frame: Frame) -> list[Sheet]:
    """The workbook's further sheets: what falls most often, and how forecasts held."""
    falls: list[list[Cell]] = [
        [
            title,
            one.name,
            one.seen,
            one.fell,
            *(Decimal(it) / 10 for it in (one.middle, one.low, one.high)),
        ]
        for title, rows in rates(known, frame).items()
        for one in rows
    ]
    heads = [
        Head("按什么看", 12),
        Head("是哪个", 40),
        Head("核验过", 10, "number"),
        Head("核低了", 10, "number"),
        *(Head(f"核低的可能{of}（%）", 18, "percent") for of in ("", "，低端", "，高端")),
    ]
    return [Sheet("常有出入的题", heads, falls), _held(known)] if known.model else []


def _held(known: Known) -> Sheet:
    heads = [
        Head("怎样比", 22),
        Head("预估会低于自评的可能", 20),
        Head("企业", 10, "number"),
        Head("预计会低", 12, "number"),
        Head("核验后真的低了", 16, "number"),
    ]
    rows: list[list[Cell]] = [
        [title, words.band(one), one.firms, round(float(one.expected), 1), one.found]
        for title, calibration in words.HELD.items()
        for one in getattr(known, calibration).bands
    ]
    return Sheet("预估准不准", heads, rows)
