"""A consultant's visits: who sees them, what they show, how they end."""

import re

import pytest
from sqlalchemy import event, select

from survey.lifecycle import answers, assessments
from survey.lifecycle.answers import Change
from survey.lifecycle.step import Actor, Step
from survey.store import assessments as store
from survey.tables import Assessment, AssessmentState, AuditEntry, SheetKind, Verdict
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    confirmed,
    fill,
    handed_in,
    moment,
    signed_in,
    visited,
)

QUESTION = "scheduling"


@pytest.fixture
def consultant(session):
    return a_consultant(session, name="李顾问")


@pytest.fixture
def visit(session, consultant):
    firm = a_firm(session, name="墨岭阀门（虚构）", address="示例路 8 号", park="示例园区")
    return loose(session, visited(session, a_user(session, firm=firm), consultant))


@pytest.fixture
def tablet(app, session, consultant):
    return signed_in(app, session, consultant)


def verify_all(session, visit, consultant):
    fill(session, visit, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)


def change(session, visit, consultant, question_id=QUESTION, **fields):
    row = on_site(session, visit, question_id)
    asked = Change(question_id, f"test.{row.revision}", row.revision, **fields)
    by = Actor(consultant.id, consultant.name)
    answers.save_answer(Step(session, by, moment()), visit.id, SheetKind.ONSITE, asked)


def loose(session, row):
    """A row read to its end: an open transaction would keep the application from writing."""
    session.refresh(row)
    session.expunge(row)
    session.rollback()
    return row


def sheet(session, visit, kind=SheetKind.ONSITE):
    return loose(session, store.sheet(session, visit.id, kind))


def on_site(session, visit, question_id=QUESTION):
    return loose(session, store.answer(session, sheet(session, visit).id, question_id))


def stored(session, visit):
    return loose(session, session.get(Assessment, visit.id))


def urls(visit):
    here = f"/visits/{visit.id}"
    return [
        here,
        f"{here}/sections/production",
        f"{here}/processes",
        f"{here}/conclusion",
        f"{here}/confirm",
        f"{here}/standing",
    ]


# --- who sees what --------------------------------------------------------------------------------


def test_a_visit_shows_its_firm_contacts_and_progress(tablet, visit):
    home = tablet.get("/visits")

    assert home.status_code == 200
    for words in ("墨岭阀门（虚构）", "阀门", "示例路 8 号", "虚构人", "000-00000000", "开始诊断"):
        assert words in home.text
    for url in urls(visit):
        assert tablet.get(url).status_code == 200, url


def test_a_consultant_without_visits_reads_so(app, session):
    tablet = signed_in(app, session, a_consultant(session))

    assert "还没有安排给您的现场诊断" in tablet.get("/visits").text


def test_another_consultants_visit_is_not_there(app, session, visit):
    stranger = signed_in(app, session, a_consultant(session))

    pages = [stranger.get(url) for url in urls(visit)]
    absent = stranger.get("/visits/999999")

    assert {page.status_code for page in pages} == {404}
    assert without_number(pages[0].text) == without_number(absent.text)
    assert "墨岭" not in stranger.get("/visits").text


def without_number(text):
    return re.sub(r"<code>\w+</code>", "", re.sub(r'value="[^"]{40,}"', "", text))


def test_a_reassigned_consultant_loses_access_at_once(session, tablet, visit):
    tablet.get(f"/visits/{visit.id}/sections/production")
    other = a_consultant(session)
    assessments.assign(Step(session, TESTER, moment()), visit.id, other.id)
    before = on_site(session, visit).revision

    seen = {tablet.get(url).status_code for url in urls(visit)}
    saved = tablet.send(
        f"/visits/{visit.id}/answers",
        {"question": QUESTION, "request_id": "t.1", "base_revision": before, "value": 4},
    )
    posted = [
        tablet.post(f"/visits/{visit.id}/{step}", data={"csrf_token": tablet.token, "reason": "x"})
        for step in ("confirm", "return", "conclusion", "processes", "sections/production")
    ]

    assert seen == {404}
    assert saved.status_code == 404
    assert {response.status_code for response in posted} == {404}
    assert on_site(session, visit).revision == before
    assert stored(session, visit).state == AssessmentState.VISITING


def test_a_submitted_assessment_is_nobodys_visit_yet(app, session, consultant, tablet):
    waiting = handed_in(session, a_user(session))

    assert tablet.get(f"/visits/{waiting.id}").status_code == 404


@pytest.mark.parametrize("role", ["firm", "officer", "administrator"])
def test_other_readers_may_not_use_the_consultants_pages(app, session, visit, role):
    reader = signed_in(app, session, a_user(session, role))

    assert {reader.get(url).status_code for url in ["/visits", *urls(visit)]} == {403}


def test_the_list_asks_as_often_for_many_visits_as_for_one(app, session, engine, consultant):
    tablet = signed_in(app, session, consultant)
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *_: asked.append(1))
    counts = []
    for _ in range(2):
        visited(session, a_user(session), consultant)
        confirmed(session, a_user(session), consultant)
        session.rollback()
        asked.clear()
        assert tablet.get("/visits").status_code == 200
        counts.append(len(asked))

    assert 0 < counts[0] == counts[1]


# --- what decides the rung ------------------------------------------------------------------------


def test_the_overview_says_which_answers_decide_the_rung(session, tablet, visit, consultant):
    page = tablet.get(f"/visits/{visit.id}").text

    assert "哪些答案决定等级" in page
    assert "下一级" in page
    assert "C07 报工与进度" in page
    change(session, visit, consultant, "compliance", value=0)
    assert "未满足" in tablet.get(f"/visits/{visit.id}").text


def test_a_deciding_question_is_marked_on_its_card(tablet, visit):
    assert "决定等级：" in tablet.get(f"/visits/{visit.id}/sections/production").text


# --- processes ------------------------------------------------------------------------------------


def test_processes_are_corrected_on_site_only(session, tablet, visit):
    page = tablet.get(f"/visits/{visit.id}/processes")
    assert "更正工序" in page.text
    ticked = [p for p in sheet(session, visit, SheetKind.SELF).processes if p != "coating"]

    answer = tablet.submit("", {"processes": ticked})

    assert answer.status_code == 302
    assert "coating" not in sheet(session, visit).processes
    assert "coating" in sheet(session, visit, SheetKind.SELF).processes


def test_an_unknown_process_is_refused(session, tablet, visit):
    before = sheet(session, visit).processes
    tablet.get(f"/visits/{visit.id}/processes")

    answer = tablet.submit("", {"processes": ["casting", "alchemy"]})

    assert answer.status_code == 422
    assert "没有这些工序" in answer.text
    assert sheet(session, visit).processes == before


# --- the conclusion -------------------------------------------------------------------------------


def test_the_conclusion_offers_the_computed_packages_ticked(tablet, visit):
    page = tablet.get(f"/visits/{visit.id}/conclusion").text

    assert "现为系统建议" in page
    assert 0 < len(re.findall(r'name="packages"[^>]* checked', page)) <= 6
    assert "参考值" in page


def test_a_conclusion_is_kept_in_the_order_given(session, tablet, visit):
    tablet.get(f"/visits/{visit.id}/conclusion")

    answer = tablet.submit(
        "",
        {
            "problems": "检验记录后补。",
            "packages": ["N01", "N02", "N03"],
            "rank-N01": "3",
            "rank-N02": "1",
            "rank-N03": "2",
        },
    )

    assert answer.status_code == 302
    kept = stored(session, visit)
    assert kept.chosen_packages == ["N02", "N03", "N01"]
    assert kept.problems == "检验记录后补。"


def test_the_computed_packages_can_be_taken_again(session, tablet, visit):
    tablet.get(f"/visits/{visit.id}/conclusion")
    tablet.submit("", {"packages": ["N01"]})
    tablet.get(f"/visits/{visit.id}/conclusion")

    tablet.submit("", {"computed": "yes", "problems": "保留这句。"})

    assert stored(session, visit).chosen_packages is None
    assert stored(session, visit).problems == "保留这句。"


def test_a_stale_conclusion_shows_both_and_keeps_the_first(session, tablet, visit):
    old = tablet.get(f"/visits/{visit.id}/conclusion").text
    version = re.search(r'name="version" value="(\d+)"', old)[1]
    tablet.submit("", {"problems": "先保存的一份。"})
    tablet.get(f"/visits/{visit.id}/conclusion")

    late = tablet.submit("", {"problems": "后写的一份。", "version": version})

    assert late.status_code == 409
    assert "先保存的一份。" in late.text
    assert "后写的一份。" in late.text
    assert stored(session, visit).problems == "先保存的一份。"
    assert tablet.submit("").status_code == 302
    assert stored(session, visit).problems == "后写的一份。"


@pytest.mark.parametrize(
    "given",
    [{"problems": "字" * 5001}, {"problems": "坏\x00字"}, {"packages": ["ZZ99"]}, {"version": "x"}],
)
def test_a_bad_conclusion_changes_nothing_and_loses_nothing(session, tablet, visit, given):
    tablet.get(f"/visits/{visit.id}/conclusion")

    answer = tablet.submit("", {"problems": "写好的一段。"} | given)

    assert answer.status_code in (409, 422)
    assert stored(session, visit).problems is None
    assert given.get("problems", "写好的一段。").split("\x00")[0] in answer.text


# --- confirming -----------------------------------------------------------------------------------


def test_confirming_too_early_lists_what_is_open_with_links(session, tablet, visit, consultant):
    verify_all(session, visit, consultant)
    change(session, visit, consultant, value=1)
    tablet.get(f"/visits/{visit.id}/confirm")

    answer = tablet.post(f"/visits/{visit.id}/confirm", data={"csrf_token": tablet.token})

    assert answer.status_code == 422
    assert f"/visits/{visit.id}/sections/production#question-{QUESTION}" in answer.text
    assert "请写明理由。" in answer.text
    assert stored(session, visit).state == AssessmentState.VISITING


def test_a_confirmed_visit_can_only_be_read(session, tablet, visit, consultant):
    verify_all(session, visit, consultant)
    tablet.get(f"/visits/{visit.id}/confirm")
    assert tablet.submit("").status_code == 302
    assert stored(session, visit).state == AssessmentState.CONFIRMED

    overview = tablet.get(f"/visits/{visit.id}")
    section = tablet.get(f"/visits/{visit.id}/sections/production")
    saved = tablet.send(
        f"/visits/{visit.id}/answers",
        {"question": QUESTION, "request_id": "t.9", "base_revision": 2, "value": 4},
    )

    assert f"/assessments/{visit.id}/result/onsite" in overview.text
    assert "data-sheet" not in section.text
    assert "已核定，只能查看" in section.text
    assert saved.status_code == 409
    assert on_site(session, visit).value == 2


def test_every_step_of_a_visit_leaves_a_row_in_the_log(session, tablet, visit, consultant):
    verify_all(session, visit, consultant)
    tablet.get(f"/visits/{visit.id}/conclusion")
    tablet.submit("", {"problems": "结论。"})
    tablet.get(f"/visits/{visit.id}/confirm")
    tablet.submit("")

    session.rollback()
    query = select(AuditEntry.action).where(AuditEntry.user_id == consultant.id)
    assert {"conclude", "confirm"} <= set(session.scalars(query))


# --- giving the sheet back ------------------------------------------------------------------------


def test_a_sheet_is_given_back_to_the_firm_with_a_reason(session, tablet, visit):
    tablet.get(f"/visits/{visit.id}")

    answer = tablet.submit(f"/visits/{visit.id}/return", {"reason": "请补关键指标。"})

    assert answer.status_code == 302
    kept = stored(session, visit)
    assert (kept.state, kept.return_reason) == (AssessmentState.DRAFT, "请补关键指标。")
    assert tablet.get(f"/visits/{visit.id}").status_code == 404


@pytest.mark.parametrize("reason", ["", "   ", "字" * 501])
def test_giving_back_needs_a_good_reason(session, tablet, visit, reason):
    tablet.get(f"/visits/{visit.id}")

    answer = tablet.submit(f"/visits/{visit.id}/return", {"reason": reason})

    assert answer.status_code == 422
    assert reason.strip() in answer.text
    assert stored(session, visit).state == AssessmentState.VISITING


@pytest.mark.parametrize("reason", ["请补\x00佐证", "  \r\n请补 佐证\r\n"])
def test_a_reason_is_kept_tidy_in_the_row_and_in_the_log_alike(session, tablet, visit, reason):
    tablet.get(f"/visits/{visit.id}")

    tablet.submit(f"/visits/{visit.id}/return", {"reason": reason})

    assert stored(session, visit).return_reason == "请补 佐证"
    query = select(AuditEntry.reason).where(AuditEntry.action == "return")
    assert session.scalars(query).all() == ["请补 佐证"]
