"""The officer's start page: the list of assessments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from reports.tables import Cell
from survey.readings import district
from survey.store import assessment_list as store
from survey.store import rounds as round_store
from survey.store import templates as template_store
from survey.store.assessment_list import SORTS, AssessmentLine
from survey.store.lists import Slice, Wanted
from survey.views.bureau import choices, columns, filters, tiles, views
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Frame
from survey.views.bureau.columns import Columns
from survey.views.bureau.everything import Everything, Flow, lines_of
from survey.views.bureau.exports import Column, send_rows
from survey.views.bureau.filters import Filters
from survey.views.bureau.sums import Sums
from survey.web import here, lists
from survey.web.here import today

ORDERS = choices.orders(
    "-submitted", "planned", "-confirmed", "-share", "share", "firm", "township"
)


@dataclass(frozen=True)
class Listed:
    """The list as a request asks it: filters, lines, columns."""

    frame: Frame
    asked: Filters
    wanted: Wanted
    lines: list[AssessmentLine]
    total: int
    columns: Columns


def _listed(part: Slice) -> Listed:
    frame, session = choices.frame(), here.session()
    asked = filters.of_assessments(frame, SORTS)
    wanted = asked.wanted()
    lines, total = store.assessments(session, wanted, part)
    shown = columns.shown("assessments", columns.of_assessments(frame, {}, {}))
    every = _filled(frame, wanted, lines, shown.shown, _judged(frame, shown.shown))
    return Listed(frame, asked, wanted, lines, total, Columns(every, shown.shown))


def _judged(frame: Frame, keys: Collection[str]) -> columns.Judged:
    """Return the verdicts of every assessment, where a column tells them."""
    asked = any(key.startswith("verdict") for key in keys)
    return store.verdicts(here.session(), frame.edition.id) if asked else {}


def _filled(
    frame: Frame,
    wanted: Wanted,
    lines: Sequence[AssessmentLine],
    keys: Collection[str],
    judged: columns.Judged,
) -> Sequence[Column[Any]]:
    """The columns there are, with what these of them say of the lines."""
    only = replace(wanted, only=tuple(line.id for line in lines))
    unmet = store.unmet(here.session(), only) if "gap" in keys else {}
    return columns.of_assessments(frame, unmet, judged)


def everything() -> Everything:
    """The list as it is narrowed and ordered, with every column it has."""
    frame, session = choices.frame(), here.session()
    asked = filters.of_assessments(frame, SORTS)
    lines = lines_of(lambda part: store.assessments(session, asked.wanted(), part))
    unmet = store.unmet(session, asked.wanted())
    judged = store.verdicts(session, frame.edition.id)
    return Everything(columns.of_assessments(frame, unmet, judged), lines, asked.said)


def flow() -> Flow:
    """The same, some assessments at a time."""
    frame, session = choices.frame(), here.session()
    asked, heads = filters.of_assessments(frame, SORTS), columns.of_assessments(frame, {}, {})
    wanted, every = asked.wanted(), {column.key for column in heads}
    judged = _judged(frame, every)
    portions = (
        (_filled(frame, wanted, lines, every, judged), lines)
        for lines in store.in_portions(session, wanted)
    )
    return Flow(heads, portions, asked.said)


@pages.get("/assessments")
def assessments() -> ResponseReturnValue:
    """List the assessments of an edition under its figures; a draft only as being filled in."""
    part = lists.part()
    listed = _listed(part)
    counts = store.counts(here.session(), listed.frame.edition.id)
    plan = district.plan(here.session(), here.district(), listed.frame.edition)
    return render_template(
        "bureau/assessments.html",
        frame=listed.frame,
        wanted=listed.wanted,
        lines=listed.lines,
        total=listed.total,
        part=part,
        counts=counts,
        tiles=tiles.of_assessments(counts, plan),
        open_rounds=round_store.open_rounds(here.session(), today()),
        filters=listed.asked,
        columns=listed.columns,
        views=views.shown("assessments"),
        templates=template_store.templates(here.session(), "assessments"),
        sorts=choices.offered(ORDERS, listed.wanted.sort),
        arguments=lists.arguments(),
        chips=choices.in_force(listed.asked.said),
        chosen=lists.chosen(),
        most=lists.MOST_CHOSEN,
        back=url_for(".assessments", page=part.page, **lists.arguments()),
    )


@pages.get("/assessments.xlsx")
def export_assessments() -> ResponseReturnValue:
    """Send the list as it is filtered, ordered and laid out, all pages of it."""
    frame, session, place = choices.frame(), here.session(), here.district()
    asked = filters.of_assessments(frame, SORTS)
    shown = columns.shown("assessments", columns.of_assessments(frame, {}, {}))
    sums = Sums(frame)
    rows = _rows(frame, asked.wanted(), shown.shown, sums)
    more = sums.sheets(district.plan(session, place, frame.edition), place.name)
    return send_rows("assessments", "评估清单", shown.in_workbook, rows, asked.said, more)


def _rows(frame: Frame, wanted: Wanted, keys: Sequence[str], sums: Sums) -> Iterator[list[Cell]]:
    """Give all pages of the list, some lines at a time, counted as they go by."""
    judged = _judged(frame, keys)
    for lines in store.in_portions(here.session(), wanted):
        filled = Columns(_filled(frame, wanted, lines, keys, judged), keys).in_workbook
        yield from ([column.cell(line) for column in filled] for line in sums.along(lines))
