"""A world built once a run and kept beside its database: who is who in any copy of its rows."""

from __future__ import annotations

import pickle
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from survey import db
from survey.config import Config
from survey.tables import Table
from tests.support.numbers import NUMBERS
from tests.support.world import World


def keep(config: Config, path: Path) -> None:
    """Build a world in an empty installation, and write down who is who in it."""
    engine = db.engine_for(config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        world = World(session, config)
        kept = BytesIO()
        _Writing(kept, session, config).dump((world, NUMBERS.last))
        session.rollback()
    engine.dispose()  # the last of SQLite's readers brings its log into the file
    path.write_bytes(kept.getvalue())


def again(session: Session, config: Config, path: Path) -> World:
    """Return the world whose rows were copied into this installation."""
    with path.open("rb") as kept:
        world, last = _Reading(kept, session, config).load()
    session.rollback()  # as after building it: an open read would keep writers of SQLite waiting
    NUMBERS.go_on_behind(last)
    return world


class _Writing(pickle.Pickler):
    """Names rows by table and number, and what belongs to a test not at all."""

    def __init__(self, file: Any, session: Session, config: Config) -> None:
        super().__init__(file)
        self._own = {id(session): "session", id(config): "config"}

    def persistent_id(self, value: object) -> object:
        if isinstance(value, Table):
            return type(value), inspect(value).identity
        return self._own.get(id(value))


class _Reading(pickle.Unpickler):
    """Finds rows again in the database of this test."""

    def __init__(self, file: Any, session: Session, config: Config) -> None:
        super().__init__(file)
        self._own = {"session": session, "config": config}

    def persistent_load(self, known: Any) -> Any:
        if isinstance(known, str):
            return self._own[known]
        kind, identity = known
        return self._own["session"].get_one(kind, identity)
