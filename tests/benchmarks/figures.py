"""A measured figure beside its target, and how a list of them is printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Bound = Literal["≥", "≤"]


@dataclass(frozen=True)
class Target:
    """The least or the most a figure should be."""

    bound: Bound
    value: float

    def is_met_by(self, value: float) -> bool:
        return value >= self.value if self.bound == "≥" else value <= self.value


@dataclass(frozen=True)
class Figure:
    """One line of the report; ``note`` says what was measured, or against what."""

    group: str
    title: str
    value: float
    unit: str = ""
    target: Target | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        return "达标" if self.target.is_met_by(self.value) else "未达标"


def at_least(value: float) -> Target:
    return Target("≥", value)


def at_most(value: float) -> Target:
    return Target("≤", value)


def printed(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for a terminal, one block per group."""
    lines: list[str] = []
    group = ""
    for figure in figures:
        if figure.group != group:
            group = figure.group
            lines += ["", group]
        lines.append(_line(figure))
    return "\n".join(lines)


def _line(figure: Figure) -> str:
    target = f"{figure.target.bound} {_number(figure.target.value)}" if figure.target else ""
    cells = (
        _filled(figure.title, 38),
        f"{_number(figure.value):>9}",
        _filled(figure.unit, 8),
        _filled(target, 9),
        _filled(figure.verdict, 6),
        figure.note,
    )
    return "  " + "  ".join(cells).rstrip()


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"


def _filled(text: str, width: int) -> str:
    """Pad to a width in columns; a Chinese character takes two."""
    columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(0, width - columns)


def as_data(figures: Sequence[Figure]) -> list[dict[str, object]]:
    """Return the figures as plain values for JSON."""
    return [asdict(figure) | {"verdict": figure.verdict} for figure in figures]
