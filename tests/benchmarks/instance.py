"""A throw-away instance to measure: the demonstration district, and firms for the clients."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from flask import Flask, url_for
from sqlalchemy.orm import Session

from questionnaires.answers import plain
from questionnaires.library import SHIPPED
from questionnaires.model import Questionnaire
from survey.config import Config, sqlite_url
from survey.joining import create_app, db
from survey.lifecycle import assessments as steps
from survey.lifecycle import passwords
from survey.lifecycle.step import Actor, Step
from survey.running import serving
from survey.running.demonstration.sheets import sheet_on
from survey.store import assessments as store
from survey.tables import AnswerRevision, AnswerRow, Firm, Role, Round, SheetKind, User

EDITION, TRADE = "2026", "valve"
SECTION = "quality"
"""Four questions of five levels each: the most common kind, a little over the mean size."""
BEGAN = datetime(2026, 9, 1, tzinfo=UTC)
SIGN_IN = re.compile(r"用户名 (\S+)\s+密码 (\S+)")
"""A line of the file of sign-ins."""
BY = Actor(None, "测速")


@dataclass(frozen=True)
class Account:
    """One client's way in, and the sheet it may write."""

    username: str
    password: str
    section_path: str
    save_path: str
    answers: dict[str, object]
    """The wire values it has kept, each at revision 1."""


def questionnaire() -> Questionnaire:
    return SHIPPED.load(EDITION).questionnaire(TRADE)


def prepared(folder: Path, *, demonstration: bool = True, database_url: str = "") -> Flask:
    """Return the application over a migrated instance in an empty folder, by default on SQLite."""
    config = Config(
        instance=folder,
        database_url=database_url or sqlite_url(folder / "survey.db"),
        secret_key=secrets.token_urlsafe(48),
    )
    serving.migrate(config)
    app = create_app(config)
    if demonstration:
        serving.load_demonstration(app)
    return app


def signs_in(folder: Path, username: str) -> tuple[str, str]:
    """Name and password of one reader of the demonstration."""
    kept = (folder / serving.SIGN_INS).read_text(encoding="utf-8")
    return username, dict(SIGN_IN.findall(kept))[username]


def accounts(app: Flask, number: int) -> list[Account]:
    """Add firms in the middle of their sheets, each with a user of its own."""
    password = secrets.token_urlsafe(12)
    kept = passwords.hashed(password)
    engine = app.extensions["survey_engine"]
    with app.test_request_context(), Session(engine, expire_on_commit=False) as session:
        with db.writing(session):
            session.add(open_round := _round())
        return [_account(session, index, open_round, password, kept) for index in range(number)]


def _round() -> Round:
    return Round(title="测速轮次", edition=EDITION, opens_on=date(2026, 1, 1), created_at=BEGAN)


def _account(session: Session, index: int, open_round: Round, password: str, kept: str) -> Account:
    trade = SHIPPED.load(EDITION).trades[TRADE]
    username = f"bench-{index:02d}"
    with db.writing(session):
        firm = Firm(
            code=f"91BENCH{index:011d}",
            name=f"虚构测速 {index:02d} 号阀门厂",
            trade=TRADE,
            processes=sorted(process.id for process in trade.processes),
            fictional=True,
            created_at=BEGAN,
        )
        session.add(firm)
        session.flush()
        user = User(
            username=username,
            name=f"测速 {index:02d}",
            role=Role.FIRM,
            firm_id=firm.id,
            password_hash=kept,
            created_at=BEGAN,
        )
        session.add(user)
    assessment = steps.begin(Step(session, BY, BEGAN), firm.id, open_round.id)
    sheet = sheet_on(questionnaire(), frozenset(firm.processes), 3, Random(index))
    answers = {question_id: plain(answer) for question_id, answer in sheet.items()}
    own = store.sheet(session, assessment.id, SheetKind.SELF)
    assert own is not None, "begin makes the firm's sheet"
    with db.writing(session):
        for question_id, value in answers.items():
            fields = {
                "sheet_id": own.id,
                "question_id": question_id,
                "revision": 1,
                "author_id": user.id,
                "value": value,
                "remark": "",
                "reason": "",
                "finding": "",
                "saved_at": BEGAN,
            }
            session.add(AnswerRow(**fields))
            session.add(AnswerRevision(**fields, request_id=f"begun.{question_id}"))
    page = url_for("firm.section", assessment_id=assessment.id, section_id=SECTION)
    save = url_for("firm.save_answer", assessment_id=assessment.id)
    return Account(username, password, page, save, answers)
