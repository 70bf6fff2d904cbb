"""What ties a consultant to a firm: declared, warned of before somebody is sent, and asked off for."""

import pytest
from sqlalchemy import select

from survey.lifecycle import assessments as steps
from survey.lifecycle import interests
from survey.lifecycle.errors import Interested
from survey.lifecycle.interests import Declared
from survey.lifecycle.step import Actor, Step
from survey.tables import Assessment, AssessmentState, Firm, Interest, Role
from tests.support.bureau import a_district, an_assessment, at_desk, logged
from tests.support.people import (
    TESTER,
    a_consultant,
    a_round,
    a_user,
    handed_in,
    moment,
    signed_in,
    visited,
)

ASSIGN = "/bureau/assessments/assign"


@pytest.fixture
def desk(app, session):
    """An officer's browser."""
    a_district(session, demonstration=True)
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def tied(session):
    return a_consultant(session, name="有关某")


@pytest.fixture
def free(session):
    return a_consultant(session, name="无关某")


@pytest.fixture
def waiting(session, desk):
    return an_assessment(session, a_round(session), "甲厂（虚构）", code="91330000FS88880001")


def typed(assessment=None, **given):
    known = {"name": "甲厂（虚构）", "code": "91330000FS88880001", "says": "持有股份。"}
    return known | given


def tie(session, user, code="91330000FS88880001"):
    given = Declared("甲厂（虚构）", code, False, "持有股份。")
    by = Step(session, Actor(user.id, user.name), moment())
    interests.declare(by, user.id, given, demonstration=True)


def kept(session):
    session.rollback()
    return session.scalars(select(Interest).order_by(Interest.id)).all()


def now(session, assessment):
    session.rollback()
    return session.get(Assessment, assessment.id, populate_existing=True)


def sent(desk, assessment, **fields):
    page = f"/bureau/assessments/{assessment.id}"
    desk.get(page)
    return desk.submit(f"{page}/assign", fields)


def test_a_consultant_declares_where_they_work_and_the_officer_is_warned_before_sending(
    app, session, desk, tied, waiting
):
    mine = signed_in(app, session, tied)
    mine.get(f"/interests/{tied.id}")
    for _press in range(2):
        answer = mine.submit(f"/interests/{tied.id}", typed(employs="y", says="在这里上班。"))
        assert answer.status_code == 302
    assert [(one.employs, one.says) for one in kept(session)] == [(True, "在这里上班。")]

    assert "任职单位" in desk.get(f"/bureau/assessments/{waiting.id}").text
    assert "任职单位" in desk.get(ASSIGN, query_string={"chosen": waiting.id}).text
    refused = sent(desk, waiting, consultant=tied.id)

    assert refused.status_code == 409
    assert "仍然指派的理由" in refused.text
    assert now(session, waiting).state == AssessmentState.SUBMITTED


def test_said_why_all_the_same_they_are_sent_and_the_log_keeps_it(session, desk, tied, free):
    firm = a_user(session)
    assessment = handed_in(session, firm)
    tie(session, tied, session.get(Firm, firm.firm_id).code)
    sent(desk, assessment, consultant=free.id, second=tied.id)

    answer = desk.submit(
        f"/bureau/assessments/{assessment.id}/assign",
        {"consultant": free.id, "second": tied.id, "despite": "全区只有他懂压力试验。"},
    )

    assert answer.status_code == 302
    assert now(session, assessment).visitors == (free.id, tied.id)
    (row,) = logged(session, "assign")
    assert (row.reason, row.after["despite"]) == ("全区只有他懂压力试验。", True)
    assert "有利益关系，仍然指派" in desk.get("/bureau/audit").text
    page = desk.get(f"/bureau/assessments/{assessment.id}").text
    assert "正由其诊断" in page


def test_of_a_selection_only_the_firms_that_are_tied_wait_for_a_reason(
    session, desk, tied, waiting
):
    users = [a_user(session) for _ in range(2)]
    others = [handed_in(session, user) for user in users]
    tie(session, tied, session.get(Firm, users[0].firm_id).code)
    desk.get(ASSIGN, query_string={"chosen": [one.id for one in others]})

    first = desk.submit(ASSIGN, {"consultant": tied.id})
    assert first.status_code == 200
    assert "已指派 1 家，下面 1 家没有指派" in first.text
    left = now(session, others[0])
    assert (left.visitors, left.state) == ((), AssessmentState.SUBMITTED)
    second = desk.submit(ASSIGN, {"consultant": tied.id, "despite": "已请示分管领导。"})

    assert second.status_code == 302
    assert now(session, others[0]).visitors == (tied.id,)


def test_who_asks_off_waits_for_the_officer_and_is_gone_when_another_is_sent(
    app, session, desk, tied, free
):
    assessment = visited(session, a_user(session), tied)
    mine = signed_in(app, session, tied)
    page = f"/visits/{assessment.id}"
    mine.get(page)
    answers = [mine.submit(f"{page}/recusal", {"reason": "亲属任职。"}) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(kept(session)) == len(logged(session, "ask_off")) == 1
    assert "已申请回避，等主管部门答复" in mine.get(page).text
    assert "顾问申请回避，待处理" in desk.get("/bureau/").text
    assert "有关某申请回避" in desk.get(f"/bureau/assessments/{assessment.id}").text

    sent(desk, assessment, consultant=free.id)

    assert now(session, assessment).visitors == (free.id,)
    assert kept(session)[0].settled_at is not None
    assert "顾问申请回避，待处理" not in desk.get("/bureau/").text
    assert mine.get(page).status_code == 404


def test_who_asks_off_may_be_kept_on_the_visit_with_a_reason(session, desk, tied):
    assessment = visited(session, a_user(session), tied)
    by = Step(session, Actor(tied.id, tied.name), moment())
    interests.ask_off(by, assessment.id, "亲属任职。")

    without = sent(desk, assessment, consultant=tied.id)
    reason = {"consultant": tied.id, "despite": "亲属不在被评车间，已核实。"}
    answer = desk.submit(f"/bureau/assessments/{assessment.id}/assign", reason)

    assert (without.status_code, answer.status_code) == (409, 302)
    assert kept(session)[0].settled_at is not None
    assert [row.reason for row in logged(session, "assign")][-1] == "亲属不在被评车间，已核实。"


def test_an_interest_that_ended_warns_no_more_and_stays_on_record(
    app, session, desk, tied, waiting
):
    tie(session, tied)
    mine = signed_in(app, session, tied)
    page = f"/interests/{tied.id}"
    mine.get(page)

    for _press in range(2):
        assert mine.submit(f"{page}/{kept(session)[0].id}/end", {}).status_code == 302

    assert len(logged(session, "end_interest")) == 1
    assert "起不再有" in desk.get(page).text
    steps.assign(Step(session, TESTER, moment()), handed_in(session, a_user(session)).id, tied.id)
    assert sent(desk, waiting, consultant=tied.id).status_code != 409


def test_what_an_officer_declared_no_consultant_ends(app, session, desk, tied):
    page = f"/interests/{tied.id}"
    desk.get(page)
    assert desk.submit(page, typed()).status_code == 302
    mine = signed_in(app, session, tied)
    assert "不再有关系" not in mine.get(page).text

    words = {"csrf_token": mine.token}
    mine.post(f"{page}/{kept(session)[0].id}/end", data=words)

    assert kept(session)[0].ended_at is None
    assert not logged(session, "end_interest")


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"name": " "}, "请填写单位名称"),
        ({"code": "123"}, "应为 18 位"),
        ({"says": "\u200b"}, "请写明关系"),
    ],
)
def test_what_cannot_be_declared_is_said_beside_its_field(app, session, desk, tied, wrong, says):
    mine = signed_in(app, session, tied)
    mine.get(f"/interests/{tied.id}")

    answer = mine.submit(f"/interests/{tied.id}", typed() | wrong)

    assert answer.status_code == 422
    assert says in answer.text
    assert not kept(session)


def test_nobody_reads_or_declares_for_another_but_an_officer(app, session, desk, tied, free):
    tie(session, tied)
    number = kept(session)[0].id
    other = signed_in(app, session, free)
    firm = signed_in(app, session, a_user(session))
    words = {"csrf_token": other.token}

    assert other.get(f"/interests/{tied.id}").status_code == 404
    assert other.post(f"/interests/{tied.id}", data=words | typed()).status_code == 404
    assert other.post(f"/interests/{tied.id}/{number}/end", data=words).status_code == 404
    assert other.post(f"/interests/{free.id}/{number}/end", data=words).status_code == 404
    assert firm.get(f"/interests/{tied.id}").status_code == 403
    assert desk.get("/interests/999999").status_code == 404
    assert [one.ended_at for one in kept(session)] == [None]


def test_a_stranger_asks_off_no_visit(app, session, tied, free):
    assessment = visited(session, a_user(session), tied)
    other = signed_in(app, session, free)

    answer = other.post(
        f"/visits/{assessment.id}/recusal", data={"csrf_token": other.token, "reason": "晚了"}
    )

    assert answer.status_code == 404
    assert not kept(session)


def test_a_tie_declared_while_the_page_was_open_is_met_under_the_lock(session, tied):
    firm = a_user(session)
    assessment = handed_in(session, firm)
    tie(session, tied, session.get(Firm, firm.firm_id).code)

    with pytest.raises(Interested):
        steps.assign(Step(session, TESTER, moment()), assessment.id, tied.id)

    assert now(session, assessment).state == AssessmentState.SUBMITTED
