"""Rows made of what a query finds, in one statement however many there are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from survey.store.lists import Query
from survey.tables import Table


def fill(session: Session, table: type[Table], columns: Sequence[str], found: Query) -> int:
    """Add a row for each that is found, and return how many; where nothing is found, write nothing."""
    if session.execute(found.limit(1)).first() is None:
        return 0
    statement = insert(table).from_select(list(columns), found)
    # PostgreSQL's driver knows the number, and says it when asked to.
    done = session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(done.rowcount)  # type: ignore[attr-defined]
