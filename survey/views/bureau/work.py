"""How consultants work, in figures that lead to what they count (核验情况)."""

from __future__ import annotations

from typing import NamedTuple

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from reports import consultants
from reports.consultants import LINES, Figures, Line
from survey.readings import consultants as reading
from survey.store import consultants as store
from survey.views import work
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.exports import Column, send_list
from survey.views.work import STEPS, Selection
from survey.web import access, here, lists

LEAST = 2
"""With one consultant a middle says nothing."""


class Entry(NamedTuple):
    """A consultant with the figures of the visits they led."""

    id: int
    name: str
    it: Figures


def _entries(chosen: Selection) -> list[Entry]:
    """Return everybody who led one of the visits, by name: an order that judges nobody."""
    found = consultants.figures(reading.visits(here.session(), chosen.wanted))
    names = store.names(here.session())
    left = [id for id in found if id not in names]  # whose role changed since
    return [
        Entry(id, names.get(id, f"已不是顾问（{id}）"), found[id])
        for id in [*names, *left]
        if id in found
    ]


@pages.get("/consultants/work")
def work_of_all() -> ResponseReturnValue:
    """List every consultant with the figures of a round, the middle of all below."""
    chosen = work.selection()
    entries = _entries(chosen)
    middles = work.middles_for((entry.it for entry in entries), least=LEAST)
    return render_template(
        "bureau/work.html",
        chosen=chosen,
        lines=[(e, {row.line.id: row.text for row in work.rows(e.it, None)}) for e in entries],
        middles=work.texts(middles) if middles else None,
        chips=choices.in_force(chosen.said),
        arguments=lists.arguments(),
        back=access.may_open(here.reader(), "bureau.consultants"),
    )


@pages.get("/consultants/work.xlsx")
def export_work() -> ResponseReturnValue:
    """Send the figures of every consultant of the selection."""
    chosen = work.selection()
    return send_list("work", "核验情况", _columns(), _entries(chosen), chosen.said)


def _columns() -> list[Column[Entry]]:
    return [
        Column("诊断顾问", lambda entry: entry.name, 16),
        *(_column(line) for line in LINES),
        *(_moved(by, title) for by, title in sorted(STEPS.items())),
        Column("没有升降的更改（题）", lambda entry: entry.it.without_level, 14, "number"),
        Column("用时有记录（家）", lambda entry: entry.it.timed, 14, "number"),
        Column("用时按保存时间推算（家）", lambda entry: entry.it.guessed, 14, "number"),
        Column("说明", lambda entry: "场次少，仅供参考" if entry.it.is_few else "", 20),
    ]


def _column(line: Line) -> Column[Entry]:
    is_percent = line.unit == consultants.PERCENT
    return Column(
        f"{line.title}（{line.unit}）",
        lambda entry: work.number(line, line.value(entry.it)),
        14,
        "percent" if is_percent else "number",
    )


def _moved(by: int, title: str) -> Column[Entry]:
    return Column(f"{title}（题）", lambda entry: entry.it.steps[by], 12, "number")


@pages.get("/consultants/<row:user_id>")
def work_of_one(user_id: int) -> ResponseReturnValue:
    """Show what the figures of one consultant count: visits, changes, texts, photos."""
    names = store.names(here.session())
    if user_id not in names:
        abort(404)
    chosen = work.selection()
    entries = {entry.id: entry.it for entry in _entries(chosen)}
    middles = work.middles_for(entries.values(), least=LEAST)
    return render_template(
        "bureau/work_of_one.html",
        user_id=user_id,
        name=names[user_id],
        names=names,
        **work.shown(chosen, entries.get(user_id), middles),
        linked=access.may_open(here.reader(), "results.result"),
        own=False,
    )
