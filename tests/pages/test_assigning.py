"""Who is sent and when: one alone or a pair, on a day, changed and taken back, seen by all concerned."""

from datetime import timedelta

import pytest

from survey import db
from survey.clock import LOCAL
from survey.lifecycle import assessments as steps
from survey.lifecycle.step import Step
from survey.store import answers
from survey.store import assessments as store
from survey.tables import Assessment, AssessmentState, Role, SheetKind
from survey.words.todo import planned
from tests.support.bureau import a_district, an_assessment, at_desk, logged
from tests.support.people import (
    TESTER,
    a_consultant,
    a_round,
    a_user,
    confirmed,
    handed_in,
    moment,
    signed_in,
    visited,
)

TODAY = moment().astimezone(LOCAL).date()
SOON = TODAY + timedelta(days=3)
ASSIGN = "/bureau/assessments/assign"


@pytest.fixture
def desk(app, session):
    """An officer's browser."""
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def pair(session):
    return a_consultant(session, name="组长某", phone="13800000001"), a_consultant(
        session, name="组员某"
    )


@pytest.fixture
def firm(session):
    return a_user(session)


def now(session, assessment):
    session.rollback()
    return session.get(Assessment, assessment.id, populate_existing=True)


def sent(desk, assessment, **fields):
    """Open the assessment's page and press its 指派."""
    page = f"/bureau/assessments/{assessment.id}"
    desk.get(page)
    return desk.submit(f"{page}/assign", fields)


def test_a_pair_is_sent_on_a_day_and_everybody_concerned_sees_who_and_when(
    app, session, desk, pair, firm
):
    assessment = handed_in(session, firm)
    lead, second = pair

    answer = sent(desk, assessment, consultant=lead.id, second=second.id, planned_on=SOON)

    assert answer.status_code == 302
    kept = now(session, assessment)
    assert (kept.visitors, kept.planned_on) == ((lead.id, second.id), SOON)
    assert "组长某、组员某" in desk.get("/bureau/assessments?sort=planned").text
    assert str(SOON) in desk.get(f"/bureau/assessments/{assessment.id}").text
    home = signed_in(app, session, firm).get("/firm/").text
    assert f"计划 {SOON} 上门" in home
    assert all(word in home for word in ("组长某", "13800000001", "组员某"))
    mine = signed_in(app, session, second).get("/visits").text
    assert "13800000001" in mine
    assert planned(SOON, TODAY) in mine


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"second": "lead"}, "组长和组员是同一个人"),
        ({"second": "firm"}, "请从列出的里面选一个"),
        ({"consultant": "gone"}, "请从列出的里面选一个"),
        ({"planned_on": TODAY - timedelta(days=1)}, "计划日期不能早于今天"),
        ({"planned_on": TODAY + timedelta(days=400)}, "计划日期太远"),
        ({"planned_on": "下周三"}, "看不懂这个日期"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_sends_nobody(
    session, desk, pair, firm, wrong, says
):
    assessment, lead = handed_in(session, firm), pair[0]
    gone = a_consultant(session, active=False)
    ids = {"lead": lead.id, "firm": firm.id, "gone": gone.id}
    fields = {"consultant": lead.id} | {name: ids.get(v, v) for name, v in wrong.items()}

    one = sent(desk, assessment, **fields)
    desk.get(ASSIGN, query_string={"chosen": assessment.id})
    many = desk.submit(ASSIGN, fields)

    assert (one.status_code, many.status_code) == (422, 422)
    assert says in one.text
    assert says in many.text
    assert now(session, assessment).state == AssessmentState.SUBMITTED
    assert not logged(session, "assign")


def test_a_change_of_people_and_day_is_told_from_and_to(session, desk, pair, firm):
    assessment = visited(session, firm, pair[1])

    sent(desk, assessment, consultant=pair[0].id, second=pair[1].id, planned_on=SOON)
    sent(desk, assessment, consultant=pair[0].id, second="", planned_on=SOON)

    page = desk.get("/bureau/audit?action=assign").text
    assert "指派组长某、组员某到" in page
    assert "组员某 → 组长某" in page
    assert f"计划日期 无 → {SOON}" in page
    assert "组员 组员某 → 无" in page
    assert "指派组长某到" in page


def test_a_day_that_has_come_may_stay_while_the_people_change(session, desk, pair, firm):
    assessment = visited(session, firm, pair[0])
    past = TODAY - timedelta(days=2)
    with db.writing(session):
        session.get(Assessment, assessment.id).planned_on = past

    answer = sent(desk, assessment, consultant=pair[0].id, second=pair[1].id, planned_on=past)

    assert answer.status_code == 302
    assert now(session, assessment).visitors == (pair[0].id, pair[1].id)


def test_a_selection_without_a_day_keeps_the_days_that_were_planned(session, desk, pair):
    round_ = a_round(session)
    firms = [an_assessment(session, round_, f"{name}厂（虚构）") for name in "甲乙"]
    sent(desk, firms[0], consultant=pair[0].id, planned_on=SOON)

    desk.get(ASSIGN, query_string={"chosen": [one.id for one in firms]})
    answer = desk.submit(ASSIGN, {"consultant": pair[1].id, "second": pair[0].id})

    assert answer.status_code == 302
    assert [now(session, one).planned_on for one in firms] == [SOON, None]
    assert {now(session, one).visitors for one in firms} == {(pair[1].id, pair[0].id)}


def test_of_two_officers_at_once_the_second_is_shown_the_change_and_may_press_again(
    app, session, desk, pair, firm
):
    assessment = handed_in(session, firm)
    page = f"/bureau/assessments/{assessment.id}"
    other = at_desk(app, session, a_user(session, Role.OFFICER))
    other.get(page)
    sent(desk, assessment, consultant=pair[0].id)

    late = other.submit(f"{page}/assign", {"consultant": pair[1].id})

    assert late.status_code == 409
    assert "刚刚被其他人更改" in late.text
    assert now(session, assessment).visitors == (pair[0].id,)
    assert other.submit(f"{page}/assign", {"consultant": pair[1].id}).status_code == 302
    assert now(session, assessment).visitors == (pair[1].id,)


def test_an_assignment_taken_back_leaves_the_work_and_nobody_who_sees_it(
    app, session, desk, pair, firm
):
    assessment = visited(session, firm, pair[0])
    tablet = signed_in(app, session, pair[0])
    change = {"question": "scheduling", "request_id": "tab.1", "base_revision": 1}
    saved = tablet.send(f"/visits/{assessment.id}/answers", change | {"finding": "看过了"})
    assert saved.status_code == 200
    page = f"/bureau/assessments/{assessment.id}"
    desk.get(page)

    pressed = [desk.submit(f"{page}/unassign", {"reason": "顾问出差。"}) for _press in range(2)]

    assert [answer.status_code for answer in pressed] == [302, 302]
    kept = now(session, assessment)
    assert (kept.state, kept.visitors, kept.planned_on) == (AssessmentState.SUBMITTED, (), None)
    assert [row.reason for row in logged(session, "unassign")] == ["顾问出差。"]
    assert tablet.get(f"/visits/{assessment.id}").status_code == 404
    assert tablet.get("/visits/device").json["visits"] == {}
    sent(desk, assessment, consultant=pair[1].id)
    sheet = store.sheet(session, assessment.id, SheetKind.ONSITE)
    assert answers.answers(session, sheet.id)["scheduling"].finding == "看过了"


def test_taking_back_needs_a_reason_and_a_visit_that_runs(session, desk, pair, firm):
    running, closed = visited(session, firm, pair[0]), confirmed(session, a_user(session), pair[0])
    page = f"/bureau/assessments/{running.id}"
    desk.get(page)

    assert desk.submit(f"{page}/unassign", {"reason": " "}).status_code == 422
    words = {"reason": "晚了。", "csrf_token": desk.token}
    late = desk.post(f"/bureau/assessments/{closed.id}/unassign", data=words)

    assert late.status_code == 409
    assert now(session, closed).state == AssessmentState.CONFIRMED
    assert now(session, running).state == AssessmentState.VISITING
    assert not logged(session, "unassign")


def test_a_returned_sheet_leaves_its_planned_day(session, pair, firm):
    assessment = handed_in(session, firm)
    step = Step(session, TESTER, moment())
    steps.assign(step, assessment.id, pair[0].id, planned_on=SOON)

    steps.return_to_firm(step, assessment.id, reason="请补充。")

    assert now(session, assessment).planned_on is None


def test_whoever_chooses_sees_the_less_loaded_first_with_the_days_they_are_free(
    session, desk, pair, firm
):
    lead, _ = pair
    step = Step(session, TESTER, moment())
    monday = TODAY + timedelta(days=7 - TODAY.weekday())
    busy = handed_in(session, firm)
    steps.assign(step, busy.id, lead.id, planned_on=monday)
    waiting = an_assessment(session, busy.round, "待派厂（虚构）")

    page = desk.get(f"/bureau/assessments/{waiting.id}").text
    table = page.partition('<details class="loads"')[2].partition("</table>")[0]

    rows = [row for row in table.split("<tr>") if "组长某" in row or "组员某" in row]
    assert ["组员某" in row for row in rows] == [True, False]
    assert "1 家" in rows[1]
    assert f"{monday:%m-%d}" not in rows[1]
    assert rows[0].count("、") == 2


def test_a_consultants_visits_stand_by_their_days_and_the_waiting_begins_with_the_next(
    app, session, pair
):
    firms = {}
    for name, ahead in (("远厂", 30), ("未定厂", None), ("今天厂", 0)):
        user = a_user(session)
        assessment = handed_in(session, user)
        day = None if ahead is None else TODAY + timedelta(days=ahead)
        steps.assign(Step(session, TESTER, moment()), assessment.id, pair[0].id, planned_on=day)
        firms[name] = assessment.id

    page = signed_in(app, session, pair[0]).get("/visits").text

    order = [page.index(f'class="visit-days">{words}') for words in ("今天", "以后", "日期未定")]
    assert order == sorted(order)
    first = [page.index(f'href="/visits/{id}"') for id in firms.values()]
    assert first[2] < first[0] < first[1]
