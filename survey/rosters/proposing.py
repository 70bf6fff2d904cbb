"""What the headings of a sheet are proposed to stand for, each field once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from survey.rosters.columns import AMOUNTS, FIELDS, MONEY, Heading, field_of, held, named, plain


def is_called(heading: Heading, key: str) -> bool:
    """Whether a heading calls a field by one of its names."""
    field = named(heading)
    return field is not None and field.key == key


def beside(headings: Sequence[Heading]) -> int:
    """Return where another table of firms begins to the right, names and codes once more; else the end."""
    ends = []
    for key in ("name", "code"):
        places = [at for at, heading in enumerate(headings) if is_called(heading, key)]
        apart = [at for before, at in itertools.pairwise(places) if at > before + 1]
        ends.append(apart[0] if apart else len(headings))
    return min(ends) if max(ends) < len(headings) else len(headings)


def proposed(
    headings: Sequence[Heading], *, of_part: str = "", several: bool = False
) -> dict[str, str]:
    """Propose a field's key for every heading, each field (of one year) once; empty for none.

    What is shown comes before what is hidden, who calls a thing by its name before who only holds a
    word of it, wherever they stand.

    Args:
        of_part: Of which part of a year the whole list speaks; then no amount of it is a year's.
        several: The titles name several units; then no amount has one that does not say its own.
    """
    taken: set[tuple[str, int | None]] = set()
    found = dict.fromkeys((heading.key for heading in headings), "")
    mine = sorted(headings[: beside(headings)], key=_rank)
    for hidden, told in itertools.product((False, True), (named, held)):
        for heading in (one for one in mine if one.hidden == hidden and not found[one.key]):
            field = told(heading)
            if field is None or (of_part and field.sort in AMOUNTS):
                continue
            if several and field.sort in MONEY and not heading.unit:
                continue
            place = (field.key, heading.year if field.is_yearly else None)
            if place not in taken:
                found[heading.key] = field.key
                taken.add(place)
    return found if any(key in _OF_A_YEAR for key, _ in taken) else _without_periods(found)


def _rank(heading: Heading) -> int:
    """Where the name that a heading bears stands among its field's: what is usual comes first."""
    field = named(heading)
    words = [plain(part) for part in heading.parts]
    places = [at for at, name in enumerate(field.names) if name in words] if field else []
    return min(places, default=0)


_OF_A_YEAR = frozenset(field.key for field in FIELDS if field.sort in (*AMOUNTS, "count"))


_PERIODS = frozenset(field.key for field in FIELDS if field.sort in ("year", "period"))


def _without_periods(found: dict[str, str]) -> dict[str, str]:
    """A column of years without figures says when something else was: no row is left out for it."""
    return {heading: "" if key in _PERIODS else key for heading, key in found.items()}


def fields_said(headings: Sequence[Heading]) -> set[str]:
    return {field.key for heading in headings if (field := field_of(heading))}


def places_said(headings: Sequence[Heading]) -> set[tuple[str, int | None]]:
    """Return what headings stand for, figures of each year by themselves."""
    found = [(field, heading.year) for heading in headings if (field := field_of(heading))]
    return {(field.key, year if field.is_yearly else None) for field, year in found}
