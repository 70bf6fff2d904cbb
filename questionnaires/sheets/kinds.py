"""What a cell of the workbook may hold, both ways: shown to people, read back without guessing."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from questionnaires.answers import amount_text

Cell = str | int | float | bool | object
"""As the reader gives it: text, number, truth value, date, or "" for an empty cell."""
Shown = str | int
"""As it is written: text, or a whole number."""

SEPARATOR = "、"
_SEPARATORS = re.compile(r"[、,，;；\s]+")
_TO_ASCII = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")


class BadCell(ValueError):
    """A cell that cannot be taken: what is wrong, and what to do about it (Chinese)."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.remedy = remedy


class Kind(ABC):
    """How one kind of value stands in a cell. ``read`` never sees an empty cell."""

    def show(self, value: object) -> Shown:
        return str(value)

    @abstractmethod
    def read(self, cell: Cell) -> object:
        """Return the value a cell means, or raise what is wrong with it."""

    @property
    def numeric(self) -> bool:
        return False


class Text(Kind):
    """Words, exactly as they stand."""

    def read(self, cell: Cell) -> object:
        if isinstance(cell, str):
            return cell
        raise BadCell(f"应为文字，单元格里是{_sort(cell)}", "把单元格格式设为“文本”后重新输入")


class Day(Kind):
    """A date, as text or as a spreadsheet's own date."""

    def read(self, cell: Cell) -> object:
        if isinstance(cell, datetime):
            return cell.date().isoformat()
        if isinstance(cell, date):
            return cell.isoformat()
        if isinstance(cell, str):
            return cell.strip()
        raise BadCell(f"应为日期，单元格里是{_sort(cell)}", "写成 2026-11-01 的样子")


class Whole(Kind):
    """A whole number, as a number or as text."""

    def show(self, value: object) -> Shown:
        return int(str(value))

    def read(self, cell: Cell) -> object:
        text = _number_text(cell)
        if re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
            return int(text)
        raise BadCell(f"“{_short(cell)}”不是整数", "填整数，不带小数点、单位或百分号")

    @property
    def numeric(self) -> bool:
        return True


class Exact(Kind):
    """An exact number: 12, 0.45 or 9/20."""

    def show(self, value: object) -> Shown:
        return exact_text(Fraction(str(value)))

    def read(self, cell: Cell) -> object:
        return _exact(cell)


class Exacts(Kind):
    """Several exact numbers in one cell."""

    def show(self, value: object) -> Shown:
        assert isinstance(value, list | tuple)  # noqa: S101  the column's own value
        return SEPARATOR.join(exact_text(Fraction(str(item))) for item in value)

    def read(self, cell: Cell) -> object:
        if not isinstance(cell, str):
            return [_exact(cell)]
        return [_exact(part) for part in _SEPARATORS.split(cell.strip()) if part]


class Names(Kind):
    """Several ids in one cell."""

    def show(self, value: object) -> Shown:
        assert isinstance(value, list | tuple)  # noqa: S101  the column's own value
        return SEPARATOR.join(map(str, value))

    def read(self, cell: Cell) -> object:
        if isinstance(cell, str):
            return [part for part in _SEPARATORS.split(cell.strip()) if part]
        raise BadCell(f"应为 id，单元格里是{_sort(cell)}", "填 id，几个之间用顿号隔开")


@dataclass(frozen=True)
class OneOf(Kind):
    """One of a few words."""

    words: Mapping[str, object]

    def show(self, value: object) -> Shown:
        return next(word for word, meant in self.words.items() if meant == value)

    def read(self, cell: Cell) -> object:
        word = cell.strip() if isinstance(cell, str) else ""
        if word in self.words:
            return self.words[word]
        raise BadCell(f"“{_short(cell)}”不是允许的值", f"改为其中之一：{'、'.join(self.words)}")


@dataclass(frozen=True)
class Several(Kind):
    """Several of a few words."""

    one: OneOf

    def show(self, value: object) -> Shown:
        assert isinstance(value, list | tuple)  # noqa: S101  the column's own value
        return SEPARATOR.join(str(self.one.show(item)) for item in value)

    def read(self, cell: Cell) -> object:
        parts = _SEPARATORS.split(cell.strip()) if isinstance(cell, str) else [cell]
        return [self.one.read(part) for part in parts if part != ""]


TEXT, DAY, WHOLE, EXACT, EXACTS, NAMES = Text(), Day(), Whole(), Exact(), Exacts(), Names()


def exact_text(number: Fraction) -> str:
    """Write a number as people do where that is exact (0.45), else as a fraction (1/3)."""
    whole = number.denominator
    for prime in (2, 5):
        while whole % prime == 0:
            whole //= prime
    if whole != 1:
        return str(number)
    return amount_text(Decimal(number.numerator) / Decimal(number.denominator))


def _exact(cell: Cell) -> int | str:
    text = _number_text(cell)
    if re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,9}|/[1-9][0-9]{0,8})", text, re.ASCII):
        return text
    raise BadCell(f"“{_short(cell)}”不是数", "填 12、0.45 或 9/20 的样子，不带单位或百分号")


def _number_text(cell: Cell) -> str:
    """Return a number's digits; "" for what is no number."""
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        # A spreadsheet keeps 0.45 as a float; its shortest writing is what was typed.
        return amount_text(Decimal(repr(cell))) if abs(cell) < 10**12 else ""
    return cell.translate(_TO_ASCII).strip() if isinstance(cell, str) and len(cell) < 60 else ""


def _sort(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "是非值"
    return "数字" if isinstance(cell, int | float) else "日期或时间"


def _short(cell: Cell) -> str:
    return str(cell)[:40]
