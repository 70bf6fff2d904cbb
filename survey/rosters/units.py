"""What amounts are counted in, as headings and titles say it: units of money and of electricity."""

from __future__ import annotations

import re
import unicodedata

from survey.rosters.cells import POWERS, UNITS, plain_signs

_UNIT = "|".join(sorted({*UNITS, *POWERS}, key=len, reverse=True))
_IN_UNITS = re.compile(
    rf"(?:^|[(\[【〔<{{「:、,/;_·\-—]|单位|人民币|RMB|[以按]|(?<=[入收值税金费额量]))({_UNIT})"
    r"(?:人民币|RMB)?(?:为单位|计)?(?=$|[)\]】〕>}」、,/;_·])"
)
_SHORT_UNIT = re.compile(r"[(\[【]([千万亿])[)\]】]")
_LATIN_POWER = (
    (re.compile(r"k\s?w[·.•*]?h", re.IGNORECASE), "千瓦时"),
    (re.compile(r"m\s?w[·.•*]?h", re.IGNORECASE), "兆瓦时"),
)
_MONEY = re.compile(
    r"[(\[【〔<{「][^)\]】〕>}」]*(?:[元圆]|[美欧日港]币|USD|HKD|EUR|JPY|KRMB"
    r"|[百千万亿十w][)\]】〕>}」])",
    re.IGNORECASE,
)
_POWER = re.compile(
    r"[(\[【〔<{「][^)\]】〕>}」]*(?:[瓦焦]|[kmgt][wj]|(?<![年季月])度[)\]】〕>}」])", re.IGNORECASE
)
"""Some unit in a heading's brackets, whether it is known here or not."""


def units_in(said: str) -> list[str]:
    """Return the units of money or power that a text names, in their order."""
    for pattern, word in _LATIN_POWER:
        said = pattern.sub(word, said)
    parted = ";".join(unicodedata.normalize("NFKC", said).split())
    joined = plain_signs(said)
    return (
        _IN_UNITS.findall(parted)
        or _IN_UNITS.findall(joined)
        or [f"{sign}元" for sign in _SHORT_UNIT.findall(joined)]
    )


def unit_in(said: str) -> str:
    """Return the unit a text names first; empty where none, or several of money."""
    found = units_in(said)
    return found[0] if found and not names_several(said) else ""


def names_several(said: str) -> bool:
    """Whether a text names several units of money."""
    return len({unit for unit in units_in(said) if unit in UNITS}) > 1


def is_strange(said: str) -> bool:
    """Whether a heading's brackets say a unit that is not known here, or one of two: 十万元, 港币万元."""
    shown = plain_signs(said)
    return not unit_in(said) and bool(_MONEY.search(shown) or _POWER.search(shown))
