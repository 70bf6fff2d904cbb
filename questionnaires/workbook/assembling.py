"""Rows of a workbook put together into the data files of an edition, each value with its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from questionnaires.reading import KIND_UNKNOWN, MISSING, Document, Fault, Trail
from questionnaires.sheets.cells import BAD, Place, Row
from questionnaires.sheets.inside import BOOK
from questionnaires.workbook import layout
from questionnaires.workbook.layout import Table

RESERVED = frozenset(
    "edition core extras packages standards crosswalk conditions national systems".split()
)
"""Files of an edition that no trade may be called after."""
NO_TRADE = "trade.yaml"
Rows = Mapping[str, list[Row]]
"""Every table's rows, by the table's name."""


@dataclass
class CellDocument(Document):
    """A data file whose places are cells: its faults name the sheet and the cell."""

    cells: dict[Trail, Place] = field(default_factory=dict)

    def trail(self, loc: tuple[int | str, ...]) -> Trail:
        """As elsewhere; a missing key leads to the empty cell where it would stand."""
        path = super().trail(loc)
        missing = (*path, loc[-1]) if loc else path
        return missing if missing in self.cells else path

    def fault(self, path: Trail, fault: str, remedy: str, code: str = "") -> Fault:
        if code == KIND_UNKNOWN and (*path, "kind") in self.cells:
            path, remedy = (*path, "kind"), "填写这一格"
        # Only a cell that a key would stand in has a heading.
        if code == MISSING and path in self.cells and self.cells[path].heading:
            fault, remedy = f"“{self.cells[path].heading}”没有填写", "补上内容"
        while path and path not in self.cells:
            path = path[:-1]
        place = self.cells.get(path, Place(BOOK))
        return Fault(place.sheet, place.cell, fault, remedy, code)


def assemble(rows: Rows, faults: list[Fault]) -> dict[str, CellDocument]:
    """Put the rows together; rows that belong to nothing are added to the faults."""
    return _Assembly(rows, faults).documents()


@dataclass(frozen=True)
class _At:
    """A value being made: its file, where it stands there, and itself."""

    document: CellDocument
    trail: Trail
    value: Any

    def inner(self, key: str, empty: type) -> _At:
        return _At(self.document, (*self.trail, key), self.value.setdefault(key, empty()))

    def appended(self, item: Any) -> _At:
        self.value.append(item)
        return _At(self.document, (*self.trail, len(self.value) - 1), item)


class _Assembly:
    """The documents while they are being made: tables in the order in which rows lean on rows."""

    def __init__(self, rows: Rows, faults: list[Fault]) -> None:
        self.faults = faults
        self.rows = {table.name: rows.get(table.name, []) for table in layout.TABLES}
        self.made: dict[str, CellDocument] = {}
        self.known: dict[tuple[str, str], _At] = {}
        """What other rows may name, by table and id."""

    def documents(self) -> dict[str, CellDocument]:
        for table in layout.TABLES:
            if table.holds == "root":
                self._only(table)
            elif table.file.endswith(".yaml"):
                self._file(table.file).inner(table.path[0], list)
            if table is not layout.GATES:
                for row in self.rows[table.name]:
                    self._keep(table, row)
        self._gates()
        return {document.file: document for document in self.made.values()}

    def _only(self, table: Table) -> None:
        """Ask for the one row of a table that says who this is."""
        rows = self.rows[table.name]
        if len(rows) != 1:
            place = f"第 {rows[1].number} 行" if rows else "第 2 行"
            remedy = "只保留一行" if rows else "补上这一行"
            self.faults.append(Fault(table.name, place, f"应有一行，现有 {len(rows)} 行", remedy))
            del rows[1:]
        if table is layout.TRADE and rows and rows[0].values.get("id") in RESERVED:
            self._fault(rows[0], "id", "这个行业 id 是保留词", "换一个行业 id")

    def _fault(self, row: Row, key: str, fault: str, remedy: str) -> None:
        if row.values.get(key) is not BAD:
            self.faults.append(row.fault(key, fault, remedy))

    # --- where a row belongs --------------------------------------------------------------------

    def _file(self, name: object) -> _At:
        """Return a file by its name, or by the part it holds; the trade's is called after it."""
        file = {"core": "core.yaml", "extras": "extras.yaml"}.get(str(name), str(name))
        if not file.endswith(".yaml"):
            rows = self.rows[layout.TRADE.name]
            trade = rows[0].values.get("id") if rows else None
            file = f"{trade}.yaml" if isinstance(trade, str) and trade not in RESERVED else NO_TRADE
        if file not in self.made:
            cells: dict[Trail, Place] = {(key,): Place(t, heading=t) for key, t in _ROOTS.items()}
            self.made[file] = CellDocument(file, {}, cells=cells)
        return _At(self.made[file], (), self.made[file].value)

    def _parent(self, table: Table, row: Row) -> _At | None:
        if not table.within:
            named = row.values.get(table.by) if table.by else table.file
            if named is None:
                self._fault(row, table.by, *table.lost)
            return self._file(named or "trade")
        parent = self.known.get((table.within, str(row.values.get(table.by))))
        if parent is None:
            self._fault(row, table.by, *table.lost)
        return parent

    # --- what a row says ------------------------------------------------------------------------

    def _keep(self, table: Table, row: Row) -> None:
        at = self._parent(table, row)
        if at is None:
            return
        if table is layout.QUESTIONS:
            row = self._measured(row)
        steps = [self._step(row, step) for step in table.path]
        if "" in steps:
            return
        *way, last = steps or [""]
        for step in way:
            at = at.inner(step, dict)
        if table.holds == "root":
            self._said(table, row, at)
        elif table.holds == "item":
            at = at.inner(last, list).appended({})
            self._said(table, row, at)
        elif table.holds == "listed":
            at = at.inner(last, list)
            if table.of in row.values:
                at.document.cells[(*at.trail, len(at.value))] = row.cell(table.of)
                at.value.append(row.values[table.of])
        else:
            at = self._named(table, row, at, last)
        if table.id:
            self._know(table, row, at)

    def _step(self, row: Row, step: str) -> str:
        """Return a step of a path; empty where the cell that names it says nothing."""
        if not step.startswith("@"):
            return step
        said = row.values.get(step[1:])
        if said is None:
            self._fault(row, step[1:], f"“{row.cell(step[1:]).heading}”没有填写", "补上内容")
        return said if isinstance(said, str) else ""

    def _named(self, table: Table, row: Row, at: _At, name: str) -> _At:
        """Keep what stands under a name of its own: a plain value, or one with keys."""
        if name in at.value:
            column = table.path[-1].removeprefix("@")
            self._fault(row, column, f"“{name}”重复", "删去其中一行")
        if table.holds == "entry":
            at.value[name] = {}
            entry = at.inner(name, dict)
            self._said(table, row, entry)
            return entry
        at.document.cells[(*at.trail, name)] = row.cell(table.of)
        if row.values.get(table.of) is not BAD:
            at.value[name] = row.values.get(table.of, "")
        return at

    def _said(self, table: Table, row: Row, at: _At) -> None:
        """Write what a row says into a value, and remember where each key stands."""
        at.value.update({key: empty() for key, empty in table.begins})
        at.document.cells[at.trail] = row.cell("")
        for column in table.own:
            if column.key in row.places:
                _write(at, column.key, row)

    def _know(self, table: Table, row: Row, at: _At) -> None:
        name = row.values.get(table.id)
        if (table.name, str(name)) in self.known:
            self._fault(
                row, table.id, f"{row.cell(table.id).heading}“{name}”重复", "换一个未用过的"
            )
        self.known.setdefault((table.name, str(name)), at)

    def _measured(self, row: Row) -> Row:
        """Bring how long a text may be from its own column to where other kinds have their most."""
        is_text = row.values.get("kind") == "text"
        unused, fault = (
            ("most", "文字题没有最大值") if is_text else ("length", "只有文字题有最多字数")
        )
        if unused in row.values:
            self._fault(row, unused, fault, "删去，或改题型")
        moved = {"length": "most"} if is_text else {"most": "most"}
        left = ("most", "length")
        values = {k: v for k, v in row.values.items() if k not in left}
        places = {k: v for k, v in row.places.items() if k not in left}
        for column, key in moved.items():
            values |= {key: row.values[column]} if column in row.values else {}
            places |= {key: row.places[column]} if column in row.places else {}
        return replace(row, values=values, places=places)

    # --- gates ----------------------------------------------------------------------------------

    def _gates(self) -> None:
        """Put every gate on its rung; members follow the any-of gate above them."""
        group: tuple[object, _At] | None = None
        for row in self.rows[layout.GATES.name]:
            scope = row.values.get("scope")
            if scope is None:
                self._fault(row, "scope", "没有写范围", "写“通用”或“行业”")
            rung = self._parent(layout.GATES, row)
            if rung is None or scope not in ("core", "trade"):
                continue
            gates = rung if scope == "core" else self._file("trade").inner("gates", dict)
            key = "gates" if scope == "core" else str(row.values.get("rung"))
            gates = gates.inner(key, list)
            kind = row.values.get("kind")
            if kind == "none":
                continue
            if kind == "member":
                if group is None or group[0] != (scope, row.values.get("rung")):
                    self._fault(row, "kind", "“任选项”上面没有“任选”", "在上面补一行“任选”")
                    continue
                gates = group[1].inner("any_of", list)
            at = gates.appended({})
            self._gate(row, kind, at)
            if kind != "member":
                group = ((scope, row.values.get("rung")), at) if kind == "any_of" else None

    def _gate(self, row: Row, kind: object, at: _At) -> None:
        if kind is None:
            self._fault(row, "kind", "没有写看什么", "写“题目”“模块”“部分”“任选”或“任选项”")
        said = replace(row, values={k: v for k, v in row.values.items() if k not in _NAMING})
        self._said(layout.GATES, said, at)
        at.document.cells[(*at.trail, "kind")] = row.cell("kind")
        if kind == "any_of":
            at.value["any_of"] = []
        elif isinstance(kind, str):
            on = row.values.get("on", "")
            key = "question" if kind == "member" else kind
            at.value[key] = layout.SCOPE.words.get(on, on) if kind == "part" else on
            at.document.cells[(*at.trail, key)] = row.cell("on")


_NAMING = frozenset({"rung", "scope", "kind", "on"})
"""Columns of a gate that say where it belongs and what it looks at."""


def _write(at: _At, path: str, row: Row) -> None:
    """Write one cell's value at its path, and remember where it stands."""
    key, _, inner = path.partition(".")
    cells, said = at.document.cells, row.values.get(path)
    cells.setdefault((*at.trail, key), row.cell(path))
    if inner.isdigit():
        cells[(*at.trail, key, int(inner))] = row.cell(path)
        if said is not None:
            listed = at.value.setdefault(key, [])
            listed += [""] * (int(inner) - len(listed))
            listed.append("" if said is BAD else said)
        return
    value = at.value
    if inner:
        cells[(*at.trail, key, inner)] = row.cell(path)
        value = value.setdefault(key, {})
    if said is not None and said is not BAD:
        value[inner or key] = said


_ROOTS = {
    "sections": layout.SECTIONS.name,
    "checks": layout.CHECKS.name,
    "ladder": layout.RUNGS.name,
    "rewords": layout.REWORDS.name,
    "processes": layout.PROCESSES.name,
    "stations": layout.STATIONS.name,
    "gates": layout.GATES.name,
    "packages": layout.PACKAGES.name,
    "standards": layout.STANDARDS.name,
}
