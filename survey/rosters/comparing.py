"""Rows beside each other and beside what is known: new, changed field by field, unchanged, double."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from survey.rosters import cells
from survey.rosters.rows import FirmRow, Said, Title, with_notes
from survey.tables import RowNote, RowOutcome

OWN = frozenset(
    (
        "township",
        "park",
        "address",
        "products",
        "size",
        "contact_name",
        "contact_post",
        "contact_phone",
        "contact_mail",
    )
)
"""What a firm says of itself on its own page, too."""


@dataclass(frozen=True)
class Known:
    """A firm as it stands."""

    id: int
    version: int
    name: str
    confirmed: bool
    """Whether the firm itself has said what its profile says."""
    facts: Mapping[str, str]
    figures: Mapping[int, Mapping[str, Any]] = made(default_factory=dict)
    titles: frozenset[Title] = frozenset()
    recognitions: frozenset[Title] = frozenset()
    roster: int | None = None
    """The list that spoke of it last."""
    name_key: str = ""
    """Its name in pinyin, as an officer may have corrected it."""


@dataclass(frozen=True)
class Change:
    """One field's old and new value; ``year`` of a figure, 0 otherwise."""

    field: str
    old: Any
    new: Any
    year: int = 0


@dataclass(frozen=True)
class Judged:
    """A row and what it would do.

    Attributes:
        known: The firm it is about, if there is one.
        first: For a duplicate, the row of the same code before it.
        differs: Of a duplicate, the fields in which it says something else.
    """

    row: FirmRow
    outcome: RowOutcome
    known: Known | None = None
    changes: tuple[Change, ...] = ()
    first: tuple[str, int] | None = None
    differs: tuple[str, ...] = ()


def judged(
    rows: Iterable[FirmRow], known: Mapping[str, Known], *, overwrite: bool = False
) -> Iterator[Judged]:
    """Judge rows in order.

    Args:
        known: Firms by code.
        overwrite: What firms said of themselves is overwritten, too.
    """
    seen: dict[str, FirmRow] = {}
    names: dict[str, str] = {cells.same_name(firm.name): code for code, firm in known.items()}
    for row in rows:
        first = seen.get(row.code) if row.code else None
        if row.faults:
            yield Judged(row, RowOutcome.FAULT, known.get(row.code))
        elif first:
            differs = tuple(difference(first, row))
            place = (first.sheet, first.number)
            yield Judged(row, RowOutcome.DUPLICATE, None, (), place, differs)
        else:
            yield _taken(_named(row, names), known.get(row.code), overwrite)
        if row.code and not first and not row.is_of_other_year:
            seen[row.code] = row
            names.setdefault(cells.same_name(row.name), row.code)


def _named(row: FirmRow, names: Mapping[str, str]) -> FirmRow:
    other = names.get(cells.same_name(row.name))
    if other is None or other == row.code:
        return row
    return with_notes(row, Said(RowNote.SAME_NAME, "name", {"code": other}))


def _taken(row: FirmRow, firm: Known | None, overwrite: bool) -> Judged:
    if firm is None:
        return Judged(row, RowOutcome.NEW)
    changes, kept = [], []
    for change in _changes(row, firm):
        if change.field in OWN and firm.confirmed and not overwrite and change.old:
            kept.append(
                Said(RowNote.OWN_WORDS, change.field, {"own": change.old, "list": change.new})
            )
        else:
            changes.append(change)
    outcome = RowOutcome.CHANGED if changes else RowOutcome.UNCHANGED
    return Judged(with_notes(row, *kept), outcome, firm, tuple(changes))


def _changes(row: FirmRow, firm: Known) -> Iterator[Change]:
    if cells.same_name(row.name) != cells.same_name(firm.name):
        yield Change("name", firm.name, row.name)
    for key, new in row.facts.items():
        if new != (old := firm.facts.get(key) or ""):
            yield Change(key, old, new)
    for year, figures in row.figures.items():
        before = firm.figures.get(year, {})
        for key, value in figures.items():
            if value != (was := before.get(key)):
                yield Change(key, was, value, year)
    for key, said, had in (
        ("titles", row.titles, firm.titles),
        ("recognitions", row.recognitions, firm.recognitions),
    ):
        known = {title.itself: title for title in had}
        for title in dict.fromkeys(said):
            same = known.get(title.itself)
            if same is None or title.until not in (None, same.until):
                yield Change(key, same, title)


def difference(one: FirmRow, other: FirmRow) -> Iterator[str]:
    """Name the fields in which two rows of one code say something else."""
    if cells.same_name(one.name) != cells.same_name(other.name):
        yield "name"
    yield from (
        key for key in {**one.facts, **other.facts} if one.facts.get(key) != other.facts.get(key)
    )
    for year in {**one.figures, **other.figures}:
        a, b = one.figures.get(year, {}), other.figures.get(year, {})
        yield from (key for key in {**a, **b} if a.get(key) != b.get(key))
    if set(one.titles) != set(other.titles):
        yield "titles"
