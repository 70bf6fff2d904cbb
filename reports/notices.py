"""A firm before a notice that calls for applications (申报通知): is it for this firm, and what is met.

Nothing is derived from what nobody said. What facts leave open is for an officer to find out, and
what the officer found never overrules a fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from questionnaires.frames.conditions import ConditionItem, State
from questionnaires.frames.conditions.facts import ASKED

NONE = "none"
"""Of rungs and pool states: the firm has none."""


class Kind(StrEnum):
    """By what a notice's own condition is judged."""

    FIGURE = "figure"
    TITLE = "title"
    POOL = "pool"
    RECOGNITION = "recognition"
    RUNG = "rung"
    OFFICER = "officer"
    """By an officer, firm by firm (待核实)."""


class Where(StrEnum):
    """Where what a condition reads is said."""

    QUESTION = "question"
    PROFILE = "profile"
    VISIT = "visit"
    BUREAU = "bureau"


FIGURES: Mapping[str, tuple[str, str]] = {
    "revenue": ("上年营业收入", "万元"),
    "employees": ("从业人数", "人"),
    "output": ("工业总产值", "万元"),
    "research": ("研发费用", "万元"),
    "tax": ("税收", "万元"),
    "digital_level": ("省评数字化水平", ""),
}
"""Figures a condition may compare, with title and unit."""
OF_PROFILE = frozenset({"revenue", "employees"})
BRACKETS = re.compile(r"(?:（[^（）]*）|\([^()]*\))+$")
"""What stands in brackets behind a title says when, or by whom: 高新技术企业（2023）."""
SIGNS: Mapping[str, str] = {"at_least": "不低于", "at_most": "不高于"}


@dataclass(frozen=True)
class Whom:
    """For whom a notice is; empty narrows nothing. What nobody knows of a firm counts for it."""

    trades: tuple[str, ...] = ()
    scale: str = ""
    """规上: yes or no."""
    sizes: tuple[str, ...] = ()
    rungs: tuple[str, ...] = ()
    """Confirmed rungs, or ``NONE``."""
    pools: tuple[str, ...] = ()
    """States in the pool, or ``NONE``."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Whom:
        said: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in kept.items()}
        return cls(**said)


@dataclass(frozen=True)
class Own:
    """A condition of one notice alone, in its words; what is compared depends on its kind."""

    key: str
    kind: Kind
    text: str
    figure: str = ""
    sign: str = ""
    value: str = ""
    title: str = ""
    rung: str = ""
    pools: tuple[str, ...] = ()

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Own:
        said = {**kept, "kind": Kind(kept["kind"]), "pools": tuple(kept.get("pools", ()))}
        return cls(**said)


@dataclass(frozen=True)
class Call:
    """What of a notice is held against firms."""

    whom: Whom
    asked: tuple[str, ...]
    own: tuple[Own, ...]


@dataclass(frozen=True)
class Known:
    """A figure that is known, and of which year."""

    value: Fraction
    year: int | None = None


@dataclass(frozen=True)
class Held:
    """A title (资质) a firm has; ``ended`` where it holds no more."""

    title: str
    ended: bool = False


@dataclass(frozen=True)
class Answered:
    """What an officer found out, and when."""

    met: bool
    note: str
    on: date


@dataclass(frozen=True)
class Applicant:
    """What is known of one firm.

    Attributes:
        by_edition: Every condition of the edition the notice names, by id, judged by the sheet that
            speaks and the edition it was scored by; None where that edition cannot be read.
        rung: The confirmed one; empty for none.
        position: Where it stands in the ladder; None while nobody has confirmed a sheet, or for a
            rung this ladder does not have.
        recognised: The rungs whose recognition is in force.
        answers: What officers found out, by condition.
        has_sheet: Whether the firm has handed a sheet in.
    """

    trade: str
    above_scale: bool | None = None
    size: str | None = None
    pool: str = ""
    rung: str = ""
    position: int | None = None
    ladder: tuple[tuple[str, str], ...] = ()
    """Rungs with their titles, the lowest first."""
    pool_titles: Mapping[str, str] = field(default_factory=dict)
    recognised: frozenset[str] = frozenset()
    figures: Mapping[str, Known] = field(default_factory=dict)
    titles: tuple[Held, ...] = ()
    by_edition: Mapping[str, ConditionItem] | None = field(default_factory=dict)
    answers: Mapping[str, Answered] = field(default_factory=dict)
    has_sheet: bool = False


@dataclass(frozen=True)
class Item:
    """One condition before one firm: what is wanted, what was found, why it comes out so."""

    key: str
    title: str
    state: State
    found: str
    wanted: str
    why: str
    where: Where
    questions: tuple[str, ...] = ()
    answered: Answered | None = None

    @property
    def is_open(self) -> bool:
        return self.state in ("ask", "unknown")


@dataclass(frozen=True)
class Judgement:
    """A firm before a notice."""

    fits: bool
    items: tuple[Item, ...]

    @property
    def states(self) -> dict[str, State]:
        return {item.key: item.state for item in self.items}

    @property
    def met(self) -> int:
        return sum(item.state == "met" for item in self.items)

    @property
    def not_met(self) -> int:
        return sum(item.state == "not_met" for item in self.items)

    @property
    def unclear(self) -> int:
        return sum(item.is_open for item in self.items)


def judge(call: Call, firm: Applicant) -> Judgement:
    """Hold what is known of a firm against a notice."""
    known = firm.by_edition
    asked = [
        _unread(key, title) if known is None else _of_edition(key, firm, known)
        for key, title in titles_of(Call(call.whom, call.asked, ()), known).items()
    ]
    own = [_JUDGES[one.kind](one, firm) for one in call.own]
    items = tuple(_settled(item, firm.answers.get(item.key)) for item in (*asked, *own))
    return Judgement(is_for(call.whom, firm), items)


def is_for(whom: Whom, firm: Applicant) -> bool:
    """Whether a notice is for a firm; what nobody knows of it does not shut it out."""
    scale = {None: whom.scale, True: "yes", False: "no"}[firm.above_scale]
    return all(
        (
            not whom.trades or firm.trade in whom.trades,
            not whom.scale or whom.scale == scale,
            not whom.sizes or firm.size is None or firm.size in whom.sizes,
            not whom.rungs or (firm.rung or NONE) in whom.rungs,
            not whom.pools or (firm.pool or NONE) in whom.pools,
        )
    )


def _settled(item: Item, answer: Answered | None) -> Item:
    """Put in what an officer found out, where facts leave the condition open."""
    if answer is None or not item.is_open:
        return item
    state: State = "met" if answer.met else "not_met"
    return Item(
        item.key,
        item.title,
        state,
        item.found,
        item.wanted,
        answer.note,
        item.where,
        item.questions,
        answer,
    )


def _unread(key: str, title: str) -> Item:
    """A condition of an edition that cannot be read: nobody knows what it asks."""
    why = "通知用的问卷年版不在本系统，读不到这项条件，请对照通知原文"
    return Item(key, title, "unknown", "没有资料", "见通知原文", why, Where.BUREAU)


def _of_edition(key: str, firm: Applicant, by_edition: Mapping[str, ConditionItem]) -> Item:
    known, name = by_edition[key], key.rpartition(".")[2]
    why = known.why if firm.has_sheet else "还没有提交的答卷，以后按提交的答卷核对"
    found = known.found if firm.has_sheet else "没有资料"
    questions = ASKED.get(name, ())
    return Item(key, known.title, known.state, found, known.wanted, why, Where.QUESTION, questions)


# --- a notice's own conditions ------------------------------------------------------------------


def _item(own: Own, state: State, found: str, wanted: str, where: Where, why: str = "") -> Item:
    return Item(own.key, own.text, state, found, wanted, why, where)


def _figure(own: Own, firm: Applicant) -> Item:
    title, unit = FIGURES[own.figure]
    wanted = f"{title}{SIGNS[own.sign]} {own.value}{' ' + unit if unit else ''}"
    where = Where.PROFILE if own.figure in OF_PROFILE else Where.BUREAU
    known = firm.figures.get(own.figure)
    if known is None:
        return _item(own, "unknown", "没有资料", wanted, where)
    least = Fraction(own.value)
    good = known.value >= least if own.sign == "at_least" else known.value <= least
    year = f"（{known.year} 年）" if known.year else ""
    found = f"{_plain(known.value)}{' ' + unit if unit else ''}{year}"
    return _item(own, "met" if good else "not_met", found, wanted, where)


def _plain(value: Fraction) -> str:
    """Write a figure that was typed or listed: always a finite decimal."""
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def _title(own: Own, firm: Applicant) -> Item:
    """Lists are never whole: a title that stands in none may be held all the same.

    What goes on after the name is another title: a firm's research centre, a list of candidates.
    """
    wanted = f"有“{own.title}”称号，并在有效期内"
    held = [one for one in firm.titles if BRACKETS.sub("", one.title).endswith(own.title)]
    if any(not one.ended for one in held):
        return _item(own, "met", "、".join(one.title for one in held), wanted, Where.BUREAU)
    if held:
        return _item(own, "not_met", f"{held[0].title}，已过有效期", wanted, Where.BUREAU)
    alike = "、".join(one.title for one in firm.titles if own.title in one.title)
    if alike:
        why = f"名单里是“{alike}”，与要求的名称不同，请核对证书"
        return _item(own, "unknown", alike, wanted, Where.BUREAU, why)
    why = "已导入的名单里没有，请把证书交给主管部门核实"
    return _item(own, "unknown", "没有资料", wanted, Where.BUREAU, why)


def _pool(own: Own, firm: Applicant) -> Item:
    named = [firm.pool_titles.get(pool, pool) for pool in own.pools]
    found = firm.pool_titles.get(firm.pool or NONE, firm.pool or "还没有入库")
    good = (firm.pool or NONE) in own.pools
    return _item(
        own, "met" if good else "not_met", found, f"培育库：{'或'.join(named)}", Where.BUREAU
    )


def _recognition(own: Own, firm: Applicant) -> Item:
    title = dict(firm.ladder).get(own.rung, own.rung)
    held = own.rung in firm.recognised
    found = "已登记认定" if held else "没有登记的认定"
    return _item(own, "met" if held else "not_met", found, f"已认定为{title}", Where.BUREAU)


def _rung(own: Own, firm: Applicant) -> Item:
    order = [rung for rung, _title in firm.ladder]
    titles, wanted = dict(firm.ladder), order.index(own.rung) + 1 if own.rung in order else None
    said = f"核定等级不低于{titles.get(own.rung, own.rung)}"
    if firm.position is None or wanted is None:
        found = "核定的等级不在这个年版的阶梯上" if firm.rung else "还没有核定"
        return _item(own, "unknown", found, said, Where.VISIT)
    found = titles.get(firm.rung, "没有达到最低等级")
    return _item(own, "met" if firm.position >= wanted else "not_met", found, said, Where.VISIT)


def _officer(own: Own, firm: Applicant) -> Item:
    return _item(own, "ask", "待主管部门核实", own.text, Where.BUREAU)


_JUDGES: Mapping[Kind, Callable[[Own, Applicant], Item]] = {
    Kind.FIGURE: _figure,
    Kind.TITLE: _title,
    Kind.POOL: _pool,
    Kind.RECOGNITION: _recognition,
    Kind.RUNG: _rung,
    Kind.OFFICER: _officer,
}


FEW = 3
"""So many conditions are named even where they are all of them."""


def missing(titles: Mapping[str, str], states: Mapping[str, State], *wanted: State) -> str:
    """Name the conditions of a firm that are in one of these states, in the notice's order."""
    found = [title for key, title in titles.items() if states.get(key) in wanted]
    if len(found) == len(titles) > FEW:
        return f"全部 {len(found)} 项"
    return "；".join(found)


def titles_of(call: Call, by_edition: Mapping[str, ConditionItem] | None) -> dict[str, str]:
    """Return what a notice's conditions are called, in its order.

    Args:
        by_edition: None where the edition cannot be read; its conditions go by their number then.
    """
    if by_edition is None:
        asked = {key: f"第 {number} 项条件" for number, key in enumerate(call.asked, start=1)}
    else:
        asked = {key: by_edition[key].title for key in call.asked if key in by_edition}
    return asked | {own.key: own.text for own in call.own}


def days_left(day: date | None, today: date) -> int | None:
    """Return how many days are left to a day; a negative number once it has passed."""
    return None if day is None else (day - today).days
