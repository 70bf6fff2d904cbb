"""One cell of a list: what it says, in the form it is kept in. Empty is unknown, never no.

Money is kept in 分, electricity in kWh, as whole numbers: a list in 千元 and one in 万元 say the same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from questionnaires.sheets.lists import SCALED, Cell
from survey.lifecycle.addresses import is_address
from survey.tables import RowFault


class Unread(ValueError):
    """A cell that cannot be taken."""

    def __init__(self, fault: RowFault, shown: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.shown = shown


UNITS = {
    "元": 100,
    "千元": 100_000,
    "万元": 1_000_000,
    "百万元": 100_000_000,
    "亿元": 10_000_000_000,
}
"""What one of a unit of money is in 分."""
POWERS = {
    "千瓦时": 1,
    "度": 1,
    "兆瓦时": 1000,
    "万千瓦时": 10_000,
    "万度": 10_000,
    "亿千瓦时": 100_000_000,
}
MOST = 10**17
NONE = frozenset(
    {"", "/", "\\", "-", "--", "——", "—", "–", "－", "无", "暂无", "空", "不详", "N/A", "n/a"}
    | {"NaN", "nan", "None", "null", "NULL"}
)
"""What people write where there is nothing to say."""
_NOTHING = frozenset(sign.upper() for sign in NONE)
YES = frozenset({"是", "√", "✓", "✔", "☑", "■", "●", "Y", "YES", "1", "TRUE", "T", "有", "对"})
NO = frozenset(
    {"否", "×", "✗", "✘", "✕", "✖", "╳", "X", "N", "NO", "0", "FALSE", "F", "□", "☐", "不是", "非"}
)
ABOVE = frozenset(
    {"规上", "规模以上", "在库", "月度新增", "新增", "升规", "规上企业", "规上工业", "规上工业企业"}
)
BELOW = frozenset(
    {"规下", "规模以下", "退规", "退库", "拟升规", "拟上规", "非规上", "规下企业", "规下工业"}
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_PARTED = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+)(\.\d*)?")
"""Digits parted in threes, or in fours as 万 and 亿 count; any other comma may be a point."""
QUOTES = dict.fromkeys(map(ord, "'’‘`"))
"""Signs before a figure or a code by which a program was told that it is text."""
_TRAILING = re.compile(r"(?<=[\d.])(人|名|个|户|家|亩)$")
_MARKED = re.compile(
    r"(?:[①-⑳⑴-⒇❶-❿➀-➓¹²³⁰-⁹※★☆]|(?<![*＊])[*＊]|[（(\[]注\d{0,2}[)）\]]|注\d{1,2})+$"
)
"""Marks of foot notes behind a word or a figure; several stars hide something."""
_TWO_LINES = re.compile(r"\d[^\S\n]*\n\s*\d")
_BLANKS = re.compile(r"\d\s+\d")
_GROUPS = re.compile(r"\D*\d{1,4}(?:\s\d{3,4})+(?:\.\d*)?\D*")
"""Blanks that part digits as commas do; any others part two figures."""
_OWN_UNIT = re.compile(
    r"(?<=[\d.])(亿千瓦时|万千瓦时|千瓦时|万度|度|亿元|百万元|万元|千元|元|亿|万)$"
)
"""What a cell itself says its number counts; it speaks before the heading."""
_DAY_ZERO = date(1899, 12, 30)
_PHONE_DIGITS = 7
LEAST_DIGITS = 5
"""What is shorter calls nobody by itself: it is an extension, or another last figure."""


def text(cell: Cell) -> str:
    """Return a cell's words: blanks folded, unseen signs left out, numbers without ``.0``."""
    if isinstance(cell, dict):
        raise Unread(RowFault.SCALED if cell == SCALED else RowFault.NO_VALUE)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return _digits(cell)
    said = str(cell)
    return " ".join((said if said.isprintable() else _printable(said)).split())


def _printable(said: str) -> str:
    seen = (c for c in said if unicodedata.category(c) not in ("Cf", "Cs", "Co"))
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in seen)


def _digits(number: float) -> str:
    if not math.isfinite(number) or abs(number) >= MOST * 10:
        return str(number)
    exact = Decimal(repr(number))
    return str(int(exact)) if exact == exact.to_integral() else format(exact.normalize(), "f")


def words(cell: Cell) -> str:
    """Return a cell's words, nothing where people wrote that there are none."""
    said = text(cell)
    return "" if said in NONE - {"N/A", "n/a"} else said


def plain(cell: Cell) -> str:
    """Return a cell's words half width and without any blank: to compare and to look things up."""
    said = text(cell)
    return "".join((said if said.isascii() else unicodedata.normalize("NFKC", said)).split())


def is_nought(cell: Cell) -> bool:
    """Whether a nought stands where words are due."""
    return (
        cell == 0 if isinstance(cell, int | float) and not isinstance(cell, bool) else cell == "0"
    )


def unmarked(said: str) -> str:
    """Return words without the marks of foot notes behind them: 1234① · 56*."""
    last = said[-1:]
    if "\u4e00" <= last <= "\u9fff" or (last.isascii() and last.isalnum() and "注" not in said):
        return said  # as nearly every cell
    return _MARKED.sub("", said)


def plain_signs(said: str) -> str:
    """Return a heading half width, without blanks and the marks of foot notes."""
    bare = unmarked(said.strip().lstrip("①②③④⑤⑥⑦⑧⑨⑩*＊※★☆"))
    return "".join(unicodedata.normalize("NFKC", bare).split())


def _figured(cell: str) -> str:
    """Return half width and joined what a cell counts, where it can only be one figure."""
    said = unmarked(cell.strip())
    if said.isascii() and said.isalnum():
        return said
    if not said.isascii() and any(unicodedata.category(sign) == "No" for sign in said):
        # ① would become a digit
        raise Unread(RowFault.UNREADABLE, text(cell)[:40])
    if _TWO_LINES.search(said) or (_BLANKS.search(said) and not _GROUPS.fullmatch(said)):
        raise Unread(RowFault.UNREADABLE, text(cell)[:40])
    return plain(said)


def number(cell: Cell) -> Decimal | None:
    """Read a number as people write them: 108,144 · ５９ · 552人; None where there is none."""
    if isinstance(cell, bool | dict):
        raise Unread(RowFault.UNREADABLE, text(cell))
    if isinstance(cell, int | float):
        said = _digits(float(cell)) if isinstance(cell, float) else str(cell)
    else:
        said = _figured(str(cell)).translate(QUOTES).replace("¥", "").replace("￥", "")
        if said in NONE:
            return None
        said = _TRAILING.sub("", said)
        if _PARTED.fullmatch(said):
            said = said.replace(",", "")
    if not _NUMBER.fullmatch(said):
        raise Unread(RowFault.UNREADABLE, text(cell)[:40])
    return Decimal(said)


def amount(cell: Cell, unit: str, units: Mapping[str, int], *, least: int | None = 0) -> int | None:
    """Read a quantity and return it in whole parts of the smallest unit.

    Args:
        unit: What its number counts, where the cell does not say so itself: 3.2亿, 500万元.
        units: How many parts make one of each unit.
    """
    figured = _figured(cell) if isinstance(cell, str) else ""
    own = _OWN_UNIT.search(figured)
    said = {"万": "万元", "亿": "亿元"}.get(own[1], own[1]) if own else unit
    if own and said not in units:
        raise Unread(RowFault.UNREADABLE, text(cell)[:40])
    read = number(figured[: own.start()] if own else cell)
    if read is None:
        return None
    whole = int((read * units[said]).to_integral_value(ROUND_HALF_UP))
    if abs(whole) >= MOST or (least is not None and whole < least):
        raise Unread(RowFault.TOO_LARGE if whole >= MOST else RowFault.UNREADABLE, text(cell)[:40])
    return whole


def count(cell: Cell) -> int | None:
    """Read a number of people."""
    read = number(cell)
    if read is None:
        return None
    if read != read.to_integral_value() or not 0 <= read <= 1_000_000:
        raise Unread(RowFault.UNREADABLE, text(cell)[:40])
    return int(read)


def truth(cell: Cell) -> bool | None:
    """Read 是, √, 1, 规上 …; None where nothing is said."""
    said = plain(cell).upper()
    if said in _NOTHING:
        return None
    if said in YES or said in ABOVE:
        return True
    if said in NO or said in BELOW:
        return False
    raise Unread(RowFault.UNREADABLE, text(cell)[:40])


def day(cell: Cell) -> str | None:
    """Read a date as exactly as it is said: 2023, 2023-05 or 2023-05-01.

    2023.1 as a number may be January or October: only the year is kept of it.
    """
    if isinstance(cell, float) and not cell.is_integer() and math.isfinite(cell):
        return _float_day(cell)
    said = plain(without_clock(unmarked(text(cell))))
    if said in NONE:
        return None
    if re.fullmatch(r"\d{5}", said) and 20_000 < int(said) < 60_000:
        return (_DAY_ZERO + timedelta(days=int(said))).isoformat()
    if joined := re.fullmatch(r"(\d{4})(\d\d)(\d\d)?", said):
        return _day(joined[1], joined[2], joined[3], said)
    found = re.match(r"(\d{4})(?:[年.\-/](\d{1,2})?)?(?:[月.\-/](\d{1,2})?)?(?!\d)", said)
    if found is None:
        raise Unread(RowFault.UNREADABLE, said[:40])
    return _day(found[1], found[2], found[3], said)


_CLOCK = re.compile(r"\s+(?:[上下]午)?\s*\d{1,2}[:：]\d\d\b.*$")
"""The time behind a day, as programs write it: 2023/5/1 0:00."""


def without_clock(said: str) -> str:
    return _CLOCK.sub("", said)


def _float_day(cell: float) -> str:
    year, _, rest = _digits(cell).partition(".")
    month = rest if rest != "1" else ""
    return _day(year, month or None, None, _digits(cell))


def _day(year: str, month: str | None, of_month: str | None, said: str) -> str:
    try:
        found = date(int(year), int(month or 1), int(of_month or 1))
    except (ValueError, OverflowError) as error:
        raise Unread(RowFault.UNREADABLE, said[:40]) from error
    typed = (found - _DAY_ZERO).days  # a year in a cell of days: 2015 shows as 1905/7/7
    if not 1900 <= found.year <= 2100 or (of_month and 1949 <= typed <= 2100):
        raise Unread(RowFault.UNREADABLE, said[:40])
    return found.isoformat()[: 10 if of_month else 7 if month else 4]


def phones(cell: Cell) -> tuple[str, ...]:
    """Read one or more telephone numbers, extensions kept, each with the name that stands by it.

    1.38E+10 has lost its last figures, 138****0001 does not show them.
    """
    said = unicodedata.normalize("NFKC", unmarked(words(cell))).translate(QUOTES)
    if is_rounded(said) or "*" in said:
        raise Unread(RowFault.UNREADABLE, said[:40])
    found: list[str] = []
    whose = ""
    for part in filter(None, (part.strip(" :") for part in re.split(r"[、/;,，；|]+", said))):
        if not any(sign.isdigit() for sign in part):
            whose = part
            continue
        if part.isdecimal() and len(part) < LEAST_DIGITS:
            if not found:
                raise Unread(RowFault.UNREADABLE, said[:40])
            found[-1] = f"{found[-1]}/{part}"
            continue
        first, *rest = _split_blanks(part)
        found += [f"{whose} {first}".strip(), *rest]
        whose = ""
    if said and not found:
        raise Unread(RowFault.UNREADABLE, said[:40])
    if whose:
        found[-1] = f"{found[-1]} {whose}"
    return tuple(dict.fromkeys(found))


def mails(cell: Cell) -> list[str]:
    """Read the mail addresses of a cell, whatever stands between them."""
    said = unicodedata.normalize("NFKC", words(cell))
    return [part for part in re.split(r"[\s、/;,，；|<>]+", said) if is_address(part)]


def _split_blanks(part: str) -> list[str]:
    pieces = part.split()
    whole = all(sum(c.isdigit() for c in piece) >= _PHONE_DIGITS for piece in pieces)
    return pieces if whole else [" ".join(pieces)]


_ROUNDED = re.compile(r"\d(\.\d+)?E\+?\d{1,2}", re.IGNORECASE)


def is_rounded(said: str) -> bool:
    """Whether a long number stands as a program shows it that took it for a figure: 9.13E+17."""
    return bool(_ROUNDED.fullmatch(plain(said).translate(QUOTES)))


def same_name(said: str) -> str:
    """Return what two writings of one name share."""
    return plain(said).upper()


COUNTS = r"[万千百亿元家户人名强吨台]"
"""Behind four figures: they count something, and are no year."""
_YEAR = re.compile(rf"(?:19|20)\d\d(?!{COUNTS})")
_LEVELS = (
    ("国家级", ("国家", "部级")),
    ("省级", ("省级", "省")),
    ("市级", ("市级", "市")),
    ("区县级", ("区级", "县级", "区县")),
)


def year_in(said: str) -> int | None:
    found = _YEAR.search(said)
    return int(found[0]) if found else None


_DAY = r"(?:19|20)\d\d(?:[年.\-/]\d{1,2}(?:[月.\-/]\d{1,2})?)?[年月日]?"
_ENDS = (
    re.compile(rf"(?:有效期?限?[至到:：]+|有效期?限?至|到期[日时]?[期间]?[:：]?)({_DAY})"),
    re.compile(rf"{_DAY}\s*(?:[-—–~～至到]+)\s*((?:19|20)\d\d(?:[年.\-/].*)?年?)$"),
    re.compile(rf"(?:[至到])({_DAY})(?:止|有效)?$"),
)
"""How people write until when a title holds: 有效期至2026-12，2023.12.8-2026.12.7。"""


def end_in(said: str) -> tuple[str | None, str]:
    """Return until when a title holds, where a text says so, and what else the text says.

    Args:
        said: Half width, without blanks (``plain``).
    """
    bare = said.replace("(", "").replace(")", "")
    for pattern in _ENDS:
        if found := pattern.search(bare):
            try:
                return day(found[1]), bare[: found.start(1)]
            except Unread:
                continue
    return None, said


def level_in(said: str) -> str:
    """Return whose title a word speaks of; empty where it does not say."""
    return next((level for level, signs in _LEVELS if any(s in said for s in signs)), "")
