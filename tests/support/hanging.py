"""What hangs on the sheets of a made-up district: worked out once for a sheet, written for all alike.

Nearly all rows of a district are answers and parts of scores. They are kept as ``store.whole`` writes
them, past SQLAlchemy's types, so that they come into either database as fast as it takes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column

from questionnaires.answers import Answer, plain
from questionnaires.floor import floor
from questionnaires.library import SHIPPED
from questionnaires.model import Questionnaire
from questionnaires.scoring import Score, is_required, score
from reports.robustness import support
from survey.lifecycle.scores import Supports, score_row, unmet
from survey.lifecycle.tallies import judged, parts_of
from survey.running.demonstration.sheets import answer_on
from survey.store import standings
from survey.store.tallies import Part, What
from survey.tables import (
    AnswerRow,
    AssessmentState,
    ScoreRow,
    SheetKind,
    Table,
    Tally,
    UnmetGate,
    Verdict,
)

EDITION = "2026"
FIRST_YEAR = 2024
SHEETS = 200
"""Sheets worked out for each trade; firms share them."""
PLAIN: tuple[type[Table], ...] = (AnswerRow, ScoreRow, UnmetGate, Tally)
"""Tables whose rows are written as ``store.whole`` writes them."""
Tails = list[tuple[Any, ...]]
"""Such rows but for their first column, which says whose they are."""


def moment_of(round_: int) -> datetime:
    return datetime(FIRST_YEAR + round_, 10, 1, 4, tzinfo=UTC)


class Made(NamedTuple):
    """One sheet that was worked out: wire values, and what the lifecycle keeps of its score."""

    answers: dict[str, object]
    kept: dict[str, Any]
    unmet: frozenset[str]
    parts: tuple[Part, ...]


class Alike(NamedTuple):
    """What hangs on every sheet that is alike, and what its assessment says of it."""

    of_sheet: dict[type[Table], Tails]
    of_assessment: dict[type[Table], Tails]
    said: dict[str, Any]


@dataclass(frozen=True)
class Sheets:
    """So many sheets of each trade, the same ones for the same seed."""

    number: int
    seed: int
    answers: bool
    """Whether they hold their answers; lists and figures read scores."""

    @cached_property
    def questionnaires(self) -> dict[str, Questionnaire]:
        edition = SHIPPED.load(EDITION)
        return {trade: edition.questionnaire(trade) for trade in edition.trades}

    @cached_property
    def _made(self) -> dict[str, list[Made]]:
        """Sheets of each trade, the weakest first."""
        dice = Random(self.seed)
        return {
            trade: [_made(one, dice, 4.6 * n / self.number - 0.4) for n in range(self.number)]
            for trade, one in self.questionnaires.items()
        }

    @cached_property
    def alike(self) -> Callable[[str, int, SheetKind, int, AssessmentState], Alike]:
        """Give what hangs on a sheet: its trade, its place among them, kind, round, and how it stands."""
        return cache(self._hanging)

    def _hanging(
        self, trade: str, at: int, kind: SheetKind, round_: int, state: AssessmentState
    ) -> Alike:
        made, draft = self._made[trade][at], state == AssessmentState.DRAFT
        confirmed = state == AssessmentState.CONFIRMED
        answers = _answers(made, kind, round_, 0.5 if draft else 1.0) if self.answers else []
        of_sheet = {AnswerRow: _tails(AnswerRow, answers)}
        if not confirmed and (draft or kind == SheetKind.ONSITE):
            return Alike(of_sheet, {}, {})
        of_sheet[ScoreRow] = _tails(ScoreRow, [made.kept])
        counts = (kind == SheetKind.ONSITE) == confirmed
        whose = {"kind": kind, "round_id": round_ + 1, "trade": trade, "counts": counts}
        of_assessment = {
            UnmetGate: _tails(UnmetGate, [{"kind": kind, "gate": gate} for gate in made.unmet]),
            Tally: _tails(Tally, [whose | part._asdict() for part in made.parts]),
        }
        return Alike(of_sheet, of_assessment, standings.columns(kind, ScoreRow(**made.kept)))


def _made(questionnaire: Questionnaire, dice: Random, level: float) -> Made:
    processes = frozenset(one.id for one in questionnaire.trade.processes)
    sheet: dict[str, Answer] = {
        q.id: answer_on(q, max(0, min(4, round(dice.gauss(level, 0.8)))))
        for q in questionnaire.all_asked(processes)
        if is_required(questionnaire.section_of[q.id], q)
    }
    found: Score = score(questionnaire, sheet, processes)
    held = support(found, sheet)
    row = score_row(0, floor(found, sheet, frozenset()), Supports(held, held), moment_of(0))
    kept = {column.key: getattr(row, column.key) for column in ScoreRow.__table__.columns}
    parts = [
        *parts_of(SHIPPED.load(EDITION), found),
        *judged(SHIPPED.load(EDITION), found, sheet, False, moment_of(0).date()),
        Part(What.PLANNED),
        *(
            Part(What.PACKAGE, one.code, 1000, 4000)
            for one in dice.sample(questionnaire.packages, 4)
        ),
    ]
    wire = {id: plain(answer) for id, answer in sheet.items()}
    return Made(wire, kept, unmet(found), tuple(parts))


def _answers(made: Made, kind: SheetKind, n: int, share: float) -> list[dict[str, Any]]:
    """The first ``share`` of a sheet's answers."""
    verdict = Verdict.VERIFIED if kind == SheetKind.ONSITE else None
    wanted = list(made.answers.items())[: int(len(made.answers) * share)]
    return [
        {
            "question_id": id,
            "revision": 1,
            "author_id": 1,
            "value": value,
            "remark": "",
            "verification": verdict,
            "reason": "",
            "finding": "",
            "saved_at": moment_of(n),
        }
        for id, value in wanted
    ]


def _tails(table: type[Table], rows: Sequence[dict[str, Any]]) -> Tails:
    columns = [*table.__table__.columns][1:]
    return [tuple(_plain(column, row.get(column.key)) for column in columns) for row in rows]


def _plain(column: Column[Any], value: Any) -> Any:
    """Return a value as ``store.whole.portions`` writes it."""
    if isinstance(column.type, JSON):
        return None if value is None else json.dumps(value)
    match value:
        case bool():
            return int(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        case str():
            return str(value)
    return value
