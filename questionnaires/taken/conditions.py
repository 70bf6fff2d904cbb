"""What an XLSForm's expressions say, as far as our questionnaires can say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_SELECTED = re.compile(r"selected\(\s*\$\{([^}]+)\}\s*,\s*(['\"])([^'\"]+)\2\s*\)")
_BOUND = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?[0-9]{1,12}(?:\.[0-9]{1,9})?)")
_LENGTH = re.compile(r"string-length\(\s*\.\s*\)\s*(<=|<)\s*([0-9]{1,6})")
_DECIMALS = re.compile(r"regex\(string\(\.\), '\^-\?\[0-9\]\+\(\[\.\]\[0-9\]\{1,([0-4])\}\)\?\$'\)")
_ALONE = re.compile(
    r"not\(\s*selected\(\s*\.\s*,\s*(['\"])([^'\"]+)\1\s*\)"
    r"\s*and\s*count-selected\(\s*\.\s*\)\s*>\s*1\s*\)"
)
_PART_OF = re.compile(r"\.\s*<=\s*\$\{([^}]+)\}")
REFERENCE = re.compile(r"\$\{[^}]*\}")


def selected(relevant: str) -> tuple[str, tuple[str, ...]] | None:
    """Return (question, options) where a condition wants one of these options of one question ticked."""
    pieces = [_bare(piece) for piece in re.split(r"\s+or\s+", _bare(relevant))]
    found = [_SELECTED.fullmatch(piece) for piece in pieces]
    names = {match[1].strip() for match in found if match}
    if not all(found) or len(names) != 1:
        return None
    return names.pop(), tuple(match[3] for match in found if match)


def _bare(text: str) -> str:
    """Take brackets off that hold the whole."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return at == len(text) - 1
    return False


@dataclass(frozen=True)
class Bounds:
    """What a constraint says; ``left`` is what of it nobody here understands."""

    least: Fraction | None = None
    most: Fraction | None = None
    decimals: int | None = None
    longest: int | None = None
    alone: tuple[str, ...] = ()
    """Options that cannot be ticked beside others."""
    part_of: str = ""
    """The question whose number this one cannot pass."""
    left: str = ""


def bounds(constraint: str) -> Bounds:
    """Read a constraint: pieces joined by ``and``."""
    text, least, most = constraint.strip(), None, None
    alone = tuple(match[2] for match in _ALONE.finditer(text))
    text = _ALONE.sub("", text)
    longest = next((_whole(match) for match in _LENGTH.finditer(text)), None)
    text = _LENGTH.sub("", text)
    decimals = next((int(match[1]) for match in _DECIMALS.finditer(text)), None)
    text = _DECIMALS.sub("", text)
    part_of = next((match[1].strip() for match in _PART_OF.finditer(text)), "")
    text = _PART_OF.sub("", text)
    for match in _BOUND.finditer(text):
        edge = Fraction(match[2])
        if match[1].startswith(">"):
            least = edge + (1 if match[1] == ">" else 0)
        else:
            most = edge - (1 if match[1] == "<" else 0)
    left = re.sub(r"\band\b|[()\s]", "", _BOUND.sub("", text))
    return Bounds(least, most, decimals, longest, alone, part_of, left)


def _whole(match: re.Match[str]) -> int:
    return int(match[2]) - (1 if match[1] == "<" else 0)
