"""One trade's questionnaire as rows, table by table, found where the layout says they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from questionnaires.edition import Edition
from questionnaires.model import Head, TextQuestion, Value
from questionnaires.sheets.kinds import OneOf
from questionnaires.workbook import layout
from questionnaires.workbook.layout import Table

Row = dict[str, Any]
"""Values by column key; what a row does not say is left out."""


def rows(edition: Edition, trade_id: str) -> dict[str, list[list[Any]]]:
    """Return every table's rows in its order of columns, None where a row says nothing.

    Raises:
        KeyError: The edition has no such trade.
    """
    files = _Files(edition, trade_id)
    return {
        table.name: [files.told(table, row) for row in files.rows(table)] for table in layout.TABLES
    }


_LISTED = ("ladder", "stations")
"""What of the first file has rows of its own."""


def _plain(value: Value) -> Row:
    """Return what a value says beyond its defaults, as plain values."""
    return value.model_dump(exclude_defaults=True)


class _Files:
    """The data files of one trade's questionnaire, as they would be written."""

    def __init__(self, edition: Edition, trade_id: str) -> None:
        self.shorts = edition.names.shorts
        listed = {name: [_plain(v) for v in getattr(edition, name)] for name in _LISTED}
        head = {name: getattr(edition, name) for name in Head.model_fields} | listed
        self.files: dict[str, Row] = {
            "edition.yaml": head | {"trades": tuple(edition.trades)},
            "core": _plain(edition.core),
            "trade": _plain(edition.trades[trade_id]),
            "extras": {"sections": [_plain(section) for section in edition.extras]},
            "packages.yaml": {"packages": [_plain(package) for package in edition.packages]},
            "standards.yaml": {"standards": [_plain(standard) for standard in edition.standards]},
        }

    def told(self, table: Table, row: Row) -> list[Any]:
        """Put a row's values in order, with what only helps its reader."""
        short = self.shorts.get(row.get("question") or row.get("on", ""))
        return [short if c.told else row.get(c.key, c.default) for c in table.columns]

    def rows(self, table: Table) -> Iterator[Row]:
        if table is layout.GATES:
            yield from self._gates()
            return
        for where, value in self.found(table):
            row = where | {c.key: _inner(value, c.key) for c in table.own}
            yield {key: said for key, said in row.items() if said is not None}

    def found(self, table: Table) -> Iterator[tuple[Row, Row]]:
        """Yield what stands where a table's rows are kept, with what says where that is."""
        for where, value in self._parents(table):
            for there, kept in _walked(table, table.path, where, value):
                if table.holds == "item":
                    yield from ((there, _measured(item)) for item in kept)
                elif table.holds == "listed":
                    yield from ((there, {table.of: one}) for one in kept or (None,))
                elif table.holds == "value":
                    yield there, {table.of: kept}
                else:
                    yield there, kept

    def _parents(self, table: Table) -> Iterator[tuple[Row, Row]]:
        if table.within:
            parents = layout.NAMED[table.within]
            found = self.found(parents)
            yield from (({table.by: (where | p)[parents.id]}, p) for where, p in found)
        elif table.file:
            yield {}, self.files[table.file]
        else:
            parts = [str(part) for part in layout.PART.words.values()]
            yield from (({table.by: part}, self.files[part]) for part in parts)

    # --- gates ----------------------------------------------------------------------------------

    def _gates(self) -> Iterator[Row]:
        for rung in self.files["edition.yaml"]["ladder"]:
            of_trade = self.files["trade"].get("gates", {}).get(rung["id"])
            for scope, gates in (("core", rung.get("gates", ())), ("trade", of_trade)):
                where = {"rung": rung["id"], "scope": scope}
                if scope == "trade" and gates is not None and not gates:
                    yield where | {"kind": "none"}
                for gate in gates or ():
                    yield from (where | row for row in _gate(gate))


def _gate(gate: Row) -> Iterator[Row]:
    if "any_of" in gate:
        yield {"kind": "any_of"} | {k: v for k, v in gate.items() if k != "any_of"}
        for member in gate["any_of"]:
            yield next(_gate(member)) | {"kind": "member"}
        return
    kind = next(key for key in ("question", "section", "part") if key in gate)
    on = layout.SCOPE.show(gate[kind]) if kind == "part" else gate[kind]
    yield {"kind": kind, "on": on} | {k: v for k, v in gate.items() if k != kind}


def _walked(
    table: Table, path: tuple[str, ...], where: Row, value: Any
) -> Iterator[tuple[Row, Any]]:
    """Follow a path through a value; where a column names the step, every step it may name."""
    if not path:
        yield where, value
        return
    step, *rest = path
    steps: list[Any] = [step]
    if step.startswith("@"):
        step = step[1:]
        kind = next(c.kind for c in table.columns if c.key == step)
        steps = [*kind.words.values()] if isinstance(kind, OneOf) else [*value]
    for key in steps:
        if key in value:
            there = where | ({step: key} if f"@{step}" in path else {})
            yield from _walked(table, tuple(rest), there, value[key])


def _inner(value: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(value, list | tuple):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if value else None
    return value


def _measured(item: Row) -> Row:
    """Show how long a text may be in a column of its own."""
    if item.get("kind") != "text":
        return item
    longest = item.get("most", TextQuestion.model_fields["most"].default)
    return {k: v for k, v in item.items() if k != "most"} | {"length": longest}
