"""What an XLSForm's expressions say, as far as our questionnaires can say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
REFERENCE = re.compile(r"\$\{[^{}]*\}")
DEEPEST = 20
"""How often pieces of a constraint are parted anew; a stranger's form may stand in brackets a thousand deep."""


def selected(relevant: str) -> tuple[str, tuple[str, ...]] | None:
    """Return (question, options) where a condition wants one of these options of one question ticked."""
    pieces = [_bare(piece) for piece in _parted(_bare(relevant), "or")]
    found = [_SELECTED.fullmatch(piece) for piece in pieces]
    names = {match[1].strip() for match in found if match}
    if not all(found) or len(names) != 1:
        return None
    return names.pop(), tuple(match[3] for match in found if match)


def _parted(text: str, word: str) -> Iterator[str]:
    """Part an expression where a word joins its pieces, outside brackets and quotes."""
    depth, quote, start = 0, "", 0
    for match in re.finditer(rf"['\"(){{}}]|\b{word}\b", text):
        sign = match[0]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in ("'", '"'):
            quote = sign
        elif sign in ("(", "{"):
            depth += 1
        elif sign in (")", "}"):
            depth -= 1
        elif depth == 0:
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _bare(text: str) -> str:
    """Take brackets off that hold the whole, and blanks around it."""
    closes, start, end = _closing(text), 0, len(text)
    while True:
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start == end or closes.get(start) != end - 1:
            return text[start:end]
        start, end = start + 1, end - 1


def _closing(text: str) -> dict[int, int]:
    """Return where each bracket that was opened is closed; one look, however many stand in each other."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for match in re.finditer(r"[()]", text):
        if match[0] == "(":
            opened.append(match.start())
        elif opened:
            found[opened.pop()] = match.start()
    return found


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


def bounds(constraint: str, decimals: int = 0) -> Bounds:
    """Read a constraint: pieces joined by ``and``, each understood as a whole or left.

    Args:
        decimals: How many the number may have where the constraint does not say.
    """
    found = {name: list[re.Match[str]]() for name in _PIECES}
    left = []
    for piece in _pieces(constraint):
        matches = ((name, rule.fullmatch(piece)) for name, rule in _PIECES.items())
        name, match = next((one for one in matches if one[1]), ("", None))
        if match:
            found[name].append(match)
        else:
            left.append(piece)
    said = next((int(match[1]) for match in found["decimals"]), None)
    edges = [(match[1], Fraction(match[2])) for match in found["edge"]]
    step = Fraction(1, 10 ** (decimals if said is None else said))
    return Bounds(
        max((_least(*edge, step) for edge in edges if edge[0][0] == ">"), default=None),
        min((_most(*edge, step) for edge in edges if edge[0][0] == "<"), default=None),
        said,
        min(map(_whole, found["length"]), default=None),
        tuple(match[2] for match in found["alone"]),
        next((match[1].strip() for match in found["part"]), ""),
        " and ".join(left),
    )


_PIECES = {
    "alone": _ALONE,
    "length": _LENGTH,
    "decimals": _DECIMALS,
    "part": _PART_OF,
    "edge": _BOUND,
}


def _pieces(text: str, deep: int = DEEPEST) -> Iterator[str]:
    """Part a constraint, whatever brackets stand around its pieces."""
    text = _bare(text)
    parts = list(_parted(text, "and")) if deep else []
    if len(parts) > 1:
        for part in parts:
            yield from _pieces(part, deep - 1)
    elif text:
        yield text


def _least(sign: str, edge: Fraction, step: Fraction) -> Fraction:
    """Return the least number that a rule lets pass, in whole steps."""
    return (edge // step + 1) * step if sign == ">" else -(-edge // step) * step


def _most(sign: str, edge: Fraction, step: Fraction) -> Fraction:
    return (-(-edge // step) - 1) * step if sign == "<" else edge // step * step


def _whole(match: re.Match[str]) -> int:
    return int(match[2]) - (1 if match[1] == "<" else 0)
