"""The log as the bureau reads it: found by who, what and when, taken along, kept as long as is said."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from survey import db
from survey.clock import utc_now
from survey.jobs.worker import Worker
from survey.lifecycle import jobs, sealing
from survey.lifecycle.step import About, Actor, Step
from survey.store import log as store
from survey.store import settings
from survey.store.settings import District
from survey.tables import AuditEntry, Role
from survey.views.bureau import log as log_page
from tests.support.bureau import logged, rows_of
from tests.support.people import TESTER, a_firm, a_user, signed_in

LONG_AGO = datetime(2020, 5, 1, tzinfo=UTC)


@pytest.fixture
def desk(app, session):
    return signed_in(app, session, a_user(session, Role.OFFICER))


def noted(session, action, about, by=TESTER, at=None, **more):
    with db.writing(session):
        Step(session, by, at or utc_now()).log(action, about, **more)


def did(app, session, kind):
    worker = Worker(app.config["SURVEY"], app.extensions["survey_sessions"])
    step = Step(session, TESTER, utc_now())
    with step.writing():
        job = jobs.ask(step, kind, {}).id
    worker.do(job)
    worker.queue.close()


def test_the_log_is_narrowed_by_role_kind_and_object_and_the_next_page_stays_narrowed(
    app, session, desk
):
    firm = a_firm(session)
    consultant = a_user(session, Role.CONSULTANT, name="虚构顾问")
    by = Actor(consultant.id, "虚构顾问（gw）", role=Role.CONSULTANT)
    older = Actor(consultant.id, "虚构老顾问（gw）")
    about = About("firm", firm.id, firm.id)
    noted(session, "view_person", about, by, after={"page": "consultant.home"})
    noted(session, "profile", about, older, after={"trade": "valve"})
    noted(session, "export", About("list", "firms"), after={"rows": 3})
    for number in range(31):
        noted(session, "settings", About("district", str(number)))

    def found(asked):
        page = desk.get(f"/bureau/audit?{asked}").text
        return [word in page for word in ("虚构顾问（gw）", "虚构老顾问", "导出了企业名录")]

    assert found("role=consultant") == [True, True, False]
    assert found("group=views") == [True, False, False]
    assert found("group=steps&firm=虚构阀门厂") == [False, True, False]
    assert found("group=exports") == [False, False, True]
    assert found(f"subject=firm&number={firm.id}") == [True, True, False]
    assert desk.get("/bureau/audit?role=nobody").status_code == 400
    page = desk.get("/bureau/audit?action=settings").text
    assert "action=settings&amp;page=2" in page or "page=2&amp;action=settings" in page
    text = desk.get("/bureau/audit.xlsx?kind=csv&group=views").data.decode("utf-8-sig")
    assert "顾问首页" in text
    assert "虚构老顾问" not in text


def test_the_log_names_the_district_and_a_version_without_their_ids(session, desk):
    noted(session, "count_habits", About("district", "habits"), after={"rows": 3})
    noted(session, "agree", About("user", 1), after={"purpose_version": 2})

    page = desk.get("/bureau/audit").text

    assert "统计各题作答情况，区县设置</span>" in page
    assert "个人信息处理说明第 2 版" in page


def test_more_than_a_workbook_holds_is_refused_with_what_helps(session, desk, monkeypatch):
    monkeypatch.setattr(log_page, "MOST_ROWS", 2)
    for number in range(3):
        noted(session, "settings", About("district", str(number)))

    answer = desk.get("/bureau/audit.xlsx?action=settings")

    assert answer.status_code == 422
    assert "缩小范围" in answer.text
    assert logged(session, "export") == []


def test_the_page_says_how_far_the_log_is_sealed_and_what_the_night_found(app, session, desk):
    assert "日志还没有封存过" in desk.get("/bureau/audit").text
    noted(session, "settings", About("district", "1"), at=LONG_AGO)
    did(app, session, "seal")
    did(app, session, "check_log")
    page = desk.get("/bureau/audit").text
    assert "以前的日志已封存" in page
    assert "没有被改动" in page

    with db.writing(session):
        session.connection().exec_driver_sql(
            "ALTER TABLE audit_log DISABLE TRIGGER audit_log_no_update"
            if session.get_bind().dialect.name == "postgresql"
            else "DROP TRIGGER audit_log_no_update"
        )
        session.get_one(AuditEntry, 1).reason = "x"
    did(app, session, "check_log")

    page = desk.get("/bureau/audit").text
    assert "发现 1 处问题" in page
    assert "第 1 条（第 1 块）被改动过。" in page


def test_the_night_drops_sealed_blocks_that_were_kept_as_long_as_the_district_says(
    app, session, desk, monkeypatch
):
    monkeypatch.setattr(sealing, "ROWS", 1)
    noted(session, "settings", About("district", "old"), at=LONG_AGO)
    noted(session, "settings", About("district", "young"), at=utc_now() - timedelta(days=100))
    did(app, session, "seal")
    assert logged(session, "settings")
    with db.writing(session):
        settings.keep(session, District(name="虚构区", log_months=240))
    did(app, session, "nightly")
    assert logged(session, "settings")
    with db.writing(session):
        settings.keep(session, District(name="虚构区", log_months=6))

    did(app, session, "nightly")

    assert [entry.subject_id for entry in logged(session, "settings")] == ["young"]
    assert logged(session, "log_drop")[0].after == {"rows": 1}
    did(app, session, "check_log")
    page = desk.get("/bureau/audit").text
    assert "没有被改动" in page
    assert "清除了过了保存期限的操作日志第 1 块" in page


def test_the_whole_log_goes_out_in_order_portion_by_portion_and_nothing_in_it_is_a_formula(
    session, desk, monkeypatch
):
    monkeypatch.setattr(store, "PORTION", 7)
    reasons = [f"{sign}{number}" for number, sign in enumerate(["=1+", "@", "+", "-", "理由"] * 10)]
    for number, reason in enumerate(reasons):
        noted(session, "settings", About("district", str(number)), reason=reason)

    book = desk.get("/bureau/audit.xlsx?action=settings")
    text = desk.get("/bureau/audit.xlsx?action=settings&kind=csv")

    heads, *rows = rows_of(book)
    assert [row[heads.index("理由")] for row in rows] == reasons[::-1]
    assert b"<f>" not in ZipFile(BytesIO(book.data)).read("xl/worksheets/sheet1.xml")
    _, *lines = csv.reader(text.data.decode("utf-8-sig").splitlines())
    told = [line[8].removeprefix("'") for line in lines]
    assert told == reasons[::-1]
    assert not [line for line in lines if line[8].startswith(("=", "@", "+", "-"))]
    assert book.content_length == len(book.data)
    assert [entry.after for entry in logged(session, "export")] == [{"rows": 50}] * 2
