"""Lists of firms on their way in, as officers bring them."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from questionnaires.sheets import lists as reading
from survey import db
from survey.config import Config
from survey.files import lists
from survey.files.contents import form_of
from survey.files.stores import contents_of
from survey.files.uploads import Stored
from survey.lifecycle import jobs, rosters
from survey.lifecycle.step import Actor, Step
from survey.rosters import heads
from survey.rosters.comparing import judged
from survey.rosters.proposing import proposed
from survey.rosters.recognising import rows_of
from survey.rosters.rows import Choices, FirmRow
from survey.rosters.staging import counted, staged
from survey.store import rosters as store
from survey.tables import ProposalState, RecognitionProposal, Roster, RosterState, User
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


A_LIST = f"""企业名称,统一社会信用代码,营业收入(万元),用工人数,智能工厂
{"虚构名字很长的阀门制造" * 4}厂,91990008MA1MG6K778,1234.5,92,省级2024
虚构没有代码的轴承厂,,12,3,
虚构读不懂的五金厂,91990007MAD62DE953,约三千万,3,
虚构重复的阀门厂,91990008MA1MG6K778,1,92,
""".encode()
"""A new firm, two faulty rows, a double one."""


def a_roster(
    session: Session,
    config: Config,
    officer: User,
    *,
    name: str = "名单.csv",
    state: RosterState = RosterState.CHECKED,
) -> Roster:
    """A list in a state, its rows judged here and now, without worker or limited child."""
    tabs = [(tab, list(lines)) for tab, lines in reading.read(BytesIO(A_LIST), "csv")]
    contents = contents_of(config)
    sha256 = contents.put(A_LIST)
    contents.put_as(form_of(sha256, "outline"), b"".join(reading.dumped(iter(tabs), 60)))
    stored = Stored(name, sha256, "text/csv", len(A_LIST), has_thumbnail=False)
    roster = rosters.bring(step_of(session, officer), stored, "csv")
    chosen = choices_of(config, roster)
    with db.writing(session):
        roster = session.get_one(Roster, roster.id)
        roster.state, roster.choices = state, chosen
        if state != RosterState.UPLOADED:
            _stage(session, roster, tabs, chosen)
        if state in (RosterState.CHECKING, RosterState.IMPORTING, RosterState.UNDOING):
            job = jobs.ask(step_of(session, officer), rosters.KIND, {"do": "roster_check"})
            roster.job_id, job.progress, job.total = job.id, 2, 4
        if state in (RosterState.IMPORTED, RosterState.UNDONE):
            roster.imported_at = moment()
            roster.counts = roster.counts | {"missing": 1, "removed": 1, "restored": 0, "stays": 1}
    return roster


def _stage(session: Session, roster: Roster, tabs: Any, chosen: dict[str, Any]) -> None:
    said = {name: value for name, value in chosen.items() if name != "trades"}
    choices = Choices(**{**said, "head": tuple(said["head"])})
    rows = [row for row in rows_of(tabs, choices, TRADES) if isinstance(row, FirmRow)]
    kept = [staged(line, roster.id) for line in judged(rows, {})]
    store.add_rows(session, kept)
    roster.counts = dict(Counter(word for row in kept for word in counted(row)))


def a_proposal(session: Session, firm_id: int, title: str) -> RecognitionProposal:
    """A recognition that a list named."""
    given = {"title": title, "year": 2024, "level": "省级", "state": ProposalState.OPEN}
    with db.writing(session):
        session.add(proposal := RecognitionProposal(firm_id=firm_id, **given))
        session.flush()
    return proposal


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
        "columns": proposed(head.headings, of_part=head.part),
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
