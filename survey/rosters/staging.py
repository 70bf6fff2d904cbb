"""Judged rows as they are kept while an officer looks at them, and the store as rows are judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple
from typing import Any

from survey.rosters.comparing import Change, Judged, Known
from survey.rosters.rows import FirmRow, Said, Title
from survey.store.listings import FIGURES, LISTED, STATED, Standing, TitleKept
from survey.store.rosters import DOUBTFUL
from survey.tables import RowOutcome
from survey.tables.pinyin import spelled

LONGEST_CODE = 18


def known(standing: Standing) -> dict[str, Known]:
    """Return what stands, by the firms' codes."""
    return {firm.code: _known(firm, standing) for firm in standing.firms}


def _known(firm: Any, standing: Standing) -> Known:
    facts = {n: value for n in (*STATED, *LISTED) if (value := getattr(firm, n))}
    return Known(
        id=firm.id,
        version=firm.version,
        name=firm.name,
        confirmed=firm.confirmed_at is not None,
        facts=facts,
        figures=standing.years.get(firm.id, {}),
        titles=_titles(standing.titles.get(firm.id, {})),
        recognitions=_titles(standing.recognitions.get(firm.id, {})),
        roster=firm.seen_in,
        name_key=firm.name_key,
    )


def _titles(kept: Mapping[TitleKept, str | None]) -> frozenset[Title]:
    return frozenset(Title(*said, until=until) for said, until in kept.items())


def staged(judged: Judged, roster_id: int) -> dict[str, Any]:
    """Return a row of ``RosterRow``, with ``faults``, ``figures`` and ``titles`` of its own.

    A new firm's row holds all it says, a known one's only what it changes.
    """
    row, firm = judged.row, judged.known
    new = judged.outcome == RowOutcome.NEW
    kept = row.facts if new else {c.field: c.new for c in judged.changes if c.field in row.facts}
    named = any(change.field == "name" for change in judged.changes)
    notes = (*row.faults, *row.notes)
    facts = {name: kept.get(name) for name in (*STATED, *LISTED)}
    return facts | {
        "roster_id": roster_id,
        "sheet": row.sheet[:60],
        "number": row.number,
        "outcome": judged.outcome,
        "code": row.code[:LONGEST_CODE],
        "name": firm.name
        if firm and not named and judged.outcome != RowOutcome.FAULT
        else row.name,
        "name_key": spelled(row.name) if new or named else "",
        "trade": row.trade,
        "told": row.told,
        "base_version": firm.version if firm else 0,
        "base_roster": firm.roster if firm else None,
        "touches": named or any(c.field in STATED for c in judged.changes),
        "shown": _shown(judged),
        "doubtful": bool(row.notes) and judged.outcome != RowOutcome.FAULT,
        "faults": [_said(said) for said in notes],
        "figures": _figures(judged),
        "titles": _kept_titles(judged),
    }


def counted(row: Mapping[str, Any]) -> list[str]:
    """Return under which words a staged row is counted."""
    return [str(row["outcome"]), *([DOUBTFUL] if row["doubtful"] else [])]


def _said(said: Said) -> dict[str, Any]:
    return {"code": said.code, "field": said.field, "values": dict(said.values)}


def _shown(judged: Judged) -> dict[str, Any]:
    changes = [[c.field, c.year, _plain(c.old), _plain(c.new)] for c in judged.changes]
    said: dict[str, Any] = {"changes": changes}
    if judged.known and any(change.field == "name" for change in judged.changes):
        said["name_key"] = judged.known.name_key
    if judged.first:
        said |= {"first": list(judged.first), "differs": list(judged.differs)}
    return said


def _plain(value: Any) -> Any:
    return list(astuple(value)) if isinstance(value, Title) else value


def _figures(judged: Judged) -> list[dict[str, Any]]:
    years: Mapping[int, Mapping[str, Any]] = judged.row.figures
    if judged.outcome != RowOutcome.NEW:
        years = _by_year(change for change in judged.changes if change.field in FIGURES)
    empty = dict.fromkeys(FIGURES)
    return [{"year": year, **empty, **figures} for year, figures in years.items() if figures]


def _by_year(changes: Iterable[Change]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for change in changes:
        found.setdefault(change.year, {})[change.field] = change.new
    return found


def _kept_titles(judged: Judged) -> list[dict[str, Any]]:
    row: FirmRow = judged.row
    if judged.outcome == RowOutcome.NEW:
        said = [
            *(("titles", t) for t in row.titles),
            *(("recognitions", t) for t in row.recognitions),
        ]
    else:
        said = [(c.field, c.new) for c in judged.changes if isinstance(c.new, Title)]
    return [
        {**asdict(t), "recognition": field == "recognitions"} for field, t in dict.fromkeys(said)
    ]
