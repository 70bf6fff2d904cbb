"""A district that worked with release 1.0 goes on: no answer, report or row of the log is lost.

``release-1.0.jsonl.gz`` holds every row of that release's demonstration with three reports issued
and one waiting, as [table, row]; its firms are invented and nobody has a password.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import psycopg
import pytest
from alembic import command as alembic
from sqlalchemy import JSON, Boolean, Date, DateTime, MetaData, insert, select, text
from sqlalchemy.orm import Session

from questionnaires.answers import parse
from questionnaires.scoring import score
from reports.facts import Choice
from survey import clock, db, library, migrations
from survey.clock import LOCAL
from survey.config import sqlite_url
from survey.files.folder import Folder
from survey.lifecycle import edition_status
from survey.lifecycle.choices import choices_of
from survey.lifecycle.scores import tell_scores_again
from survey.lifecycle.step import Step
from survey.readings.diagnoses import diagnosis_of
from survey.store import answers as answer_store
from survey.store import assessments, together
from survey.store import sheets as speaking
from survey.store.settings import read
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    AssessmentState,
    AuditEntry,
    Document,
    Evidence,
    Firm,
    Job,
    JobState,
    PoolEntry,
    Recognition,
    Round,
    ScoreRow,
    SheetKind,
    SheetRow,
    Verdict,
)
from survey.words.log import LogWords
from tests.support.people import TESTER, moment

PACKED = Path(__file__).parent / "release-1.0.jsonl.gz"
CHOSEN = text(
    'UPDATE assessments SET chosen_packages = \'["N02", "N01"]\' '
    "WHERE id = (SELECT min(id) FROM assessments WHERE state = 'confirmed')"
)
"""A consultant of that release chose packages; in the demonstration none did."""
RENAMED = {"on_site": "visiting"}
KEPT_AS_THEY_WERE = (Firm, Evidence, PoolEntry, Recognition)


@pytest.fixture(scope="module")
def written() -> dict[str, list[dict]]:
    """Rows of release 1.0 by table."""
    found: dict[str, list[dict]] = {}
    with gzip.open(PACKED, "rt", encoding="utf-8") as lines:
        for line in lines:
            table, row = json.loads(line)
            found.setdefault(table, []).append(row)
    return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(request, tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """A database that nobody has migrated, and the folder of its instance."""
    folder = tmp_path_factory.mktemp("release-one")
    if request.param == "sqlite":
        yield sqlite_url(folder / "survey.db"), folder
        return
    cluster = request.getfixturevalue("postgres")
    name = f"release_one_{os.getpid()}"
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield cluster.url(name), folder
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def migrated(address, written) -> Iterator[Session]:
    """A district filled by release 1.0 and brought up to date, as ``serve`` does it; only read."""
    url, folder = address
    engine = db.engine_for(url, create=True)
    with engine.connect().execution_options(**{db.WRITE: True}) as connection:
        alembic.upgrade(migrations._alembic(connection), "0002")
        connection.commit()
        _fill(connection, written)
        connection.execute(CHOSEN)
        connection.commit()
    migrations.migrate(engine, folder)
    with Session(engine, expire_on_commit=False) as session:
        tell_scores_again(Step(session, TESTER, moment()))
        yield session
    engine.dispose()


def _fill(connection, written) -> None:
    tables = MetaData()
    tables.reflect(connection)
    for name, rows in written.items():
        table = tables.tables[name]
        connection.execute(insert(table), [_read(table, row) for row in rows])
        if db.on_postgresql(connection) and "id" in table.c and table.c.id.type.python_type is int:
            longest = (
                f"setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
            )
            connection.execute(text(f"SELECT {longest}"))


def _read(table, row):
    """Read a row as SQLite wrote it into what the driver of either database wants."""
    kinds = {column.name: column.type for column in table.columns}
    return {name: _value(kinds[name], value) for name, value in row.items()}


def _value(kind, value):
    if value is None:
        return None
    if isinstance(kind, JSON):
        return json.loads(value) if isinstance(value, str) else value  # SQLite kept it as a number
    if isinstance(kind, Boolean):
        return bool(value)
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def test_it_is_noted_when_it_came_to_this_release(migrated):
    ends = together.ends(migrated)

    assert ends is not None
    assert timedelta() <= clock.utc_now() + together.TOGETHER - ends < timedelta(hours=1)


def test_every_answer_and_every_revision_of_it_is_kept(migrated, written):
    verdicts = {"confirmed": "verified"}

    def told(row):
        return (row["sheet_id"], row["question_id"], row["revision"], row["remark"])

    for table, name in ((AnswerRow, "answers"), (AnswerRevision, "answer_revisions")):
        rows = list(migrated.scalars(select(table)))
        now = {
            (r.sheet_id, r.question_id, r.revision): (r.remark, r.reason, r.finding, r.value, r.verification)
            for r in rows
        }  # fmt: skip
        then = {
            told(r)[:3]: (
                r["remark"], r["reason"], r["finding"], _value(JSON(), r["value"]),
                verdicts.get(r["verification"], r["verification"]),
            )
            for r in written[name]
        }  # fmt: skip
        assert len(then) > 3000
        assert now == then
    assert {r.verification for r in rows} >= {Verdict.VERIFIED, Verdict.CHANGED, None}


def test_every_sheet_speaks_and_every_score_is_the_same(migrated, written):
    sheets = list(migrated.scalars(select(SheetRow)))
    scores = {row.sheet_id: row for row in migrated.scalars(select(ScoreRow))}

    assert {s.id for s in sheets} == {row["id"] for row in written["sheets"]}
    assert all(sheet.speaks and sheet.version == 1 for sheet in sheets)
    assert {s.author_id is None for s in sheets if s.kind == SheetKind.ONSITE} == {False}
    assert {i: (s.share, s.rung, s.step) for i, s in scores.items()} == {
        r["sheet_id"]: (r["share"], r["rung"], r["step"]) for r in written["scores"]
    }
    assert {i: len(s.failed_gates) for i, s in scores.items()} == {
        r["sheet_id"]: len(json.loads(r["failed_gates"])) for r in written["scores"]
    }


def test_every_sheet_knows_the_day_of_its_last_save(migrated):
    saved: dict[int, set[date]] = {}
    for row in migrated.scalars(select(AnswerRow)):
        saved.setdefault(row.sheet_id, set()).add(row.saved_at.astimezone(LOCAL).date())

    told = {row.id: row.saved_on for row in migrated.scalars(select(SheetRow)) if row.saved_on}

    assert len(told) > 20
    assert told == {sheet_id: max(days) for sheet_id, days in saved.items()}


def test_what_was_answered_keeps_its_edition_and_new_rounds_use_the_revised_one(migrated, tmp_path):
    rounds = migrated.scalars(select(Round).order_by(Round.id)).all()
    migrated.info[library.INSTALLED] = library.Installed(tmp_path, Folder(tmp_path))
    try:
        assert set(migrated.scalars(select(Assessment.edition))) == {"2026-0"}
        assert {r.edition for r in rounds} == {"2026-0"}
        assert library.of(migrated).editions() == ("2026", "2026-0")
        assert edition_status.usable(migrated) == ("2026",)
    finally:
        del migrated.info[library.INSTALLED]


def test_every_sheet_of_release_one_still_earns_the_share_it_earned(migrated):
    rows = migrated.execute(
        select(ScoreRow, SheetRow, Assessment)
        .join(SheetRow, SheetRow.id == ScoreRow.sheet_id)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
    ).all()

    assert len(rows) > 40
    for kept, sheet, assessment in rows:
        questionnaire = library.questionnaire_of(assessment)
        answers = {
            answer.question_id: parse(questionnaire.questions[answer.question_id], answer.value)
            for answer in answer_store.answers(migrated, sheet.id).values()
            if answer.value is not None
        }
        found = score(questionnaire, answers, frozenset(sheet.processes))
        assert (str(found.share), found.step) == (kept.share, kept.step)


def test_assessments_stand_where_they_stood(migrated, written):
    now = Counter(migrated.scalars(select(Assessment.state)))
    then = Counter(RENAMED.get(row["state"], row["state"]) for row in written["assessments"])

    assert now == then
    assert now[AssessmentState.VISITING] == 3


def test_every_row_of_the_log_is_kept_and_reads_without_a_bare_code(migrated, written):
    rows = {row.id: row for row in migrated.scalars(select(AuditEntry))}
    say = LogWords(*library.named(migrated)).change

    for old in written["audit_log"]:
        new = rows[old["id"]]
        assert (new.action, new.subject, new.subject_id, new.who, new.reason, new.succeeded) == (
            old["action"], old["subject"], old["subject_id"], old["who"], old["reason"],
            bool(old["succeeded"]),
        )  # fmt: skip
        assert bool(new.before) == bool(old["before"])
        assert bool(new.after) == bool(old["after"])
    submitted = next(row for row in rows.values() if row.action == "submit")
    assert say(submitted).startswith("填写中 → 已提交，得分率 ")
    admitted = next(row for row in rows.values() if row.action == "admit")
    assert admitted.after.keys() == {"state", "target"}
    assert "said" not in " ".join(map(say, rows.values()))


def test_reports_keep_their_numbers_and_contents_and_one_still_waits(migrated, written):
    issued = {d.number: d.sha256 for d in migrated.scalars(select(Document))}
    waiting = [j.arguments["number"] for j in migrated.scalars(select(Job).where(Job.state == JobState.QUEUED))]  # fmt: skip

    assert issued == {r["number"]: r["sha256"] for r in written["reports"] if r["state"] == "done"}
    assert waiting == [r["number"] for r in written["reports"] if r["state"] == "queued"]
    assert (len(issued), len(waiting)) == (3, 1)


@pytest.mark.parametrize("table", KEPT_AS_THEY_WERE, ids=lambda table: table.__tablename__)
def test_what_did_not_change_is_all_there(migrated, written, table):
    there = migrated.scalars(select(table.id)).all()

    assert sorted(there) == [row["id"] for row in written[table.__tablename__]]


def test_what_a_consultant_chose_in_release_one_is_a_plan_now_and_nobody_else_has_one(migrated):
    planned = select(Assessment).where(Assessment.planned_at.is_not(None))
    (assessment,) = migrated.scalars(planned)

    assert choices_of(migrated, assessment) == (Choice("N02"), Choice("N01"))
    assert assessment.planned_at == assessment.confirmed_at


def test_a_result_of_release_one_is_still_told_with_its_share(migrated):
    confirmed = select(Assessment.id).where(Assessment.state == AssessmentState.CONFIRMED).limit(1)
    assessment = assessments.assessment(migrated, migrated.scalar(confirmed))
    kind = speaking.kind_of(assessment.state)

    told = diagnosis_of(migrated, assessment, kind, district=read(migrated), issued=moment().date())

    sheet = assessments.sheet(migrated, assessment.id, kind)
    assert kind == SheetKind.ONSITE
    assert told.share.exact == Fraction(assessments.score(migrated, sheet.id).share)
    assert told.comparison is not None
