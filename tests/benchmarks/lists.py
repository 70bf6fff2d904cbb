"""The bureau's lists over ten thousand firms: seconds, and statements sent to the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from survey import db
from survey.store.accounts import hashed
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    PoolEntry,
    PoolState,
    Role,
    Round,
    ScoreRow,
    SheetKind,
    SheetRow,
    User,
    UserSession,
)
from tests.benchmarks.figures import Figure
from tests.benchmarks.instance import EDITION, prepared
from tests.support.bureau import counting

FIRMS = 10_000
TIMES = 5
GROUP = f"主管部门列表（{FIRMS:,} 家企业）"
PAGES = {
    "培育库": "bureau.pool",
    "评估": "bureau.assessments",
    "企业": "bureau.firms",
    "培育库 Excel": "bureau.export_pool",
}
BEGAN = datetime(2026, 9, 1, tzinfo=UTC)
WORD = "benchmark"


def measure(folder: Path) -> list[Figure]:
    """Fill a district, then open each list as an officer."""
    app = prepared(folder, demonstration=False)
    with Session(app.extensions["survey_engine"]) as session, db.writing(session):
        _fill(session)
    client = _officer(app)
    return [figure for title, page in PAGES.items() for figure in _opened(app, client, title, page)]


def _opened(app: Flask, client: FlaskClient, title: str, page: str) -> list[Figure]:
    with app.test_request_context():
        address = url_for(page)
    seconds = []
    for _ in range(TIMES):
        started = perf_counter()
        with counting(app.extensions["survey_engine"]) as sent:
            answer = client.get(address)
        seconds.append(perf_counter() - started)
        assert answer.status_code == 200, answer.text
    return [
        Figure(GROUP, title, median(seconds), "秒", note=f"{len(answer.data) / 1000:.0f} kB"),
        Figure(GROUP, f"{title} 查询", len(sent), "次"),
    ]


def _fill(session: Session) -> None:
    """Write firms that have all been visited and are all in the pool."""
    rungs = [rung.id for rung in SHIPPED.load(EDITION).ladder]
    trades = list(SHIPPED.load(EDITION).trades)
    session.add(Round(id=1, title="测速", edition=EDITION, opens_on=BEGAN.date(), created_at=BEGAN))
    session.add(
        User(
            id=1, username="officer", name="主管", role=Role.OFFICER, active=True, created_at=BEGAN
        )
    )
    session.flush()
    session.add(
        UserSession(
            token_hash=hashed(WORD),
            user_id=1,
            created_at=datetime.now(UTC),
            seen_at=datetime.now(UTC),
            address="127.0.0.1",
            agent="测速",
        )
    )
    numbers = range(1, FIRMS + 1)
    session.execute(insert(Firm), [_firm(n, trades[n % len(trades)]) for n in numbers])
    session.execute(
        insert(Assessment), [_assessment(n, trades[n % len(trades)], rungs) for n in numbers]
    )
    kinds = [
        (2 * n + offset, n, kind)
        for n in numbers
        for offset, kind in ((0, SheetKind.SELF), (1, SheetKind.ONSITE))
    ]
    session.execute(insert(SheetRow), [_sheet(*one) for one in kinds])
    session.execute(insert(ScoreRow), [_score(sheet, n, rungs) for sheet, n, _ in kinds])
    session.execute(insert(PoolEntry), [_entry(n, rungs) for n in numbers])


def _firm(number: int, trade: str) -> dict[str, object]:
    return {
        "id": number,
        "code": f"91TEST{number:012d}",
        "name": f"虚构测速第 {number} 厂",
        "trade": trade,
        "processes": [],
        "township": f"虚构镇 {number % 20}",
        "fictional": True,
        "created_at": BEGAN,
    }


def _standing(number: int, rungs: list[str]) -> dict[str, object]:
    """What ``store.standings`` keeps of both scores beside an assessment."""
    score = _score(0, number, rungs)
    columns = ("share", "permille", "step", "rung")
    return {f"{sheet}_{name}": score[name] for sheet in ("own", "visited") for name in columns}


def _assessment(number: int, trade: str, rungs: list[str]) -> dict[str, object]:
    moment = BEGAN + timedelta(minutes=number)
    return _standing(number, rungs) | {
        "id": number,
        "firm_id": number,
        "round_id": 1,
        "edition": EDITION,
        "trade": trade,
        "state": AssessmentState.CONFIRMED,
        "submitted_at": moment,
        "confirmed_at": moment + timedelta(days=3),
        "created_at": BEGAN,
    }


def _sheet(sheet: int, number: int, kind: str) -> dict[str, object]:
    return {
        "id": sheet,
        "assessment_id": number,
        "kind": kind,
        "processes": [],
        "created_at": BEGAN,
    }


def _score(sheet: int, number: int, rungs: list[str]) -> dict[str, object]:
    step = number % (len(rungs) + 1)
    return {
        "sheet_id": sheet,
        "share": f"{number % 1000}/1000",
        "permille": number % 1000,
        "step": step,
        "rung": rungs[step - 1] if step else None,
        "sections": {},
        "failed_gates": [],
        "scored_at": BEGAN,
    }


def _entry(number: int, rungs: list[str]) -> dict[str, object]:
    return {
        "id": number,
        "firm_id": number,
        "assessment_id": number,
        "state": PoolState.IN_POOL,
        "target_rung": rungs[number % len(rungs)],
        "reason": "测速",
        "changed_at": BEGAN + timedelta(minutes=number),
    }


def _officer(app: Flask) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["sid"] = WORD
    return client
