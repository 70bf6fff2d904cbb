"""What firms answer: parsed strictly once, exact from then on.

An answer travels as a JSON value (the wire form) and lives as a frozen value. ``parse`` and
``plain`` are inverse to each other; whatever ``parse`` lets through may be scored without a further
look. Two things are normalised and nothing else: full-width digits and blanks around a number, and
text to Unicode NFC with plain line ends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from questionnaires.model import (
    LEVELS,
    ChoiceQuestion,
    GridQuestion,
    LevelQuestion,
    MultipleQuestion,
    NumberQuestion,
    Question,
    RatioQuestion,
    Scored,
    TextQuestion,
)

LARGEST_COUNT = 10**9
"""No side of a ratio is larger: a slip of the finger, not a factory."""


class NotApplicable(Enum):
    """The answer 不适用: the question leaves both sides of the mean."""

    NOT_APPLICABLE = "not_applicable"


NOT_APPLICABLE = NotApplicable.NOT_APPLICABLE


@dataclass(frozen=True)
class Ratio:
    """Two raw whole numbers; ``whole`` is at least 1 and ``part`` at most ``whole``."""

    part: int
    whole: int

    @property
    def percent(self) -> Fraction:
        """0 to 100, exact."""
        return Fraction(100 * self.part, self.whole)


@dataclass(frozen=True)
class Choice:
    """The id of one option."""

    option: str


@dataclass(frozen=True)
class Multiple:
    """The ids of the ticked options, in the question's order."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """(row id, column id, amount) of the cells that were filled, in the question's order."""

    cells: tuple[tuple[str, str, Decimal], ...]


Answer = int | Ratio | Decimal | str | Choice | Multiple | Grid | NotApplicable
Sheet = Mapping[str, Answer]


class BadAnswer(ValueError):
    """A wire value that is no answer to its question.

    Attributes:
        question_id: The question.
        field: The part at fault: ``part`` or ``whole`` of a ratio, ``row.column`` of a grid, else
            empty.
        message: A Chinese sentence that names the field and the remedy.
    """

    def __init__(self, question_id: str, field: str, message: str) -> None:
        super().__init__(message)
        self.question_id = question_id
        self.field = field
        self.message = message


def parse(question: Question, wire: object) -> Answer:
    """Read a wire value as an answer to this question.

    ``None`` (no answer) is the caller's: it removes an answer and never reaches here.

    Raises:
        BadAnswer: The value is refused; nothing is guessed.
    """
    if isinstance(wire, dict) and "not_applicable" in wire:
        return _not_applicable(question, wire)
    answer: Answer = _PARSERS[question.kind](question, wire)
    return answer


def plain(answer: Answer) -> object:
    """Return the wire form of an answer, so that ``parse(question, plain(answer)) == answer``."""
    match answer:
        case NotApplicable():
            return {"not_applicable": True}
        case Ratio(part, whole):
            return {"part": part, "whole": whole}
        case Choice(option):
            return option
        case Multiple(options):
            return list(options)
        case Grid(cells):
            rows: dict[str, dict[str, str]] = {}
            for row, column, amount in cells:
                rows.setdefault(row, {})[column] = amount_text(amount)
            return rows
        case Decimal():
            return amount_text(answer)
        case _:
            return answer


def describe(question: Question, answer: Answer) -> str:
    """Return an answer as a Chinese reader would say it (2 档：流转卡带码，关键转序扫一次)."""
    if answer is NOT_APPLICABLE:
        return "不适用"
    return _DESCRIBERS[question.kind](question, answer)


def level_of(question: Question, answer: Answer) -> int | None:
    """Return the level 0 to 4 that a ``level`` answer picks or a scored ratio reaches.

    A ratio's level is the number of its bands' percentages that it exceeds. None for 不适用 and for
    questions that are never scored.
    """
    if isinstance(question, LevelQuestion):
        return answer if isinstance(answer, int) else None
    if isinstance(question, RatioQuestion) and question.above and isinstance(answer, Ratio):
        return question.level_at(answer.percent)
    return None


def answer_at(question: Scored, level: int) -> Answer:
    """Return an answer of this level; a ratio gets the highest percentage of the level's band."""
    if isinstance(question, LevelQuestion):
        return level
    percent = (*(question.above or ()), Fraction(100))[level]
    return Ratio(percent.numerator, 100 * percent.denominator)


def amount_text(amount: Decimal) -> str:
    """Write an amount without exponent or idle zeros: 12.50 is "12.5", 1E+2 is "100"."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent_text(percent: Fraction) -> str:
    """Write 0 to 100 with at most one decimal, cut and never rounded: 59.96 reads "59.9%".

    Rounding would let a firm just short of a threshold read that it stands on it.
    """
    tenths = percent * 10 // 1
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}%"


# --- refusing ---------------------------------------------------------------------------------


def _refuse(question: Question, remedy: str, field: str = "") -> BadAnswer:
    return BadAnswer(question.id, field, f"“{question.short}”：{remedy}")


def _not_applicable(question: Question, wire: dict[Any, Any]) -> NotApplicable:
    if wire["not_applicable"] is not True or len(wire) != 1:
        raise _refuse(question, "不适用与其他答案不能同时填写，请只保留一种。")
    if not question.not_applicable:
        raise _refuse(question, "本题不能选“不适用”，请按实际情况作答。")
    return NOT_APPLICABLE


# --- numbers ----------------------------------------------------------------------------------

_BLANKS = " \t\u00a0\u3000"
_TO_ASCII = str.maketrans("０１２３４５６７８９．－−﹣", "0123456789.---")
_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", re.ASCII)
_LONGEST_NUMBER = 60


def _digits(wire: object) -> str:
    """Return a number's characters normalised, or "" for what cannot be a number.

    Only texts and JSON integers come through; a JSON float has already lost digits.
    """
    if type(wire) is int:
        return str(wire) if abs(wire) < 10**15 else ""
    if not isinstance(wire, str) or len(wire) > _LONGEST_NUMBER:
        return ""
    return wire.translate(_TO_ASCII).strip(_BLANKS)


def _bare(wire: object, unit: str) -> str:
    """Say how to write a number that was typed with its unit; nothing of anything else."""
    number = _digits(wire).removesuffix(unit.strip()).strip(_BLANKS) if unit.strip() else ""
    if not _AMOUNT.fullmatch(number):
        return ""
    return f"只填数字 {number}，单位“{unit.strip()}”已经写在框后面。"


def _whole(question: RatioQuestion, label: str, field: str, wire: object) -> int:
    digits = _digits(wire)
    if not _WHOLE.fullmatch(digits):
        remedy = f"“{label}”{_bare(wire, question.unit) or '请填不小于 0 的整数，不要带逗号、单位或百分号，例如 12。'}"
        raise _refuse(question, remedy, field)
    if int(digits) > LARGEST_COUNT:
        raise _refuse(question, f"“{label}”不能超过 {LARGEST_COUNT}，请核对位数。", field)
    return int(digits)


def _amount(
    question: NumberQuestion | GridQuestion, wire: object, least: Fraction, label: str, field: str
) -> Decimal:
    digits = _digits(wire)
    if not _AMOUNT.fullmatch(digits) or (digits.startswith("-") and not digits.strip("-0.")):
        remedy = f"{label}{_bare(wire, question.unit) or '请填数字，不要带逗号、单位或百分号，例如 12。'}"
        raise _refuse(question, remedy, field)
    if len(digits.partition(".")[2]) > question.decimals:
        places = f"最多保留 {question.decimals} 位小数" if question.decimals else "请填整数"
        raise _refuse(question, f"{label}{places}。", field)
    amount = Decimal(digits)
    if not least <= Fraction(amount) <= question.most:
        bounds = f"{_bound(least)} 至 {_bound(question.most)} {question.unit}"
        raise _refuse(question, f"{label}应在 {bounds}之间，请核对数值和单位。", field)
    return Decimal(amount_text(amount))


def _bound(value: Fraction) -> str:
    return amount_text(Decimal(value.numerator) / Decimal(value.denominator))


# --- one parser per kind ------------------------------------------------------------------------


def _parse_level(question: LevelQuestion, wire: object) -> int:
    if type(wire) is not int or not 0 <= wire < LEVELS:
        raise _refuse(question, f"请在 0 至 {LEVELS - 1} 档中选择一档。")
    return wire


def _parse_ratio(question: RatioQuestion, wire: object) -> Ratio:
    if not isinstance(wire, dict) or set(wire) != {"part", "whole"}:
        raise _refuse(question, f"请填写“{question.part}”和“{question.whole}”两个整数。")
    part = _whole(question, question.part, "part", wire["part"])
    whole = _whole(question, question.whole, "whole", wire["whole"])
    if whole < 1:
        instead = "，确实没有时请选“不适用”" if question.not_applicable else ""
        raise _refuse(question, f"“{question.whole}”应不小于 1{instead}。", "whole")
    if part > whole:
        remedy = f"“{question.part}”不能大于“{question.whole}”，请核对两个数。"
        raise _refuse(question, remedy, "part")
    return Ratio(part, whole)


def _parse_number(question: NumberQuestion, wire: object) -> Decimal:
    return _amount(question, wire, question.least, "", "")


def _parse_choice(question: ChoiceQuestion, wire: object) -> Choice:
    if not isinstance(wire, str) or wire not in {option.id for option in question.options}:
        raise _refuse(question, "请从列出的选项中选择一项。")
    return Choice(wire)


def _parse_multiple(question: MultipleQuestion, wire: object) -> Multiple:
    if not isinstance(wire, list) or not wire or not all(isinstance(o, str) for o in wire):
        raise _refuse(question, "请从列出的选项中至少选择一项，不填时请清空本题。")
    picked = set(wire)
    if len(picked) != len(wire) or not picked <= {option.id for option in question.options}:
        raise _refuse(question, "请只勾选列出的选项，每项勾选一次。")
    alone = next((o for o in question.options if o.exclusive and o.id in picked), None)
    if alone and len(picked) > 1:
        raise _refuse(question, f"“{alone.text}”不能与其他选项同时勾选，请只保留一种。")
    return Multiple(tuple(option.id for option in question.options if option.id in picked))


def _parse_text(question: TextQuestion, wire: object) -> str:
    if not isinstance(wire, str):
        raise _refuse(question, "请填写文字。")
    longest = f"最多 {question.most} 个字，请删减后再保存。"
    # Composing joins at most four characters into one; anything longer cannot come to fit.
    if len(wire) > 4 * question.most:
        raise _refuse(question, longest)
    text = unicodedata.normalize("NFC", wire.replace("\r\n", "\n").replace("\r", "\n"))
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise _refuse(question, "含有不能保存的控制字符，请删除后重新输入。")
    if not text.strip():
        raise _refuse(question, "请填写文字，不填时请清空本题。")
    if len(text) > question.most:
        raise _refuse(question, longest)
    return text


def _parse_grid(question: GridQuestion, wire: object) -> Grid:
    if not isinstance(wire, dict) or not all(isinstance(row, dict) for row in wire.values()):
        raise _refuse(question, "请按表格逐格填写数字。")
    rows = {cell.id for cell in question.rows}
    columns = {cell.id for cell in question.columns}
    if not rows.issuperset(wire) or not all(columns.issuperset(row) for row in wire.values()):
        raise _refuse(question, "表格中没有这一行或这一列，请刷新页面后重新填写。")
    cells = tuple(
        (row.id, column.id, _cell(question, row, column, given))
        for row in question.rows
        for column in question.columns
        if (given := wire.get(row.id, {}).get(column.id)) not in (None, "")
    )
    if not cells:
        raise _refuse(question, "请至少填写一格，不填时请清空本题。")
    return Grid(cells)


def _cell(question: GridQuestion, row: Any, column: Any, wire: object) -> Decimal:
    label = f"“{row.text}”行“{column.text}”列"
    return _amount(question, wire, Fraction(0), label, f"{row.id}.{column.id}")


_PARSERS: dict[str, Callable[[Any, object], Answer]] = {
    "level": _parse_level,
    "ratio": _parse_ratio,
    "number": _parse_number,
    "choice": _parse_choice,
    "multiple": _parse_multiple,
    "text": _parse_text,
    "grid": _parse_grid,
}


# --- one describer per kind ---------------------------------------------------------------------


def _with_unit(amount: str, unit: str) -> str:
    return f"{amount}{unit}" if unit.startswith("%") else f"{amount} {unit}"


def _describe_level(question: LevelQuestion, answer: int) -> str:
    return f"{answer} 档：{question.levels[answer]}"


def _describe_ratio(question: RatioQuestion, answer: Ratio) -> str:
    counts = _with_unit(f"{answer.part} / {answer.whole}", question.unit)
    return f"{counts}（{percent_text(answer.percent)}）"


def _describe_number(question: NumberQuestion, answer: Decimal) -> str:
    return _with_unit(amount_text(answer), question.unit)


def _describe_choice(question: ChoiceQuestion, answer: Choice) -> str:
    return next(o.text for o in question.options if o.id == answer.option)


def _describe_multiple(question: MultipleQuestion, answer: Multiple) -> str:
    return "、".join(o.text for o in question.options if o.id in answer.options)


def _describe_text(_: TextQuestion, answer: str) -> str:
    return answer


def _describe_grid(question: GridQuestion, answer: Grid) -> str:
    rows = {cell.id: cell.text for cell in question.rows}
    columns = {cell.id: cell.text for cell in question.columns}
    return "；".join(
        f"{rows[row]}（{columns[column]}）{_with_unit(amount_text(amount), question.unit)}"
        for row, column, amount in answer.cells
    )


_DESCRIBERS: dict[str, Callable[[Any, Any], str]] = {
    "level": _describe_level,
    "ratio": _describe_ratio,
    "number": _describe_number,
    "choice": _describe_choice,
    "multiple": _describe_multiple,
    "text": _describe_text,
    "grid": _describe_grid,
}
