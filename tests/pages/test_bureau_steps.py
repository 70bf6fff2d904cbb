"""The officer's steps, pressed on the pages: assign, return, reopen, and up through the pool."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey import db
from survey.clock import LOCAL
from survey.lifecycle import assessments as life
from survey.lifecycle.step import Step
from survey.store import assessments as store
from survey.store import standings
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    Paper,
    PoolEntry,
    PoolState,
    Recognition,
    Role,
    SheetKind,
)
from survey.words.hands import day
from tests.support.bureau import a_district, at_desk, logged
from tests.support.files import a_pdf
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    an_issued_report,
    confirmed,
    filled,
    handed_in,
    moment,
    signed_in,
    visited,
)

REASON = "关键工序已联网，订单稳定。"
REFUSED = "金丝雀：尚未想好的理由"


@pytest.fixture
def desk(app, session):
    """The officer's browser."""
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


def home(assessment):
    return f"/bureau/assessments/{assessment.id}"


def press(desk, page, step, data=None, **given):
    """Open a page, fill one of its steps, and send it."""
    assert desk.get(page).status_code == 200
    return desk.submit(f"{page}/{step}", (data or {}) | given)


def again(session, row):
    session.rollback()
    return session.get(type(row), row.id, populate_existing=True)


def entry_of(session):
    session.rollback()
    return session.scalars(select(PoolEntry)).one()


def in_pool(desk, session, assessment):
    answer = press(desk, home(assessment), "admit", target_rung="workshop", reason=REASON, sure="y")
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.parametrize("step", ["assign", "admit", "propose"])
def test_a_step_on_a_page_from_before_the_return_is_told_what_happened(desk, session, step):
    assessment = handed_in(session, a_user(session))
    assert desk.get(home(assessment)).status_code == 200
    life.return_to_firm(Step(session, TESTER, moment()), assessment.id, reason=REASON)

    answer = desk.submit(f"{home(assessment)}/{step}", {"reason": REASON})

    assert answer.status_code == 409
    assert "答卷已退回企业，没有办理" in answer.text


def test_a_provisional_rung_is_called_so_wherever_a_target_is_decided(desk, session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    sheet = store.sheet(session, assessment.id, SheetKind.ONSITE)
    assert "现场诊断核定，得分率" in desk.get(home(assessment)).text
    with db.writing(session):
        score = store.score(session, sheet.id)
        score.floor_step = 0
        standings.keep(session, session.get(Assessment, assessment.id), sheet.kind, score, ())

    said = desk.get(home(assessment)).text
    entry = desk.get(in_pool(desk, session, assessment)).text

    assert "现场诊断核定，暂核，得分率" in said
    assert "现场诊断核定，暂核）" in entry


# --- one assessment -----------------------------------------------------------------------------


def test_the_page_shows_both_results_in_short_with_links_to_them(desk, session):
    assessment = confirmed(session, a_user(session), a_consultant(session))

    page = desk.get(home(assessment)).text

    for kind in ("self", "onsite"):
        assert f"/assessments/{assessment.id}/result/{kind}" in page
    assert "必备条件" in page
    assert "提交自评" in page


def test_a_draft_and_an_assessment_that_is_not_there_answer_alike(desk, session):
    draft = filled(session, a_user(session))

    answers = [desk.get(f"/bureau/assessments/{n}") for n in (draft.id, 999999)]
    posts = [
        desk.post(f"/bureau/assessments/{n}/{step}", data={"csrf_token": desk.token})
        for n in (draft.id, 999999)
        for step in ("assign", "return", "reopen", "admit", "propose")
    ]

    assert {answer.status_code for answer in answers + posts} == {404}
    numbers = [answer.headers["X-Request-ID"] for answer in answers]
    bodies = {a.text.replace(n, "") for a, n in zip(answers, numbers, strict=True)}
    assert len(bodies) == 1


def test_where_mail_is_configured_a_planned_visit_is_mailed_and_both_pages_say_so(
    app, desk, session
):
    app.config["SURVEY"] = replace(app.config["SURVEY"], mail_url="smtp://127.0.0.1:9")
    firm = a_firm(session, "有邮箱的厂（虚构）", contact_mail="firm@example.com")
    assessment, consultant = handed_in(session, a_user(session, firm=firm)), a_consultant(session)
    day = Step(session, TESTER, moment()).today + timedelta(days=3)
    assert "给企业的邮件" not in desk.get(home(assessment)).text

    press(desk, home(assessment), "assign", consultant=consultant.id, planned_on=day.isoformat())

    page = desk.get(home(assessment)).text
    assert "给企业的邮件“现场诊断安排”：" in page
    assert "等待发送" in page
    mails = desk.get(f"/bureau/rounds/{assessment.round_id}/mails").text
    assert "现场诊断安排" in mails
    assert "firm@example.com" in mails


def test_an_officer_sends_a_consultant_and_may_send_another(desk, session):
    first, second = a_consultant(session), a_consultant(session)
    assessment = handed_in(session, a_user(session))

    press(desk, home(assessment), "assign", consultant=first.id)
    press(desk, home(assessment), "assign", consultant=first.id)
    press(desk, home(assessment), "assign", consultant=second.id)

    kept = again(session, assessment)
    assert (kept.state, kept.consultant_id) == (AssessmentState.VISITING, second.id)
    assert len(logged(session, "assign")) == 2


def test_only_an_active_consultant_can_be_sent(desk, session):
    others = [
        a_user(session, Role.OFFICER),
        a_consultant(session, active=False),
        a_user(session),
    ]
    assessment = handed_in(session, a_user(session))

    for user in others:
        answer = press(desk, home(assessment), "assign", consultant=user.id)
        assert answer.status_code == 422
    assert press(desk, home(assessment), "assign", consultant="").status_code == 422

    assert again(session, assessment).state == AssessmentState.SUBMITTED


def test_a_sheet_goes_back_to_the_firm_with_the_reason_and_nothing_is_decided_on_it_meanwhile(
    desk, session
):
    assessment = handed_in(session, a_user(session))

    answer = press(desk, home(assessment), "return", reason=REASON)

    assert answer.status_code == 302
    kept = again(session, assessment)
    assert (kept.state, kept.return_reason) == (AssessmentState.DRAFT, REASON)
    assert [row.reason for row in logged(session, "return")] == [REASON]
    assert REASON in desk.get(home(assessment)).text
    for step in ("assign", "admit", "propose", "reopen"):
        assert f"{home(assessment)}/{step}" not in desk.get(home(assessment)).text
        data = {"csrf_token": desk.token, "reason": REASON}
        assert desk.post(f"{home(assessment)}/{step}", data=data).status_code == 409


def test_the_page_says_whose_turn_it_is_and_has_the_message_for_them(app, desk, session):
    user, consultant = a_user(session), a_consultant(session)
    assessment = handed_in(session, user)
    page, base = home(assessment), app.config["SURVEY"].base_url
    firm = session.get(Firm, user.firm_id).name
    soon = moment().astimezone(LOCAL).date() + timedelta(days=3)
    session.rollback()

    def turn():
        return desk.get(page).text.split('id="hands"')[1].split("</section>")[0]

    assert "主管部门</strong>：请指派诊断顾问" in turn()
    press(desk, page, "assign", consultant=consultant.id, planned_on=soon)
    sent = turn()
    assert f"{consultant.name}</strong>：正在现场诊断" in sent
    assert f"\n{base}/visits/{assessment.id}</textarea>" in sent  # to the consultant
    assert f"\n{base}/firm/</textarea>" in sent
    assert f"{day(soon)}到贵企业" in sent
    press(desk, page, "return", reason=REASON)
    back = turn()
    assert f"{firm}</strong>：正在补充" in back
    assert REASON.rstrip("。") in back
    assert f"\n{base}/firm/assessments/{assessment.id}/</textarea>" in back


def test_after_a_visit_it_is_the_firms_turn_until_it_has_said_something(app, desk, session):
    user, consultant = a_user(session, owner=True), a_consultant(session)
    assessment = confirmed(session, user, consultant)
    firm = signed_in(app, session, user)

    assert "签认或提出异议" in desk.get(home(assessment)).text
    page = f"/assessments/{assessment.id}/confirmation"
    said = {"word": "objected", "name": "王五", "says": "第 3 题看错了", "version": "1"}
    firm.get(page)
    assert firm.submit(f"{page}/word", said).status_code == 302

    assert "企业对核定有异议，请处理" in desk.get(home(assessment)).text


def test_a_withdrawn_report_is_opened_by_the_bureau_alone_and_the_firm_reads_why(
    app, desk, session, settings
):
    user = a_user(session)
    assessment = handed_in(session, user)
    report = an_issued_report(session, settings, assessment, user)
    firm, result = signed_in(app, session, user), f"/assessments/{assessment.id}/result/self"
    assert "下载 PDF" in firm.get(result).text
    desk.get(home(assessment))

    for refused in ("", "长" * 501):
        answer = desk.submit(f"/bureau/reports/{report.id}/withdraw", {"reason": refused})
        assert answer.status_code == 422
    done = desk.submit(f"/bureau/reports/{report.id}/withdraw", {"reason": "<b>封面</b>有误。"})
    twice = desk.submit(f"/bureau/reports/{report.id}/withdraw", {"reason": "再撤一次"})

    assert (done.status_code, twice.status_code) == (302, 409)
    seen = firm.get(result).text
    assert f"报告 {report.number} 已撤销" in seen
    assert "&lt;b&gt;封面&lt;/b&gt;有误。" in seen
    assert "下载 PDF" not in seen
    assert "重新生成 PDF 报告" in seen
    refused = firm.get(f"/reports/{report.id}.pdf")
    assert refused.status_code == 410
    assert "已撤销" in refused.text
    assert desk.get(f"/reports/{report.id}.pdf").status_code == 200
    page = desk.get(home(assessment)).text
    assert "撤销理由：&lt;b&gt;封面&lt;/b&gt;有误。" in page
    assert "撤销报告" in desk.get("/bureau/audit").text
    assert "有效 → 已撤销" in desk.get("/bureau/audit").text


def test_pressing_return_twice_is_no_fault(desk, session):
    assessment = handed_in(session, a_user(session))
    press(desk, home(assessment), "return", reason=REASON)

    answer = desk.post(
        f"{home(assessment)}/return", data={"csrf_token": desk.token, "reason": REASON}
    )

    assert answer.status_code == 302
    assert len(logged(session, "return")) == 1


def test_a_confirmed_assessment_is_reopened_with_a_reason(desk, session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    assert press(desk, home(assessment), "reopen", reason=" ").status_code == 422
    assert again(session, assessment).state == AssessmentState.CONFIRMED

    press(desk, home(assessment), "reopen", reason=REASON)

    assert again(session, assessment).state == AssessmentState.VISITING


def test_a_step_the_state_does_not_allow_is_refused_with_what_was_typed(desk, session):
    assessment = visited(session, a_user(session), a_consultant(session))

    answer = desk.post(
        f"{home(assessment)}/reopen", data={"csrf_token": desk.token, "reason": REFUSED}
    )

    assert answer.status_code == 409
    assert "正在现场诊断" in answer.text


@pytest.mark.parametrize("step", ["return", "admit", "propose"])
@pytest.mark.parametrize("reason", ["", "长" * 501])
def test_without_a_good_reason_nothing_happens_and_nothing_typed_is_lost(
    desk, session, step, reason
):
    assessment = handed_in(session, a_user(session))

    answer = press(desk, home(assessment), step, reason=reason, target_rung="factory")

    assert answer.status_code == 422
    assert "理由" in answer.text
    assert reason in answer.text
    if step != "return":
        assert '<option selected value="factory">' in answer.text
    assert again(session, assessment).state == AssessmentState.SUBMITTED
    assert session.scalar(select(func.count()).select_from(PoolEntry)) == 0


def test_fields_that_are_no_part_of_a_step_change_nothing(desk, session):
    assessment = handed_in(session, a_user(session))
    extra = {
        "state": AssessmentState.CONFIRMED,
        "share": "1",
        "firm_id": 7,
        "role": "administrator",
    }

    press(desk, home(assessment), "admit", extra, target_rung="line", reason=REASON, sure="y")

    assert again(session, assessment).state == AssessmentState.SUBMITTED
    assert entry_of(session).firm_id == assessment.firm_id


# --- the pool --------------------------------------------------------------------------------------


def test_one_firm_climbs_from_its_assessment_to_its_recognition(desk, session):
    assessment = confirmed(session, a_user(session), a_consultant(session))

    entry = in_pool(desk, session, assessment)
    press(desk, entry, "target", target_rung="factory", reason=REASON)
    press(
        desk,
        entry,
        "recognise",
        rung="factory",
        document="虚构经信〔2026〕1 号",
        recognised_on="2026-01-15",
        sure="y",
    )

    assert entry_of(session).state == PoolState.RECOGNISED
    page = desk.get(entry).text
    assert "虚构经信〔2026〕1 号，2026-01-15" in page
    for words in ("入库", "调高目标", "登记认定"):
        assert f"<strong>{words}</strong>" in page
    press(desk, entry, "withdraw", reason="企业搬迁。")
    assert entry_of(session).state == PoolState.WITHDRAWN


def test_pressing_admit_twice_admits_once_and_shows_the_entry(desk, session):
    assessment = handed_in(session, a_user(session))
    data = {"target_rung": "line", "reason": REASON, "version": "0", "sure": "y"}
    desk.get(home(assessment))

    answers = [
        desk.post(f"{home(assessment)}/admit", data=data | {"csrf_token": desk.token})
        for _press in range(2)
    ]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(logged(session, "admit")) == 1


def test_a_decision_on_what_has_changed_is_shown_the_new_state_and_keeps_what_was_typed(
    desk, session
):
    entry = in_pool(desk, session, handed_in(session, a_user(session)))
    press(desk, entry, "target", target_rung="factory", reason=REASON)

    answer = press(desk, entry, "target", version="1", target_rung="future", reason=REFUSED)

    assert answer.status_code == 409
    assert REFUSED in answer.text
    assert "刚刚被其他人更改" in answer.text
    assert entry_of(session).target_rung == "factory"
    again_sent = desk.submit(f"{entry}/target", {"target_rung": "future", "reason": REFUSED})
    assert again_sent.status_code == 302
    assert entry_of(session).target_rung == "future"


@pytest.mark.parametrize("version", ["", "abc", "-1", "1.0", "１", "99999999999999999999"])
def test_a_version_no_page_ever_showed_is_a_malformed_request(desk, session, version):
    entry = in_pool(desk, session, handed_in(session, a_user(session)))

    answer = press(desk, entry, "withdraw", version=version, reason=REASON)

    assert answer.status_code == 400
    assert entry_of(session).state == PoolState.IN_POOL


@pytest.mark.parametrize(
    "field, given",
    [
        ("文号", {"document": ""}),
        ("文号", {"document": "号" * 101}),
        ("认定日期", {"recognised_on": ""}),
        ("认定日期", {"recognised_on": "2026-02-30"}),
        ("认定日期", {"recognised_on": "1999-12-31"}),
        ("认定日期", {"recognised_on": "2999-01-01"}),
        ("认定等级", {"rung": "moon"}),
    ],
)
def test_a_recognition_names_the_field_that_is_wrong(desk, session, field, given):
    entry = in_pool(desk, session, handed_in(session, a_user(session)))
    good = {
        "rung": "workshop",
        "document": "虚构〔2026〕1 号",
        "recognised_on": "2026-01-15",
        "sure": "y",
    }

    answer = press(desk, entry, "recognise", good | given)

    assert answer.status_code == 422
    faults = answer.text.split("form-errors__list")[1].split("</ul>")[0]
    assert field in faults
    assert session.scalar(select(func.count()).select_from(Recognition)) == 0


def test_a_second_document_for_one_rung_is_a_conflict_that_names_the_first(desk, session):
    entry = in_pool(desk, session, handed_in(session, a_user(session)))
    fact = {
        "rung": "workshop",
        "document": "虚构〔2026〕1 号",
        "recognised_on": "2026-01-15",
        "sure": "y",
    }
    press(desk, entry, "recognise", fact)

    answer = press(desk, entry, "recognise", fact | {"document": "虚构〔2026〕2 号"})

    assert answer.status_code == 409
    assert "已登记认定：虚构〔2026〕1 号" in answer.text


def test_an_entry_that_is_not_there_is_not_found(desk):
    assert desk.get("/bureau/pool/999").status_code == 404
    for step in ("admit", "target", "withdraw", "recognise"):
        data = {"csrf_token": desk.token, "reason": REASON, "version": "1"}
        assert desk.post(f"/bureau/pool/999/{step}", data=data).status_code == 404


def test_nobody_else_takes_the_bureaus_steps(app, session):
    assessment = handed_in(session, owner := a_user(session))
    for user in (owner, a_consultant(session)):
        client = at_desk(app, session, user)
        for step in ("assign", "return", "reopen", "admit", "propose"):
            data = {"csrf_token": client.token, "reason": REASON, "target_rung": "line"}
            answer = client.post(f"{home(assessment)}/{step}", data=data)
            assert answer.status_code == 403

    assert again(session, assessment).state == AssessmentState.SUBMITTED
    assert session.scalar(select(Assessment.consultant_id)) is None


def test_taking_an_unverified_firm_in_asks_once_more_and_keeps_what_was_typed(desk, session):
    assessment = handed_in(session, a_user(session))

    asked = press(desk, home(assessment), "admit", target_rung="workshop", reason=REASON)

    assert asked.status_code == 409
    assert "还没有经过现场核定" in asked.text
    assert REASON in asked.text
    assert session.scalar(select(func.count()).select_from(PoolEntry)) == 0
    taken = desk.submit(
        f"{home(assessment)}/admit", {"target_rung": "workshop", "reason": REASON, "sure": "y"}
    )
    assert taken.status_code == 302


def test_a_recognition_is_corrected_given_its_paper_and_revoked_on_its_page(desk, session):
    entry = in_pool(desk, session, confirmed(session, a_user(session), a_consultant(session)))
    fact = {"rung": "line", "document": "虚构〔2025〕1 号", "recognised_on": "2026-01-15"}
    doubted = press(desk, entry, "recognise", fact)
    assert doubted.status_code == 409
    assert "年份" in doubted.text
    assert press(desk, entry, "recognise", fact | {"sure": "y"}).status_code == 302
    first = session.scalars(select(Recognition.id)).one()
    at = "/bureau/pool/recognitions"

    desk.get(entry)
    corrected = desk.submit(
        f"{at}/{first}/correct", {"document": "虚构〔2026〕1 号", "reason": "年份写错。"}
    )
    assert corrected.status_code == 302
    second = session.scalars(select(Recognition.id).where(Recognition.id != first)).one()
    page = desk.get(entry)
    assert "已更正" in page.text
    kept = desk.post(
        f"{at}/{second}/paper",
        data={"csrf_token": desk.token, "paper": (io.BytesIO(a_pdf()), "认定文件.pdf")},
    )
    assert kept.status_code == 302
    assert "认定文件.pdf" in desk.get(entry).text
    paper = session.scalars(select(Paper.id)).one()
    assert desk.get(f"/bureau/papers/{paper}").data.startswith(b"%PDF-")
    desk.get(entry)
    assert desk.submit(f"{at}/{second}/revoke", {"reason": ""}).status_code == 422
    assert desk.submit(f"{at}/{second}/revoke", {"reason": "公示撤销。"}).status_code == 302
    assert entry_of(session).state == PoolState.IN_POOL


def test_a_paper_must_be_a_file_we_can_tell(desk, session):
    entry = in_pool(desk, session, confirmed(session, a_user(session), a_consultant(session)))
    fact = {"rung": "line", "document": "虚构〔2026〕1 号", "recognised_on": "2026-01-15"}
    press(desk, entry, "recognise", fact)
    address = f"/bureau/pool/recognitions/{session.scalars(select(Recognition.id)).one()}/paper"

    def put(content, name):
        data = {"csrf_token": desk.token, "paper": (io.BytesIO(content), name)}
        return desk.post(address, data=data).status_code

    assert put(b"MZ" + bytes(100), "认定.pdf") == 415
    assert put(b"<html>", "认定.html") == 415
    assert desk.post(address, data={"csrf_token": desk.token}).status_code == 422
    assert session.scalar(select(func.count()).select_from(Paper)) == 0
