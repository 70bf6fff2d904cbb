"""The administrator's page of jobs, and what a report's reader sees of one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from survey import db
from survey.files.stores import contents_of
from survey.lifecycle import jobs
from survey.lifecycle.step import Step
from survey.tables import Document, DocumentStanding, Fault, Job, JobState, Role
from tests.support.labour import work
from tests.support.people import TESTER, a_user, an_issued_report, handed_in, moment, signed_in

HOME = "/admin/jobs"


@pytest.fixture
def administrator(app, session):
    return signed_in(app, session, a_user(session, Role.ADMINISTRATOR))


@pytest.fixture
def user(app, session):
    return a_user(session)


@pytest.fixture
def assessment(session, user):
    return handed_in(session, user)


@pytest.fixture
def result(assessment):
    """Where the firm reads its result."""
    return f"/assessments/{assessment.id}/result/self"


@pytest.fixture
def firm(app, session, user):
    return signed_in(app, session, user)


def press(client, page, action):
    """Open a page and press the button that leads there."""
    client.get(page)
    return client.submit(action)


def the_job(session):
    session.rollback()
    job = session.scalars(select(Job).order_by(Job.id.desc())).first()
    session.refresh(job)
    session.rollback()
    return job


def stands(session, job_id, **columns):
    with db.writing(session):
        job = session.get_one(Job, job_id)
        for name, value in columns.items():
            setattr(job, name, value)


def test_a_list_without_jobs_says_so(administrator):
    assert "还没有后台任务" in administrator.get(HOME).text


def test_a_job_is_listed_with_its_firm_its_state_and_who_asked(
    administrator, session, firm, result
):
    press(firm, result, f"{result}/report")

    page = administrator.get(HOME).text

    for words in ("诊断报告（自评）", "虚构阀门厂", "排队中", "0 次", "虚构人"):
        assert words in page
    assert "取消任务" in page
    assert "重试" not in page.replace("可以重试", "")


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ("2026-11-28", "2026-11-28"),
        ("2026-11-28T09", "2026-11-28 09 时"),
        ("2026-11-28T09:30", "2026-11-28 09:30"),
    ],
)
def test_periodic_work_says_which_night_or_hour_it_is_for(administrator, session, slot, said):
    jobs.open_slot(Step(session, TESTER, moment()), "seal", slot)

    assert f">{said}<" in administrator.get(HOME).text


def test_how_far_a_job_is_and_why_it_failed_is_said_in_words(administrator, session, firm, result):
    press(firm, result, f"{result}/report")
    job = the_job(session)
    stands(session, job.id, state=JobState.WORKING, progress=3, total=12, attempt=1)
    assert "3 / 12" in administrator.get(HOME).text

    stands(session, job.id, state=JobState.FAILED, fault=Fault.TOO_LARGE, attempt=1)
    page = administrator.get(HOME).text
    assert "内存不足" in page
    assert "3 / 12" not in page


def test_jobs_may_be_seen_by_their_state(administrator, session, firm, result):
    press(firm, result, f"{result}/report")

    assert "任务 1" in administrator.get(f"{HOME}?state=queued").text
    assert "没有这种状态的任务" in administrator.get(f"{HOME}?state=failed").text
    assert "任务 1" in administrator.get(f"{HOME}?state=nonsense").text


def test_a_cancelled_job_is_not_done_until_it_is_tried_again(
    app, administrator, session, firm, result
):
    press(firm, result, f"{result}/report")
    job = the_job(session)

    assert press(administrator, HOME, f"{HOME}/{job.id}/cancel").status_code == 302
    assert work(app) == 0
    assert "任务被管理员取消" in firm.get(result).text
    assert firm.get(f"/reports/{job.id}/state").json["state"] == "cancelled"

    assert press(administrator, HOME, f"{HOME}/{job.id}/retry").status_code == 302
    assert work(app) == 1
    assert "下载 PDF" in firm.get(result).text


def test_what_is_over_can_be_neither_cancelled_nor_tried_again(
    administrator, session, firm, result
):
    """The page was opened before."""
    press(firm, result, f"{result}/report")
    job = the_job(session)
    administrator.get(HOME)
    stands(session, job.id, state=JobState.DONE)
    answer = administrator.submit(f"{HOME}/{job.id}/cancel")
    assert (answer.status_code, "任务已经结束" in answer.text) == (409, True)

    stands(session, job.id, state=JobState.FAILED)
    administrator.get(HOME)
    stands(session, job.id, state=JobState.DONE)
    assert administrator.submit(f"{HOME}/{job.id}/retry").status_code == 409
    assert the_job(session).state == JobState.DONE


def test_a_reader_is_told_how_many_reports_come_before_theirs(app, session, firm, result):
    other = a_user(session)
    before = handed_in(session, other)
    theirs = f"/assessments/{before.id}/result/self"
    press(signed_in(app, session, other), theirs, f"{theirs}/report")
    press(firm, result, f"{result}/report")

    said = firm.get(f"/reports/{the_job(session).id}/state").json

    assert said == {"state": "queued", "waiting": 1, "fault": ""}


def test_a_failed_report_says_why_and_is_made_by_pressing_again(app, session, firm, result):
    press(firm, result, f"{result}/report")
    job = the_job(session)
    stands(session, job.id, state=JobState.FAILED, fault=Fault.TOO_SLOW)

    page = firm.get(result).text
    assert "生成超时" in page
    assert job.arguments["number"] in page
    assert "重新生成 PDF 报告" in page

    press(firm, result, f"{result}/report")
    assert work(app) == 1
    assert "下载 PDF" in firm.get(result).text


def test_a_report_whose_file_is_lost_is_offered_to_be_made_again(
    app, session, settings, user, assessment, firm, result
):
    document = an_issued_report(session, settings, assessment, user)
    contents_of(settings).remove(document.sha256)

    assert "请在结果页重新生成" in firm.get(f"/reports/{document.id}.pdf").text
    press(firm, result, f"{result}/report")
    assert work(app) == 1

    session.rollback()
    standings = session.scalars(select(Document.standing).order_by(Document.id)).all()
    assert standings == [DocumentStanding.SUPERSEDED, DocumentStanding.VALID]


def test_a_job_waiting_for_another_try_is_still_being_made(session, firm, result):
    press(firm, result, f"{result}/report")
    job = the_job(session)
    held = jobs.take(Step(session, TESTER, moment()), job.id, lambda _kind: timedelta(minutes=1))
    jobs.fail(Step(session, TESTER, moment()), held, Fault.UNREACHABLE, {})

    page = firm.get(result).text

    assert "正在生成报告" in page
    assert "暂时不可用" not in page
