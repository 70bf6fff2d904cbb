"""What the bureau's tests stand on: firms at any place of the ladder, straight into the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from itertools import count
from typing import Any

from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from questionnaires.library import SHIPPED
from survey import db
from survey.lifecycle import pool
from survey.lifecycle.step import Actor, Step
from survey.store import newest, settings, standings
from survey.tables import (
    Assessment,
    AssessmentState,
    AuditEntry,
    PoolEntry,
    Recognition,
    Round,
    ScoreRow,
    SheetKind,
    SheetRow,
    User,
)
from tests.support.client import CheckingClient
from tests.support.people import EDITION, a_firm, signed_in

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
LADDER = [rung.id for rung in SHIPPED.load(EDITION).ladder]
_minutes = count()


def an_assessment(
    session: Session,
    round_: Round,
    name: str,
    *,
    step: int = 1,
    share: str = "1/2",
    state: str = AssessmentState.SUBMITTED,
    visited_step: int | None = None,
    visited_share: str = "",
    floor_step: int | None = None,
    unmet: tuple[str, ...] = (),
    **firm: Any,
) -> Assessment:
    """A firm's assessment with kept scores and no answers; ``visited_step`` is the confirmed one."""
    owner = a_firm(session, name, **firm)
    handed_in = NOON + timedelta(minutes=next(_minutes))
    with db.writing(session):
        session.add(
            assessment := Assessment(
                firm_id=owner.id,
                round_id=round_.id,
                edition=round_.edition,
                trade=owner.trade,
                state=state,
                submitted_at=None if state == AssessmentState.DRAFT else handed_in,
                submitted_by=None,
                confirmed_at=handed_in if state == AssessmentState.CONFIRMED else None,
                created_at=handed_in,
            )
        )
        session.flush()
        if state != AssessmentState.DRAFT:
            _score(session, assessment, SheetKind.SELF, step, share, unmet=unmet)
        if state == AssessmentState.CONFIRMED:
            visited, seen = visited_step or step, visited_share or share
            kinds: dict[str, Any] = {"floor_step": floor_step, "unmet": unmet}
            _score(session, assessment, SheetKind.ONSITE, visited, seen, **kinds)
        newest.tell(session, owner.id)
    return assessment


def _score(
    session: Session,
    assessment: Assessment,
    kind: str,
    step: int,
    share: str,
    *,
    floor_step: int | None = None,
    unmet: tuple[str, ...] = (),
) -> None:
    session.add(sheet := SheetRow(assessment_id=assessment.id, kind=kind, created_at=NOON))
    session.flush()
    part, _, whole = share.partition("/")
    score = ScoreRow(
        sheet_id=sheet.id,
        share=share,
        permille=int(part) * 1000 // int(whole or 1),
        step=step,
        rung=LADDER[step - 1] if step else None,
        floor_step=floor_step,
        sections={},
        failed_gates=[],
        scored_at=NOON,
    )
    session.add(score)
    standings.keep(session, assessment, sheet.kind, score, unmet)


def at_desk(app: Flask, session: Session, user: User) -> CheckingClient:
    """A browser of this user. The test's own look at rows is over before each of its requests.

    A reader holds a SQLite file against writers; in a test both are the same thread.
    """
    app.before_request_funcs.setdefault(None, []).insert(0, session.rollback)
    return signed_in(app, session, user)


def a_district(session: Session, **given: Any) -> settings.District:
    """A district with two townships; ``given`` are its settings."""
    known = {"name": "虚构区", "bureau": "虚构局", "townships": ("碧湖镇", "紫金街道")}
    place = settings.District(**known | given)
    with db.writing(session):
        settings.keep(session, place)
    return place


def rows_of(answer: TestResponse) -> list[list[Any]]:
    """Return a workbook's first sheet: heads, then rows, without title, line of origin, numbers and sums."""
    assert answer.status_code == 200, answer.text
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    listed = [row for row in sheet if row[0] != "合计"]
    return [row[1:] for row in listed[2:]] if sheet[2:3] and sheet[2][0] == "序号" else listed[1:]


def logged(session: Session, action: str) -> list[AuditEntry]:
    """Return the log's rows of an action, oldest first."""
    session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return list(session.scalars(query))


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements sent to the database inside the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def names(answer: TestResponse) -> list[str]:
    """Return the firms of a list in the order shown."""
    table = answer.text.partition('cards bureau-table">')[2]
    heads = re.findall(r'<th scope="row">(.*?)<span class="bureau-table', table, re.DOTALL)
    return [unescape(re.sub("<[^>]*>", "", head)).strip() for head in heads]


def admitted(
    session: Session, assessment: Assessment, officer: User, target: str = "workshop"
) -> PoolEntry:
    """The entry of an assessment's firm that an officer has just taken into the pool."""
    by = Actor(officer.id, officer.name)
    reason = "条件成熟。"
    return pool.admit(
        Step(session, by, NOON), assessment.id, target_rung=target, reason=reason, sure=True
    )


def recognised(
    session: Session,
    firm_id: int,
    officer: User,
    rung: str = "workshop",
    day: date = date(2025, 6, 1),
) -> None:
    with db.writing(session):
        session.add(
            Recognition(
                firm_id=firm_id,
                rung=rung,
                document="虚构〔2025〕1 号",
                recognised_on=day,
                recorded_by=officer.id,
                recorded_at=NOON,
            )
        )
