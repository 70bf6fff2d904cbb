"""Queries over the answers of whole sheets.

A database hands out its rows one by one, and between two of them another thread has its turn: at
sixteen readers that costs a page more than the reading. So a sheet's answers come as one row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from survey.tables import AnswerRow, Table, Verdict


class KeptAnswer(NamedTuple):
    """An answer, or one of its revisions, as it is kept."""

    question_id: str
    revision: int
    author_id: int
    value: Any
    """The wire form of ``questionnaires.answers``; None when cleared."""
    remark: str
    verification: Verdict | None
    reason: str
    finding: str
    saved_at: datetime


class _Lists(FunctionElement[Any]):
    """The rows of a group as one JSON list of lists."""

    type = JSON()
    inherit_cache = True


@compiles(_Lists, "sqlite")
def _in_sqlite(element: _Lists, compiler: SQLCompiler, **how: Any) -> str:
    # A column of JSON is text here: it has to be told from a sentence.
    columns = (
        f"json({compiler.process(column, **how)})"
        if isinstance(column.type, JSON)
        else compiler.process(column, **how)
        for column in element.clauses
    )
    return f"json_group_array(json_array({', '.join(columns)}))"


@compiles(_Lists, "postgresql")
def _in_postgresql(element: _Lists, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **how)}))"


_answer = Table.metadata.tables["answers"].c
_ANSWERS = (
    select(_answer.sheet_id, _Lists(*(_answer[name] for name in KeptAnswer._fields)))
    .where(_answer.sheet_id.in_(bindparam("sheet_ids", expanding=True)))
    .group_by(_answer.sheet_id)
)


def answers(session: Session, sheet_id: int) -> dict[str, KeptAnswer]:
    """Return the present answers of a sheet by question id."""
    return answers_of(session, [sheet_id])[sheet_id]


def answers_of(
    session: Session, sheet_ids: Collection[int], only: Collection[str] | None = None
) -> dict[int, dict[str, KeptAnswer]]:
    """Return the present answers by sheet id and question id; of ``only`` these questions."""
    found: dict[int, dict[str, KeptAnswer]] = {sheet_id: {} for sheet_id in sheet_ids}
    query = _ANSWERS if only is None else _ANSWERS.where(_answer.question_id.in_(sorted(only)))
    for sheet_id, rows in session.execute(query, {"sheet_ids": list(sheet_ids)}):
        found[sheet_id] = {row[0]: _kept(*row) for row in rows}
    return found


def _kept(
    question_id: str,
    revision: int,
    author_id: int,
    value: Any,
    remark: str,
    verification: str | None,
    reason: str,
    finding: str,
    saved_at: str,
) -> KeptAnswer:
    verdict = None if verification is None else Verdict(verification)
    moment = _moment(saved_at)
    return KeptAnswer(
        question_id, revision, author_id, value, remark, verdict, reason, finding, moment
    )


def _moment(words: str) -> datetime:
    """Read a moment as the database writes it into JSON: without a zone it is UTC."""
    moment = datetime.fromisoformat(words)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def answer(session: Session, sheet_id: int, question_id: str) -> AnswerRow | None:
    """Return one answer as the row it is, read again."""
    return rows_of(session, sheet_id, [question_id]).get(question_id)


def rows_of(session: Session, sheet_id: int, question_ids: Collection[str]) -> dict[str, AnswerRow]:
    """Return answers to these questions as the rows they are, read again, to be written."""
    query = select(AnswerRow).where(
        AnswerRow.sheet_id == sheet_id, AnswerRow.question_id.in_(question_ids)
    )
    found = session.scalars(query.execution_options(populate_existing=True))
    return {row.question_id: row for row in found}
