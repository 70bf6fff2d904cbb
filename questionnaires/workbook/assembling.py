"""Rows of a workbook put together into the data files of an edition, each value with its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from questionnaires.reading import KIND_UNKNOWN, MISSING, Document, Fault, Trail
from questionnaires.sheets.cells import BAD, Place, Row
from questionnaires.sheets.inside import BOOK
from questionnaires.workbook import layout

RESERVED = frozenset("edition core extras packages standards crosswalk conditions".split())
"""Files of an edition that no trade may be called after."""
NO_TRADE = "trade.yaml"


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


Rows = Mapping[str, list[Row]]
"""Every table's rows, by the table's name."""


def assemble(rows: Rows, faults: list[Fault]) -> dict[str, CellDocument]:
    """Put the rows together; rows that belong to nothing are added to the faults."""
    return _Assembly(rows, faults).documents()


@dataclass(frozen=True)
class _Gates:
    """Where the gates of one rung are kept: a list that is made when the first of them comes."""

    trail: Trail
    holder: dict[str, Any]
    key: str


class _Assembly:
    """The documents while they are being made, in the order in which rows lean on one another."""

    def __init__(self, rows: Rows, faults: list[Fault]) -> None:
        self.faults = faults
        self.tables = {table.name: rows.get(table.name, []) for table in layout.TABLES}
        self.made: dict[str, CellDocument] = {}

    def documents(self) -> dict[str, CellDocument]:
        self._sections()
        self._questions()
        self._checks()
        self._edition()
        self._trade()
        self._packages()
        self._listed("standards.yaml", "standards", layout.STANDARDS.name)
        return {d.file: d for d in self.made.values()}

    # --- placing values -------------------------------------------------------------------------

    def _document(self, file: str) -> CellDocument:
        if file not in self.made:
            cells: dict[Trail, Place] = {
                (key,): Place(sheet, heading=sheet) for key, sheet in _ROOTS.items()
            }
            self.made[file] = CellDocument(file, {}, cells=cells)
        return self.made[file]

    def _put(self, file: str, trail: Trail, row: Row, value: Any, keys: Mapping[str, str]) -> None:
        """Remember where a value and each of its keys stand; ``keys``: key → column."""
        cells = self._document(file).cells
        cells[trail] = row.cell("")
        for key, column in keys.items():
            cells[(*trail, key)] = row.cell(column)
        if isinstance(value, dict):
            for key in [k for k, v in value.items() if v is BAD]:
                del value[key]

    def _list(self, file: str, key: str) -> list[dict[str, Any]]:
        root: dict[str, Any] = self._document(file).value  # type: ignore[assignment]
        found: list[dict[str, Any]] = root.setdefault(key, [])
        return found

    def _listed(self, file: str, key: str, table: str, *left_out: str) -> None:
        """Make a plain list: every column is a key."""
        items = self._list(file, key)
        for row in self.tables[table]:
            value = {k: v for k, v in row.values.items() if k not in left_out}
            keys = {k: k for k in row.places if k not in left_out}
            self._put(file, (key, len(items)), row, value, keys)
            items.append(value)

    def _missing(self, row: Row, key: str, fault: str, remedy: str) -> None:
        if row.values.get(key) is not BAD:
            self.faults.append(row.fault(key, fault, remedy))

    def _known(self, known: Mapping[str, object], row: Row, key: str, what: str) -> None:
        if str(row.values.get(key)) in known and row.values.get(key) is not None:
            self._missing(row, key, f"{what}“{row.values[key]}”重复", "换一个未用过的")

    @property
    def trade_file(self) -> str:
        rows = self.tables[layout.TRADE.name]
        name = rows[0].values.get("id") if rows else None
        return f"{name}.yaml" if isinstance(name, str) and name not in RESERVED else NO_TRADE

    def _file(self, part: object) -> str:
        return {"core": "core.yaml", "extras": "extras.yaml"}.get(str(part), self.trade_file)

    # --- sections and questions -----------------------------------------------------------------

    def _sections(self) -> None:
        self.homes: dict[str, tuple[str, int]] = {}
        for row in self.tables[layout.SECTIONS.name]:
            value = dict(row.values)
            part = value.pop("part", None)
            if part is None:
                self._missing(row, "part", "没有写属于哪个部分", "写“通用”“行业”或“附加”")
            file = self._file(part)
            sections = self._list(file, "sections")
            keys = {k: k for k in row.places if k != "part"}
            self._put(file, ("sections", len(sections)), row, value, keys)
            self._known(self.homes, row, "id", "模块 id")
            self.homes.setdefault(str(value.get("id")), (file, len(sections)))
            sections.append(value)

    def _questions(self) -> None:
        self.questions: dict[str, tuple[str, Trail, dict[str, Any]]] = {}
        for row in self.tables[layout.QUESTIONS.name]:
            value = dict(row.values)
            home = self.homes.get(str(value.pop("section", None)))
            if home is None:
                self._missing(row, "section", "没有这个模块", "改为“模块”表里的模块 id")
                continue
            file, at = home
            asked = self._list(file, "sections")[at].setdefault("questions", [])
            trail: Trail = ("sections", at, "questions", len(asked))
            self._put(file, trail, row, value, self._question_keys(file, trail, row, value))
            asked.append(value)
            self._known(self.questions, row, "id", "题目 id")
            self.questions.setdefault(str(value.get("id")), (file, trail, value))
        self._details()

    def _question_keys(
        self, file: str, trail: Trail, row: Row, value: dict[str, Any]
    ) -> dict[str, str]:
        """Bring the columns of a question to its keys; five level columns become one list."""
        keys = {k: k for k in row.places if k not in ("section", "length")}
        if value.get("kind") == "text":
            self._unused(row, value, "most", "文字题没有最大值", "把字数写在“最多字数”")
            value["most"] = value.pop("length", None)
            keys["most"] = "length"
            if value["most"] is None:
                del value["most"]
        else:
            self._unused(row, value, "length", "只有文字题有最多字数", "删去，或改题型")
            value.pop("length", None)
        levels = [k for k in row.places if k.startswith("level")]
        given = [value.pop(k, None) for k in levels]
        while given and given[-1] is None:
            given.pop()
        if given:
            value["levels"] = ["" if words is None else words for words in given]
            for n, key in enumerate(levels):
                self._document(file).cells[(*trail, "levels", n)] = row.cell(key)
        keys = {k: c for k, c in keys.items() if k not in levels}
        return keys | ({"levels": levels[0]} if levels else {})

    def _unused(self, row: Row, value: dict[str, Any], key: str, fault: str, remedy: str) -> None:
        if value.pop(key, None) is not None:
            self._missing(row, key, fault, remedy)

    def _details(self) -> None:
        """Hang terms, options, maps and bands on their questions."""
        for row, file, trail, question in self._hung(layout.TERMS.name):
            word = str(row.values.get("word", ""))
            terms = question.setdefault("terms", {})
            if word in terms:
                self._missing(row, "word", f"名词“{word}”重复", "删去其中一行")
            terms[word] = row.values.get("meaning", "")
            self._document(file).cells[(*trail, "terms", word)] = row.cell("meaning")
        for row, file, trail, question in self._hung(layout.OPTIONS.name):
            value = {k: v for k, v in row.values.items() if k not in ("question", "role")}
            role = row.values.get("role")
            if role is None:
                self._missing(row, "role", "没有写类别", "写“选项”“行”或“列”")
            items = question.setdefault(str(role) if isinstance(role, str) else "options", [])
            where = (*trail, str(role), len(items))
            self._put(file, where, row, value, {"id": "id", "text": "text"})
            items.append(value)
        for row, file, trail, question in self._hung(layout.MAPS.name):
            frame = str(row.values.get("frame", ""))
            names = question.setdefault("maps", {}).setdefault(frame, [])
            if "name" in row.values:
                self._document(file).cells[(*trail, "maps", frame, len(names))] = row.cell("name")
                names.append(row.values["name"])
        for row, file, trail, question in self._hung(layout.BANDS.name):
            trade = str(row.values.get("trade", ""))
            value = {k: v for k, v in row.values.items() if k not in ("question", "trade")}
            bands = question.setdefault("bands", {})
            if trade in bands:
                self._missing(row, "trade", f"“{trade}”重复", "一题一个行业只写一行")
            keys = {k: k for k in row.places if k not in ("question", "trade", "short")}
            self._put(file, (*trail, "bands", trade), row, value, keys)
            bands[trade] = value

    def _hung(self, table: str) -> Iterator[tuple[Row, str, Trail, dict[str, Any]]]:
        """Yield a table's rows with the question each belongs to."""
        for row in self.tables[table]:
            home = self.questions.get(str(row.values.get("question")))
            if home is None:
                self._missing(row, "question", "没有这道题", "改为“题目”表里的题目 id")
            else:
                yield row, *home

    # --- checks ---------------------------------------------------------------------------------

    def _checks(self) -> None:
        homes: dict[str, tuple[str, Trail, dict[str, Any]]] = {}
        for row in self.tables[layout.CHECKS.name]:
            value = {k: v for k, v in row.values.items() if k != "scope"}
            scope = row.values.get("scope")
            if scope is None:
                self._missing(row, "scope", "没有写范围", "写“通用”或“行业”")
            file = self._file(scope)
            checks = self._list(file, "checks")
            trail: Trail = ("checks", len(checks))
            self._put(file, trail, row, value, {"id": "id", "says": "says"})
            value["when"] = []
            checks.append(value)
            self._known(homes, row, "id", "互查 id")
            homes.setdefault(str(value.get("id")), (file, trail, value))
        for row in self.tables[layout.BOUNDS.name]:
            home = homes.get(str(row.values.get("check")))
            if home is None:
                self._missing(row, "check", "没有这条互查", "改为“互查”表里的互查 id")
                continue
            file, trail, check = home
            value = {k: v for k, v in row.values.items() if k != "check"}
            keys = {k: k for k in row.places if k not in ("check", "short")}
            self._put(file, (*trail, "when", len(check["when"])), row, value, keys)
            check["when"].append(value)

    # --- edition, ladder, trade -----------------------------------------------------------------

    def _only(self, table: str) -> Row | None:
        """Return the one row of a table that says who this is."""
        rows = self.tables[table]
        if len(rows) != 1 and table in self.tables:
            place = f"第 {rows[1].number} 行" if rows else "第 2 行"
            remedy = "只保留一行" if rows else "补上这一行"
            self.faults.append(Fault(table, place, f"应有一行，现有 {len(rows)} 行", remedy))
        return rows[0] if rows else None

    def _edition(self) -> None:
        row = self._only(layout.EDITION.name)
        document = self._document("edition.yaml")
        if row:
            document.value = dict(row.values)
            self._put("edition.yaml", (), row, document.value, {k: k for k in row.places})
        self._listed("edition.yaml", "ladder", layout.RUNGS.name)
        self._gates("core", self._rung_gates())

    def _rung_gates(self) -> dict[str, _Gates]:
        ladder = self._list("edition.yaml", "ladder")
        return {
            str(rung.get("id")): _Gates(("ladder", at, "gates"), rung, "gates")
            for at, rung in enumerate(ladder)
        }

    def _trade(self) -> None:
        row, file = self._only(layout.TRADE.name), self.trade_file
        document = self._document(file)
        root: dict[str, Any] = document.value  # type: ignore[assignment]
        if row:
            value = dict(row.values)
            if value.get("id") in RESERVED:
                self._missing(row, "id", "这个行业 id 是保留词", "换一个行业 id")
            self._put(file, (), row, value, {k: k for k in row.places})
            document.value = root = {**value, **root}
        self._listed(file, "processes", layout.PROCESSES.name)
        if not root["processes"]:
            del root["processes"]
        gates: dict[str, Any] = {}
        homes = {rung: _Gates(("gates", rung), gates, rung) for rung in self._rung_gates()}
        self._gates("trade", homes)
        if gates:
            root["gates"] = gates

    def _gates(self, scope: str, homes: Mapping[str, _Gates]) -> None:
        """Put the gates of one scope on their rungs; members follow the any-of gate above them."""
        file = "edition.yaml" if scope == "core" else self.trade_file
        group: tuple[str, Trail, dict[str, Any]] | None = None
        for row in self.tables[layout.GATES.name]:
            found = row.values.get("scope")
            if found != scope:
                if found is None and scope == "core":
                    self._missing(row, "scope", "没有写范围", "写“通用”或“行业”")
                continue
            rung_id = str(row.values.get("rung"))
            if rung_id not in homes:
                self._missing(row, "rung", "没有这个等级", "改为“阶梯”表里的等级 id")
                continue
            home = homes[rung_id]
            gates = home.holder.setdefault(home.key, [])
            kind, value = self._gate(row)
            if kind == "member":
                if group is None or group[0] != rung_id:
                    self._missing(row, "kind", "“任选项”上面没有“任选”", "在上面补一行“任选”")
                    continue
                trail: Trail = (*group[1], "any_of", len(group[2]["any_of"]))
                group[2]["any_of"].append(value)
            elif kind == "none":
                continue
            else:
                trail = (*home.trail, len(gates))
                gates.append(value)
                group = (rung_id, trail, value) if kind == "any_of" else None
            self._put(file, trail, row, value, _gate_keys(row, kind))

    def _gate(self, row: Row) -> tuple[str, dict[str, Any]]:
        left_out = ("rung", "scope", "kind", "on")
        value = {k: v for k, v in row.values.items() if k not in left_out}
        kind = row.values.get("kind")
        if kind is None:
            self._missing(row, "kind", "没有写看什么", "写“题目”“模块”“部分”“任选”或“任选项”")
        if kind == "any_of":
            value["any_of"] = []
        elif kind != "none":
            on = row.values.get("on", "")
            key = "question" if kind == "member" else str(kind)
            value[key] = layout.PARTS.get(on, on) if kind == "part" else on
        return str(kind), value

    # --- packages -------------------------------------------------------------------------------

    def _packages(self) -> None:
        file = "packages.yaml"
        packages = self._list(file, "packages")
        homes: dict[str, tuple[Trail, dict[str, Any]]] = {}
        nested = {column for names in layout.FLAT.values() for column in names.values()}
        for row in self.tables[layout.PACKAGES.name]:
            value = {k: v for k, v in row.values.items() if k not in nested}
            trail: Trail = ("packages", len(packages))
            keys = {k: k for k in row.places if k not in nested}
            for outer, names in layout.FLAT.items():
                value[outer] = {k: row.values[c] for k, c in names.items() if c in row.values}
                self._put(file, (*trail, outer), row, value[outer], names)
            self._put(file, trail, row, value, keys)
            value["lifts"] = {}
            packages.append(value)
            self._known(homes, row, "code", "场景编号")
            homes.setdefault(str(value.get("code")), (trail, value))
        for row in self.tables[layout.LIFTS.name]:
            home = homes.get(str(row.values.get("package")))
            if home is None:
                self._missing(row, "package", "没有这个场景", "改为“改造场景”表里的编号")
                continue
            trail, package = home
            question = str(row.values.get("question", ""))
            if question in package["lifts"]:
                self._missing(row, "question", f"“{question}”重复", "一个场景一道题只写一行")
            self._document(file).cells[(*trail, "lifts", question)] = row.cell("level")
            if row.values.get("level") is not BAD:
                package["lifts"][question] = row.values.get("level", "")


def _gate_keys(row: Row, kind: str) -> dict[str, str]:
    keys = {k: k for k in row.places if k not in ("rung", "scope", "kind", "on", "short")}
    on = "question" if kind == "member" else kind
    return keys | {on: "on", "kind": "kind"}


_ROOTS = {
    "sections": layout.SECTIONS.name,
    "checks": layout.CHECKS.name,
    "ladder": layout.RUNGS.name,
    "processes": layout.PROCESSES.name,
    "gates": layout.GATES.name,
    "packages": layout.PACKAGES.name,
    "standards": layout.STANDARDS.name,
}
