"""Which sheets of a workbook are read at one go, each by which head, and what their headings stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from questionnaires.sheets.lists import Sheet
from survey.rosters import heads
from survey.rosters.cells import UNITS
from survey.rosters.columns import Heading, field_of
from survey.rosters.heads import Head
from survey.rosters.periods import year_bounded
from survey.rosters.proposing import is_called, proposed

WHOLE = "全年"


def first_choice(sheets: Sequence[Sheet], found: Mapping[str, Head]) -> tuple[str, ...]:
    """Propose the first sheet that holds firms and all that can be read with it, hidden ones last.

    Args:
        found: Heads by the sheets' names, in the file's order.
    """
    hidden = {sheet.tab.name for sheet in sheets if sheet.tab.hidden}
    seen = {name: head for name, head in found.items() if name not in hidden} or dict(found)
    if not seen:
        return ()
    lead, first = next(iter(seen.items()))
    return tuple(
        name
        for name, head in seen.items()
        if _alike(first, head) and not apart({lead: first, name: head})
    )


def _alike(one: Head, other: Head) -> bool:
    """Whether two sheets can be read as one list: by their heads' place, or by what these say."""
    same_place = (one.first, one.last) == (other.first, other.last)
    return same_place or keys(one) == keys(other)


def keys(head: Head) -> set[str]:
    return {heading.key for heading in head.headings if heading.key}


def heads_of(
    sheets: Sequence[Sheet], chosen: Sequence[str], head: Head, found: Mapping[str, Head]
) -> dict[str, Head]:
    """Return the head of each chosen sheet, where the lead has its own or where this one has it."""
    each: dict[str, Head] = {}
    for sheet in (sheet for sheet in sheets if sheet.tab.name in chosen):
        placed = heads.at(sheet, head.first, head.last) if each else head
        each[sheet.tab.name] = placed if placed.is_of_firms else found.get(sheet.tab.name, placed)
    return each


def apart(each: Mapping[str, Head]) -> tuple[str, dict[str, str]] | None:
    """Return what sheets say differently, so that they cannot be read at one go.

    A sheet that says nothing of year or unit is read as the others; one of a whole year is not read
    with one of a part of it (``WHOLE``).
    """
    parts = {name: head.part or WHOLE for name, head in each.items()}
    years = {name: str(head.year) for name, head in each.items() if head.year}
    units = {name: head.unit for name, head in each.items() if head.unit and _leaves_open(head)}
    said = {"year": years, "part": parts, "unit": units}
    return next(((what, told) for what, told in said.items() if len({*told.values()}) > 1), None)


def _leaves_open(head: Head) -> bool:
    """Whether an amount's heading does not say its own unit."""
    fields = ((field_of(heading), heading) for heading in head.headings)
    return any(
        field and field.sort in ("money", "tax") and heading.unit not in UNITS
        for field, heading in fields
    )


def year_of_rows(sheet: Sheet, head: Head) -> int | None:
    """Return the newest year a column of years says, where a sheet has one."""
    places = [at for at, heading in enumerate(head.headings) if is_called(heading, "year")]
    said = (
        line.cells[at]
        for line in sheet.lines
        for at in places
        if line.number > head.last and at < len(line.cells) and not isinstance(line.cells[at], dict)
    )
    return max(filter(None, map(year_bounded, said)), default=None)


def headings_of(each: Mapping[str, Head]) -> list[Heading]:
    """Return the headings of all chosen sheets, each once; the lead's first."""
    return [*{one.key: one for head in each.values() for one in head.headings}.values()]


def columns_of(each: Mapping[str, Head]) -> dict[str, str]:
    """Propose a field's key for every heading of the chosen sheets; empty for none."""
    found: dict[str, str] = {}
    for head in each.values():
        found = proposed(head.headings, of_part=head.part, several=head.several) | found
    return found
