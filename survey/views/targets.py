"""A plan's targets as fields: by when, how many firms, on which rungs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import request

from reports.district import Target
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.views.fields import TO_ASCII

MOST, SPARE = 12, 2
"""Most lines of a form, and how many of them are left empty for more."""


class Line(NamedTuple):
    """One target as its fields hold it."""

    year: str = ""
    firms: str = ""
    rungs: Sequence[str] = ()


def shown(targets: Sequence[Target]) -> list[Line]:
    """Return the lines of a form: every target, and some empty ones."""
    lines = [Line(str(t.year), str(t.count), t.rungs) for t in targets]
    return lines + [Line()] * min(SPARE, max(0, MOST - len(lines)))


def posted() -> list[Line]:
    """Return the lines as they were typed."""
    form = request.form
    return [
        Line(
            form.get(f"target-{n}-year", "").translate(TO_ASCII).strip(),
            form.get(f"target-{n}-count", "").translate(TO_ASCII).strip(),
            form.getlist(f"target-{n}-rungs"),
        )
        for n in range(MOST)
        if f"target-{n}-year" in form
    ]


def read(lines: Sequence[Line], titles: Mapping[str, str]) -> tuple[Target, ...]:
    """Return the targets of the lines that are filled, the nearest year first.

    Args:
        titles: The rungs there are.

    Raises:
        Invalid: Names the first line that cannot be read, and what it wants.
    """
    found = [
        _target(number, line, titles)
        for number, line in enumerate(lines, 1)
        if line.year or line.firms or line.rungs
    ]
    return tuple(sorted(found, key=lambda target: target.year))


def _target(number: int, line: Line, titles: Mapping[str, str]) -> Target:
    year, count = typed.whole(line.year), typed.whole(line.firms)
    if year is None or not 2000 <= year <= 2099:
        raise Invalid({"targets": f"规划目标第 {number} 条：年份请填四位数字，例如 2027。"})
    if count is None or count > 9999:
        raise Invalid({"targets": f"规划目标第 {number} 条：家数请填 0 至 9999 的整数。"})
    if not line.rungs or not set(line.rungs) <= set(titles):
        raise Invalid({"targets": f"规划目标第 {number} 条：请勾选至少一个等级。"})
    return Target(year, count, tuple(rung for rung in titles if rung in line.rungs))
