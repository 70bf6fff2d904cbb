"""Lists of firms on their way in, as officers bring them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from survey.config import Config
from survey.files import lists
from survey.files.stores import contents_of
from survey.lifecycle import rosters
from survey.lifecycle.step import Actor, Step
from survey.rosters import heads
from survey.rosters.columns import proposed
from survey.tables import Roster, User
from tests.support.labour import work
from tests.support.people import moment

FILES = Path(__file__).parents[1] / "rosters"
TRADES = ["bearing", "metal_products", "valve"]


def step_of(session: Session, officer: User) -> Step:
    return Step(session, Actor(officer.id, officer.name), moment())


def brought(
    session: Session, config: Config, officer: User, name: str, content: bytes = b""
) -> Roster:
    """Bring a list: one of ours by its name, or these bytes."""
    file = BytesIO(content or (FILES / name).read_bytes())
    stored, kind = lists.take(file, name, contents_of(config), config.most_upload_bytes)
    return rosters.bring(step_of(session, officer), stored, kind)


def choices_of(config: Config, roster: Roster, **given: Any) -> dict[str, Any]:
    """Return how the page proposes to read a list, but for what is ``given``."""
    sheets = lists.outline(contents_of(config), roster.sha256, roster.kind)
    found = [(sheet, head) for sheet in sheets if (head := heads.find(sheet))]
    head = found[0][1]
    return {
        "sheets": [sheet.tab.name for sheet, _ in found],
        "head": [head.first, head.last],
        "first": head.last + 1,
        "unit": head.unit or "万元",
        "year": head.year or 2025,
        "columns": proposed(head.headings),
        "trade": "metal_products",
        "by_sheet": len(found) > 1,
        "trades": TRADES,
    } | given


def checked(app: Flask, session: Session, officer: User, roster: Roster, **given: Any) -> Roster:
    """Have a list checked by a worker."""
    config = app.config["SURVEY"]
    overwrites = given.pop("overwrites", False)
    chosen = choices_of(config, roster, **given)
    step = step_of(session, officer)
    job = rosters.check(step, roster.id, chosen, overwrites=overwrites, base_version=roster.version)
    return done(app, session, roster, job.id)


def imported(
    app: Flask, session: Session, officer: User, roster: Roster, *, missing: bool = True
) -> Roster:
    """Have a checked list imported by a worker."""
    step = step_of(session, officer)
    job = rosters.start_import(step, roster.id, marks_missing=missing, base_version=roster.version)
    return done(app, session, roster, job.id)


def undone(app: Flask, session: Session, officer: User, roster: Roster) -> Roster:
    """Have an import undone by a worker."""
    job = rosters.start_undo(step_of(session, officer), roster.id, base_version=roster.version)
    return done(app, session, roster, job.id)


def done(app: Flask, session: Session, roster: Roster, job_id: int) -> Roster:
    app.extensions["survey_queue"].send(job_id)
    assert work(app) >= 1
    session.expire_all()
    session.rollback()
    return session.get_one(Roster, roster.id)
