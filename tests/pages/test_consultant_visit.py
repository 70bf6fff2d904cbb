"""A consultant's visits: who sees them, what they show, how they end."""

import re

import pytest
from sqlalchemy import event, select

from reports.facts import Choice
from survey.lifecycle import answers, assessments
from survey.lifecycle.answers import Change
from survey.lifecycle.choices import choices_of
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
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
    return loose(session, answer_store.answer(session, sheet(session, visit).id, question_id))


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


def test_whoever_was_sent_before_is_told_that_the_visit_is_no_longer_theirs(
    app, session, tablet, visit, consultant
):
    told = "这次现场诊断已改派或收回，不再由您负责"
    other = a_consultant(session)
    assessments.assign(Step(session, TESTER, moment()), visit.id, other.id)
    stranger = signed_in(app, session, a_consultant(session))

    for where in (f"/visits/{visit.id}", f"/assessments/{visit.id}/confirmation"):
        page = tablet.get(where)
        assert (page.status_code, told in page.text) == (404, True)
        assert "墨岭" not in page.text
        assert other.name not in page.text
        assert told not in stranger.get(where).text
    assessments.unassign(Step(session, TESTER, moment()), visit.id, reason="改期")
    later = signed_in(app, session, other)
    assert told in later.get(f"/visits/{visit.id}").text


def test_a_visit_whose_sheet_went_back_to_its_firm_says_so(session, tablet, visit):
    assessments.return_to_firm(Step(session, TESTER, moment()), visit.id, reason="漏填")

    page = tablet.get(f"/visits/{visit.id}")

    assert page.status_code == 404
    assert "答卷已退回企业补充，这次现场诊断先停下" in page.text


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


def conclusion(visit):
    return f"/visits/{visit.id}/conclusion"


def planned(session, visit):
    session.rollback()
    found = choices_of(session, session.get(Assessment, visit.id))
    session.rollback()
    return found


def codes(page):
    return re.findall(r'name="choice-\d+-code" value="([^"]*)"', page)


def test_text_alone_leaves_the_systems_suggestions(session, tablet, visit):
    page = tablet.get(conclusion(visit)).text

    assert "现为系统建议" in page
    assert "参考值" in page
    assert tablet.submit("", {"problems": "检验记录后补。"}).status_code == 302
    assert (planned(session, visit), stored(session, visit).problems) == (None, "检验记录后补。")


def test_a_plan_begins_with_the_suggestions_by_a_press_of_its_own_and_can_be_given_back(
    session, tablet, visit
):
    tablet.get(conclusion(visit))

    tablet.submit("", {"do": "adopt", "problems": "写了一半。"})
    page = tablet.get(conclusion(visit)).text

    assert "顾问方案" in page
    assert len(codes(page)) > 2
    assert [one.code for one in planned(session, visit)] == codes(page)
    assert stored(session, visit).problems == "写了一半。"
    tablet.submit("", {"do": "computed"})
    assert planned(session, visit) is None
    assert stored(session, visit).problems == "写了一半。"


def test_lines_are_added_moved_and_dropped_without_losing_what_is_typed(session, tablet, visit):
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "start"})
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "add-N01", "problems": "先写一句。"})
    tablet.submit("", {"do": "add-N02", "choice-0-low": "12.5", "choice-0-why": "老板已看中。"})
    page = tablet.submit("", {"do": "up-1", "choice-1-high": "不是数"}).text

    assert codes(page) == ["N02", "N01"]
    assert planned(session, visit) == ()
    page = tablet.submit("", {"do": "own"}).text
    assert codes(page) == ["N02", "N01", ""]
    for words in ("先写一句。", "12.5", "老板已看中。", "改动还没有保存"):
        assert words in page
    assert codes(tablet.submit("", {"do": "drop-0"}).text) == ["N01", ""]
    answer = tablet.submit("", {"choice-1-title": "设排产专员", "choice-1-helps": "scheduling:3"})
    assert answer.status_code == 302
    assert planned(session, visit) == (
        Choice("N01", low=1250, high=1250, why="老板已看中。"),
        Choice(title="设排产专员", helps={"scheduling": 3}),
    )


def test_the_two_plans_stand_side_by_side_with_sums_and_what_each_reaches(session, tablet, visit):
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "adopt"})
    page = tablet.get(conclusion(visit)).text
    tablet.submit("", {"do": "drop-0"})
    tablet.submit("", {"choice-0-low": "3", "choice-0-high": "4", "choice-0-starts": "2027-Q1"})

    page = tablet.get(conclusion(visit)).text

    for words in (
        "未列入",
        "造价不同",
        "3–4 万元（顾问估价）",
        "2027 年一季度",
        "全部做完并验收后",
    ):
        assert words in page


def test_more_units_than_are_left_are_taken_with_a_word(session, tablet, visit):
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "start"})
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "add-N02"})

    page = tablet.submit("", {"do": "own", "choice-0-units": "9999"}).text

    assert re.search(r"现场答案里只剩 \d+ 台可加", page)
    assert "choice-0-units-error" not in page


def test_faults_of_a_plan_stand_beside_their_fields_and_nothing_is_kept(session, tablet, visit):
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "start"})
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "own"})

    answer = tablet.submit(
        "", {"choice-0-low": "很贵", "choice-0-weeks": "0", "problems": "留着。"}
    )

    assert answer.status_code == 422
    for name in ("title", "low", "weeks"):
        assert f'href="#choice-0-{name}"' in answer.text
        assert f'id="choice-0-{name}-error"' in answer.text
    assert "很贵" in answer.text
    assert "留着。" in answer.text
    assert planned(session, visit) == ()
    assert stored(session, visit).problems == ""


def test_a_stale_conclusion_shows_both_and_keeps_the_first(session, tablet, visit):
    old = tablet.get(conclusion(visit)).text
    version = re.search(r'name="version" value="(\d+)"', old)[1]
    tablet.submit("", {"problems": "先保存的一份。", "do": "start"})
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "add-N01"})
    tablet.submit("", {"choice-0-low": "5", "choice-0-high": "6"})
    tablet.get(conclusion(visit))

    late = tablet.submit("", {"problems": "后写的一份。", "version": version})

    assert late.status_code == 409
    for words in ("先保存的一份。", "后写的一份。", "5–6 万元"):
        assert words in late.text
    assert stored(session, visit).problems == "先保存的一份。"
    assert tablet.submit("").status_code == 302
    assert stored(session, visit).problems == "后写的一份。"


@pytest.mark.parametrize(
    "given",
    [
        {"problems": "字" * 5001},
        {"problems": "坏\x00字"},
        {"version": "x"},
        {"planned": "yes", "choice": "0", "choice-0-code": "ZZ99"},
        {"planned": "yes", "choice": "0", "choice-0-title": "a\x00b", "choice-0-starts": "2027"},
    ],
)
def test_a_bad_conclusion_changes_nothing_and_loses_nothing(session, tablet, visit, given):
    tablet.get(conclusion(visit))

    answer = tablet.submit("", {"problems": "写好的一段。"} | given)

    assert answer.status_code in (409, 422)
    assert stored(session, visit).problems is None
    assert planned(session, visit) is None
    assert given.get("problems", "写好的一段。").split("\x00")[0] in answer.text


def test_a_plan_stands_beside_the_systems_on_the_result_of_every_reader(
    app, session, tablet, visit, consultant
):
    verify_all(session, visit, consultant)
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "start"})
    tablet.get(conclusion(visit))
    tablet.submit("", {"do": "own"})
    typed = {"choice-0-title": "设排产专员", "choice-0-what": "一人专管。", "choice-0-low": "2.5"}
    tablet.submit("", typed)
    assessments.confirm(Step(session, Actor(consultant.id, "李顾问"), moment()), visit.id)

    page = tablet.get(f"/assessments/{visit.id}/result/onsite").text

    for words in (
        "顾问方案",
        "设排产专员",
        "一人专管。",
        "2.5 万元（顾问估价）",
        "系统测算",
        "未列入",
    ):
        assert words in page
    named = set(re.findall(r"\b(?:N|X|XV)\d\d\b", page))
    described = set(re.findall(r"<h4>((?:N|X|XV)\d\d) ", page))
    assert named
    assert named <= described


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


def test_what_is_sent_from_a_page_of_before_a_return_is_told_what_happened(session, tablet, visit):
    page = f"/visits/{visit.id}/sections/production"
    assert tablet.get(page).status_code == 200
    assessments.return_to_firm(Step(session, TESTER, moment()), visit.id, reason="请补关键指标。")

    for address in (page, f"{page}/as-said"):
        answer = tablet.post(address, data={"csrf_token": tablet.token})

        assert answer.status_code == 409, address
        assert "答卷已退回企业补充，没有保存" in answer.text


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
