"""The card of a sample as an officer types it: read into values, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from reports.samples import Card, Figure, Item
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.lifecycle.project_work import number
from survey.lifecycle.projects import EARLIEST, MOST_QUANTITY
from survey.tables import Firm

MOST_ITEMS: Final = 12
"""Items, and figures: more do not fit one sheet of paper."""
MOST_WORDS: Final = 300
MOST_NAME: Final = 100
MOST_SHORT: Final = 60
MOST_WEEKS: Final = 260
NEEDED, CHOSEN = "n", "x"
TEXTS: Final = {"problem": MOST_WORDS, "pitfalls": MOST_WORDS, "visiting": MOST_NAME}


@dataclass(frozen=True)
class TypedItem:
    """One line of items as a form sends it; nothing of it is believed."""

    package: str = ""
    need: str = ""
    quantity: str = ""
    price: str = ""
    yearly: str = ""
    weeks: str = ""
    provider: str = ""
    acceptance: str = ""


@dataclass(frozen=True)
class TypedFigure:
    """One line of figures as a form sends it."""

    title: str = ""
    unit: str = ""
    before: str = ""
    before_on: str = ""
    after: str = ""
    after_on: str = ""


@dataclass(frozen=True)
class TypedCard:
    """A card as a form sends it: its single fields by name, and its lines."""

    words: Mapping[str, str]
    items: tuple[TypedItem, ...] = ()
    figures: tuple[TypedFigure, ...] = ()


def read(given: TypedCard, firm: Firm, packages: Collection[str], today: date) -> Card:
    """Read a card of a firm.

    Args:
        packages: Codes that may be chosen.

    Raises:
        Invalid: Names every field with the remedy; of a line as item-POSITION-NAME, from 0.
    """
    reader = _Reader(today, {})
    card = reader.card(given, firm, packages)
    if reader.faults:
        raise Invalid(reader.faults)
    return card


@dataclass(frozen=True)
class _Reader:
    """Reads one form, and notes what is wrong with it instead of stopping."""

    today: date
    faults: dict[str, str]

    def card(self, given: TypedCard, firm: Firm, packages: Collection[str]) -> Card:
        words = given.words
        title = self.line("title", words.get("title", ""), MOST_SHORT)
        if not title:
            self.faults.setdefault("title", "请填写样本名称，例如“小型阀门厂扫码报工样本”。")
        return Card(
            title=title,
            trade=firm.trade,
            size=firm.size or "",
            processes=tuple(firm.processes),
            **{name: self.text(name, words.get(name, ""), most) for name, most in TEXTS.items()},
            accepted_by=self.line("accepted_by", words.get("accepted_by", ""), MOST_NAME),
            accepted_on=self.day("accepted_on", words.get("accepted_on", "")),
            items=self.items(given.items, packages),
            figures=self.figures(given.figures),
        )

    def line(self, name: str, given: str, most: int) -> str:
        words = typed.line(given)
        if len(words) > most:
            self.faults[name] = f"最多 {most} 字，现在有 {len(words)} 字，请删减。"
        return words

    def text(self, name: str, given: str, most: int) -> str:
        try:
            return typed.text(name, given, most)
        except Invalid as error:
            self.faults.update(error.fields)
            return ""

    def day(self, name: str, given: str) -> date | None:
        words = typed.plain(given)
        if not words:
            return None
        try:
            found = date.fromisoformat(words)
        except ValueError:
            self.faults[name] = "看不懂这个日期，请写成 2026-01-31 这样。"
            return None
        if not EARLIEST <= found <= self.today:
            self.faults[name] = f"日期应在 {EARLIEST.year} 年以后、今天以前，请核对。"
        return found

    def whole(self, name: str, given: str, most: int) -> int | None:
        words = typed.plain(given)
        found = typed.whole(words)
        if words and (found is None or not 1 <= found <= most):
            self.faults[name] = f"请填 1–{most} 的整数，只写数字。"
            return None
        return found

    def money(self, name: str, given: str) -> int | None:
        try:
            return typed.money(name, given)
        except Invalid as error:
            self.faults.update(error.fields)
            return None

    def items(self, given: Collection[TypedItem], packages: Collection[str]) -> tuple[Item, ...]:
        found = [self.item(f"item-{n}", line, packages) for n, line in enumerate(given)]
        codes = [item.package for item in found]
        for n, code in enumerate(codes):
            if code and code in codes[:n]:
                self.faults[f"item-{n}-package"] = "这个改造场景已经写过一条，请合并。"
        if len(found) > MOST_ITEMS:
            self.faults["items"] = f"一张卡最多 {MOST_ITEMS} 项，请分成两张。"
        return tuple(sorted(found, key=lambda item: not item.needed))

    def item(self, at: str, line: TypedItem, packages: Collection[str]) -> Item:
        if line.package not in packages:
            self.faults[f"{at}-package"] = "请从目录里选一个改造场景；不要这一条，就全部清空。"
        if line.need not in (NEEDED, CHOSEN):
            self.faults[f"{at}-need"] = "请选必选（N）还是自选（X）。"
        return Item(
            package=line.package,
            needed=line.need == NEEDED,
            quantity=self.whole(f"{at}-quantity", line.quantity, MOST_QUANTITY) or 1,
            price=self.money(f"{at}-price", line.price),
            yearly=self.money(f"{at}-yearly", line.yearly),
            weeks=self.whole(f"{at}-weeks", line.weeks, MOST_WEEKS),
            provider=self.line(f"{at}-provider", line.provider, MOST_NAME),
            acceptance=self.line(f"{at}-acceptance", line.acceptance, MOST_WORDS),
        )

    def figures(self, given: Collection[TypedFigure]) -> tuple[Figure, ...]:
        found = [self.figure(f"figure-{n}", line) for n, line in enumerate(given)]
        if len(found) > MOST_ITEMS:
            self.faults["figures"] = f"一张卡最多 {MOST_ITEMS} 个指标，请只留要紧的。"
        return tuple(figure for figure in found if figure is not None)

    def figure(self, at: str, line: TypedFigure) -> Figure | None:
        title = self.line(f"{at}-title", line.title, MOST_SHORT)
        if not title:
            self.faults.setdefault(f"{at}-title", "请填写指标名称，例如“准时交付率”。")
        unit = self.line(f"{at}-unit", line.unit, 20)
        before = number(f"{at}-before", line.before, self.faults)
        after = number(f"{at}-after", line.after, self.faults)
        before_on = self.day(f"{at}-before_on", line.before_on)
        after_on = self.day(f"{at}-after_on", line.after_on)
        parts = {"before": before, "after": after, "before_on": before_on, "after_on": after_on}
        for name, value in parts.items():
            if value is None:
                self.faults.setdefault(f"{at}-{name}", "改造前后的数和日期都要填，口径才对得上。")
        if before is None or after is None or before_on is None or after_on is None:
            return None
        if after_on <= before_on:
            self.faults[f"{at}-after_on"] = "改造后的日期应晚于改造前的日期，请核对。"
        return Figure(title, unit, before, before_on, after, after_on)


def require_whole(card: Card) -> None:
    """Refuse a card that does not yet say what others need to know.

    Raises:
        Invalid: Names everything that is missing.
    """
    faults = {
        name: f"请先填写{said}，再请企业同意。"
        for name, said in (
            ("problem", "改造前的问题"),
            ("pitfalls", "踩过的坑"),
            ("visiting", "可参观时间"),
            ("accepted_by", "验收单位"),
            ("accepted_on", "验收日期"),
        )
        if not getattr(card, name)
    }
    if not card.needed:
        faults["items"] = "至少要有一项必选（N）改造。"
    elif any(item.price is None or item.weeks is None for item in card.items):
        faults["items"] = "每一项都要有合同价和用时；没有花钱的填 0。"
    if not card.figures:
        faults["figures"] = "至少要有一个改造前后的指标。"
    if faults:
        raise Invalid(faults)


def names_firm(card: Card, name: str) -> bool:
    """Whether a text of the card gives away whose it is."""
    short = re.sub(r"[（(].*?[）)]", "", name).strip()
    core = re.sub(r"(股份)?有限(责任)?公司$", "", short)
    return bool(core) and any(core in words for words in card.words)
