"""One trade's questionnaire as rows, table by table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from questionnaires.edition import Edition
from questionnaires.model import AnyGate, Gate, Question, Section, Value
from questionnaires.sheets.cells import Table
from questionnaires.workbook import layout

Row = dict[str, Any]
"""Values by column key; what a row does not say is left out."""


def rows(edition: Edition, trade_id: str) -> dict[str, list[Row]]:
    """Return every table's rows, by the table's name.

    Raises:
        KeyError: The edition has no such trade.
    """
    told = _Told(edition, trade_id)
    made: dict[str, Iterable[Row]] = {
        layout.EDITION.name: told.head(),
        layout.TRADE.name: told.trade_head(),
        layout.RUNGS.name: (_plain(rung, "gates") for rung in edition.ladder),
        layout.GATES.name: told.gates(),
        layout.SECTIONS.name: told.sections(),
        layout.QUESTIONS.name: told.questions(),
        layout.TERMS.name: told.terms(),
        layout.OPTIONS.name: told.options(),
        layout.MAPS.name: told.maps(),
        layout.BANDS.name: told.bands(),
        layout.PROCESSES.name: (_plain(process) for process in told.trade.processes),
        layout.CHECKS.name: told.checks(),
        layout.BOUNDS.name: told.bounds(),
        layout.PACKAGES.name: (_flat(_plain(package, "lifts")) for package in edition.packages),
        layout.LIFTS.name: told.lifts(),
        layout.STANDARDS.name: (_plain(standard) for standard in edition.standards),
    }
    return {name: list(found) for name, found in made.items()}


def _plain(value: Value, *left_out: str) -> Row:
    """Return what a value says beyond its defaults, as plain values."""
    return value.model_dump(exclude=set(left_out), exclude_defaults=True)


def _flat(package: Row) -> Row:
    for outer, names in layout.FLAT.items():
        inner = package.pop(outer)
        package |= {column: inner[key] for key, column in names.items() if key in inner}
    return package


class _Told:
    """What every table reads: the edition, the trade, and what its questions are called."""

    def __init__(self, edition: Edition, trade_id: str) -> None:
        self.edition = edition
        self.trade = edition.trades[trade_id]
        self.parts: tuple[tuple[str, tuple[Section, ...]], ...] = (
            ("core", edition.core.sections),
            ("trade", self.trade.sections),
            ("extras", edition.extras),
        )
        everywhere = [*edition.core.sections, *edition.extras]
        everywhere += [s for trade in edition.trades.values() for s in trade.sections]
        self.shorts = {q.id: q.short for s in everywhere for q in s.questions}

    def asked(self) -> Iterator[tuple[Section, Question]]:
        for _, sections in self.parts:
            for section in sections:
                for question in section.questions:
                    yield section, question

    def on(self, question_id: str) -> Row:
        """Name the question a row speaks of."""
        return {"question": question_id, "short": self.shorts.get(question_id, "")}

    def head(self) -> Iterator[Row]:
        edition = self.edition
        yield {
            "id": edition.id,
            "title": edition.title,
            "source": edition.source,
            "issued": edition.issued,
            "trades": tuple(edition.trades),
            "core_weight": edition.core_weight,
            "trade_weight": edition.trade_weight,
            "weights_confidence": edition.weights_confidence,
        }

    def trade_head(self) -> Iterator[Row]:
        yield _plain(self.trade, "processes", "sections", "gates", "checks")

    def gates(self) -> Iterator[Row]:
        for rung in self.edition.ladder:
            for scope, gates in (("core", rung.gates), ("trade", self.trade.gates.get(rung.id))):
                where = {"rung": rung.id, "scope": scope}
                if gates is not None and not gates and scope == "trade":
                    yield where | {"kind": "none"}
                for gate in gates or ():
                    yield from (where | row for row in self._gate(gate))

    def _gate(self, gate: Gate) -> Iterator[Row]:
        if isinstance(gate, AnyGate):
            yield {"kind": "any_of"} | _plain(gate, "any_of")
            for member in gate.any_of:
                yield {"kind": "member"} | self._demand(member)
        else:
            kind = next(key for key in ("question", "section", "part") if hasattr(gate, key))
            yield {"kind": kind} | self._demand(gate)

    def _demand(self, gate: Value) -> Row:
        row = _plain(gate)
        on = next(row.pop(key) for key in ("question", "section", "part") if key in row)
        words = {part: word for word, part in layout.PARTS.items()}
        return row | {"on": words.get(on, on), "short": self.shorts.get(on, "")}

    def sections(self) -> Iterator[Row]:
        for part, sections in self.parts:
            yield from ({"part": part} | _plain(s, "questions") for s in sections)

    def questions(self) -> Iterator[Row]:
        apart = ("terms", "options", "rows", "columns", "maps", "bands")
        for section, question in self.asked():
            row: Row = {"section": section.id} | _plain(question, *apart)
            row |= {f"level{n}": words for n, words in enumerate(row.pop("levels", ()))}
            row["kind"] = question.kind
            if question.kind == "text":
                row.pop("most", None)
                row["length"] = question.most
            yield row

    def terms(self) -> Iterator[Row]:
        for _, question in self.asked():
            for word, meaning in question.terms.items():
                yield self.on(question.id) | {"word": word, "meaning": meaning}

    def options(self) -> Iterator[Row]:
        for _, question in self.asked():
            for role in ("options", "rows", "columns"):
                for item in getattr(question, role, ()):
                    yield self.on(question.id) | {"role": role} | _plain(item)

    def maps(self) -> Iterator[Row]:
        for _, question in self.asked():
            for frame, names in question.maps.items():
                where = self.on(question.id) | {"frame": frame}
                if not names:
                    yield where
                yield from (where | {"name": name} for name in names)

    def bands(self) -> Iterator[Row]:
        for _, question in self.asked():
            for trade, bands in getattr(question, "bands", {}).items():
                row = bands.model_dump()
                yield self.on(question.id) | {"trade": trade} | row

    def checks(self) -> Iterator[Row]:
        for scope, checks in (("core", self.edition.core.checks), ("trade", self.trade.checks)):
            yield from ({"scope": scope, "id": c.id, "says": c.says} for c in checks)

    def bounds(self) -> Iterator[Row]:
        for check in (*self.edition.core.checks, *self.trade.checks):
            for bound in check.when:
                limits = _plain(bound, "question")
                yield {"check": check.id} | self.on(bound.question) | limits

    def lifts(self) -> Iterator[Row]:
        for package in self.edition.packages:
            for question_id, level in package.lifts.items():
                yield {"package": package.code} | self.on(question_id) | {"level": level}


def in_order(table: Table, found: Iterable[Row]) -> Iterator[list[Any]]:
    """Return rows as lists in the table's order of columns, None where a row says nothing."""
    for row in found:
        yield [row.get(column.key) for column in table.columns]
