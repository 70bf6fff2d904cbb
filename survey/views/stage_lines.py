"""The ledger's stages as fields: what each is called, which state it belongs to, what proposes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import request

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.lifecycle.stage_rules import MOST_STAGES
from survey.store.stages import Stage, of_ladder
from survey.tables import Ladder, PoolState, StageFact
from survey.views.fields import TO_ASCII

SPARE = 3
"""Lines that are left empty for more."""


class Line(NamedTuple):
    """One stage as its fields hold it."""

    id: str = ""
    title: str = ""
    order: str = ""
    state: str = PoolState.IN_POOL
    exit: bool = False
    fact: str = ""


def shown(stages: Sequence[Stage], ladder: Ladder) -> list[Line]:
    """Return the lines of one ladder: every stage, and some empty ones."""
    lines = [
        Line(one.id, one.title, str(number), one.state, one.exit, one.fact or "")
        for number, one in enumerate(of_ladder(stages, ladder), 1)
    ]
    return lines + [Line()] * min(SPARE, max(0, MOST_STAGES - len(lines)))


def posted(ladder: Ladder) -> list[Line]:
    """Return the lines of one ladder as they were typed."""
    form = request.form
    found = []
    for number in range(MOST_STAGES + SPARE):
        at = f"{ladder}-{number}"
        if f"{at}-title" in form:
            found.append(_line(at))
    return found


def _line(at: str) -> Line:
    def said(name: str) -> str:
        return request.form.get(f"{at}-{name}", "")

    off = said("exit") == "yes"
    return Line(said("id"), said("title"), said("order"), said("state"), off, said("fact"))


def read(lines: Sequence[Line], ladder: Ladder, known: Sequence[Stage]) -> list[Stage]:
    """Return the stages of the lines that have a title, in the order that is typed.

    Args:
        known: The stages of today; a line's stage is one of them, or new.

    Raises:
        Invalid: A line says what no page of ours does, or an order that is no number.
    """
    ids = {stage.id for stage in of_ladder(known, ladder)}
    taken = {stage.id for stage in known}
    found = []
    for number, line in enumerate(lines):
        if not typed.line(line.title):
            continue
        order = typed.whole(line.order.translate(TO_ASCII).strip()) if line.order else None
        if line.order.strip() and order is None:
            raise Invalid({"stages": f"“{typed.line(line.title)}”的顺序请填整数。"})
        if line.id and line.id not in ids:
            raise Invalid({"stages": "有一个阶段刚刚被删除，页面已经更新，请核对后再保存。"})
        id_ = line.id or _fresh(ladder, taken)
        taken.add(id_)
        at = order if order is not None else len(lines)
        found.append((at, number, _stage(id_, line, ladder)))
    return [stage for _order, _number, stage in sorted(found, key=lambda one: one[:2])]


def _stage(id_: str, line: Line, ladder: Ladder) -> Stage:
    if line.state not in tuple(PoolState) or line.fact not in ("", *StageFact):
        raise Invalid({"stages": "请从列出的里面选状态和建议依据。"})
    fact = StageFact(line.fact) if line.fact else None
    return Stage(id_, line.title, PoolState(line.state), ladder, line.exit, fact)


def _fresh(ladder: Ladder, taken: set[str]) -> str:
    number = 1
    while f"{ladder}_{number}" in taken:
        number += 1
    return f"{ladder}_{number}"
