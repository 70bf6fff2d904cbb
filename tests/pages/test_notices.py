"""The calendar of applications: an officer's pages and a firm's, and that both say the same."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from reports.notices import Kind, Own
from survey.lifecycle import candidates, notice_reminders
from survey.lifecycle.step import Step
from survey.tables import (
    Candidate,
    CandidateState,
    Firm,
    Notice,
    NoticeState,
    ProjectState,
    Role,
)
from tests.support.bureau import a_district, an_assessment, at_desk, counting, rows_of
from tests.support.files import a_pdf
from tests.support.notices import BY, a_notice, judged, published
from tests.support.people import (
    TESTER,
    a_firm,
    a_round,
    a_user,
    filled,
    handed_in,
    moment,
    signed_in,
)
from tests.support.projects import a_project
from tests.support.templates import a_workbook

NEW = "/bureau/notices/new"


@pytest.fixture
def desk(app, session):
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


def step(session):
    return Step(session, TESTER, moment())


def only(session):
    session.expire_all()
    return session.scalars(select(Notice)).one()


def shown(notice, more=""):
    return f"/bureau/notices/{notice.id}{more}"


SAID = {
    "title": "虚构数字化车间征集",
    "issuer": "虚构省厅",
    "level": "province",
    "source": "inferred",
    "rung": "workshop",
    "trades": ["valve"],
    "asked": ["2025.workshop.credit", "2025.workshop.investment"],
    "papers": "申报书\n自评报告\n",
    "district_by": BY.isoformat(),
}


# --- the officer ------------------------------------------------------------------------------------


def test_a_notice_is_written_published_and_seen_by_the_firms_it_is_for(app, session, desk):
    valve, bearing = a_user(session), a_user(session, firm=a_bearing(session))
    desk.get(NEW)
    assert desk.submit(NEW, SAID).status_code == 302
    notice = only(session)
    assert (notice.year, notice.papers) == (moment().year, ["申报书", "自评报告"])
    desk.get(shown(notice))
    desk.submit(
        shown(notice, "/conditions/figure"),
        {"text": "收入够", "figure": "revenue", "sign": "at_least", "value": "２０００"},
    )
    assert only(session).own[0]["value"] == "2000"

    desk.get(shown(notice))
    assert signed_in(app, session, valve).get("/firm/notices").text.count(SAID["title"]) == 0
    assert desk.submit(shown(notice, "/publish")).status_code == 302
    judged(session, notice)

    assert "按往年推算，参考值" in desk.get("/bureau/notices").text
    firm = signed_in(app, session, valve)
    assert SAID["title"] in firm.get("/firm/notices").text
    page = firm.get(f"/firm/notices/{notice.id}").text
    assert "上年营业收入不低于 2000 万元" in page
    assert "申报书" in page
    other = signed_in(app, session, bearing)
    assert SAID["title"] not in other.get("/firm/notices").text
    assert other.get(f"/firm/notices/{notice.id}").status_code == 404


def a_bearing(session):
    return a_firm(session, "虚构轴承厂", trade="bearing")


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"title": ""}, "请填写通知名称"),
        ({"platform": "javascript:alert(1)"}, "平台网址要以 http:// 或 https:// 开头"),
        ({"firms_by": "2027-01-01"}, "区级初审截止不能早于前面的截止日期"),
        ({"asked": ["2025.workshop.none"]}, "这个年版没有的"),
        ({"district_by": "明天"}, "看不懂这个日期"),
        ({"trades": ["wood"]}, "请从列出的里面选"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_kept(session, desk, wrong, words):
    desk.get(NEW)

    answer = desk.submit(NEW, SAID | wrong)

    assert answer.status_code == 422
    assert words in answer.text
    assert SAID["issuer"] in answer.text  # what was typed is still there
    assert session.scalar(select(Notice.id)) is None


def test_of_two_officers_the_later_one_is_told(session, desk):
    notice = published(session, a_notice(session))
    desk.get(shown(notice, "/edit"))
    first = desk.page
    assert desk.submit("", {"number": "第一份"}).status_code == 302

    desk.page = first
    late = desk.submit(shown(notice, "/edit"), {"number": "第二份"})

    assert late.status_code == 409
    assert only(session).number == "第一份"
    assert "改动以前" in desk.get(shown(notice)).text


def test_a_file_beside_a_notice_reaches_the_firms_it_is_for(app, session, desk):
    user = a_user(session)
    notice = published(session, a_notice(session))
    desk.get(shown(notice))
    content = a_pdf("虚构通知原文")
    assert (
        desk.submit(shown(notice, "/files"), {"file": (BytesIO(content), "通知.pdf")}).status_code
        == 302
    )

    firm = signed_in(app, session, user)
    page = firm.get(f"/firm/notices/{notice.id}")
    where = re.search(rf"/firm/notices/{notice.id}/files/\d+", page.text)[0]
    assert firm.get(where).data == content
    foreign = signed_in(app, session, a_user(session, firm=a_bearing(session)))
    withdrawn = desk.get(shown(notice)) and desk.submit(
        shown(notice, "/withdraw"), {"reason": "发错了"}
    )
    assert withdrawn.status_code == 302
    assert firm.get(where).status_code == foreign.get(where).status_code == 404


def test_the_list_the_workbook_and_the_firms_own_page_say_the_same(app, session, desk):
    users = [a_user(session) for _ in range(3)]
    handed_in(session, users[0], level=2)
    own = [Own("", Kind.FIGURE, "收入够", figure="revenue", sign="at_least", value="2000")]
    notice = published(session, a_notice(session, own=own))
    listed = f"/bureau/notices/firms?notice={notice.id}&columns=all"

    sheet = rows_of(desk.get(listed.replace("firms?", "firms.xlsx?")))

    heads = next(row for row in sheet if "企业名称" in row)
    lines = {row[heads.index("统一社会信用代码")]: row for row in sheet[sheet.index(heads) + 1 :]}
    page = desk.get(listed).text
    for user in users:
        kept = session.get(Candidate, (notice.id, user.firm_id))
        counted = f"{kept.unclear} 项待定"
        line = lines[code_of(session, user)]
        assert counted in line[heads.index("条件")]
        assert counted in page
        firm = signed_in(app, session, user)
        assert counted in firm.get(f"/firm/notices/{notice.id}").text
        assert counted in desk.get(shown(notice, f"/firms/{user.firm_id}")).text


def code_of(session, user):
    return session.get(Firm, user.firm_id).code


def test_the_list_narrows_by_what_is_missing_and_refuses_what_it_does_not_know(session, desk):
    a_user(session)
    own = [Own("", Kind.POOL, "已在库", pools=("in_pool",))]
    notice = published(session, a_notice(session, own=own, asked=()))
    listed = f"/bureau/notices/firms?notice={notice.id}"

    assert "共 1 家企业" in desk.get(f"{listed}&outcome=one_short").text
    assert "没有找到企业" in desk.get(f"{listed}&outcome=ready").text
    assert desk.get(f"{listed}&outcome=password").status_code == 400
    assert desk.get("/bureau/notices/firms?notice=999999").status_code == 404
    assert desk.get("/bureau/notices/firms?notice=x").status_code == 400


def test_the_list_of_a_notice_costs_the_same_however_long_it_is(session, desk, engine):
    round_ = a_round(session)
    an_assessment(session, round_, "首厂（虚构）")
    notice = published(session, a_notice(session))
    address = f"/bureau/notices/firms?notice={notice.id}"
    few = asked(engine, desk, address)
    for number in range(12):
        an_assessment(session, round_, f"{number} 厂（虚构）")
    again = published(session, a_notice(session))

    many = asked(engine, desk, f"/bureau/notices/firms?notice={again.id}")

    assert len(many) == len(few) <= 14, many


def asked(engine, desk, address):
    desk.get(address)
    with counting(engine) as sent:
        assert desk.get(address).status_code == 200
    return [one for one in sent if not one.startswith("BEGIN")]


# --- the firm ---------------------------------------------------------------------------------------


def test_a_firm_is_led_to_the_question_a_condition_lacks(app, session):
    user = a_user(session)
    assessment = filled(session, user)
    notice = published(session, a_notice(session))

    page = signed_in(app, session, user).get(f"/firm/notices/{notice.id}").text

    assert "没有资料" in page
    assert f"/firm/assessments/{assessment.id}/sections/" in page
    assert "#question-credit_grade" in page


def test_a_firm_says_whether_it_applies_and_why_not(app, session):
    user = a_user(session)
    notice = published(session, a_notice(session))
    firm = signed_in(app, session, user)
    where = f"/firm/notices/{notice.id}"

    firm.get(where)
    silent = firm.submit(f"{where}/intention", {"say": "decline", "reason": " "})
    assert (silent.status_code, kept(session, notice, user).state) == (422, CandidateState.OPEN)
    firm.get(where)
    firm.submit(f"{where}/intention", {"say": "intend"})
    assert kept(session, notice, user).state == CandidateState.INTENDED
    stale = {"say": "decline", "reason": "没有项目", "version": "1"}
    firm.get(where)
    assert firm.submit(f"{where}/intention", stale).status_code == 409
    firm.get(where)
    firm.submit(f"{where}/intention", {"say": "decline", "reason": "没有项目"})
    assert kept(session, notice, user).reason == "没有项目"


def kept(session, notice, user):
    session.expire_all()
    return session.get(Candidate, (notice.id, user.firm_id))


def test_an_ended_notice_is_still_read_by_who_applied_and_by_nobody_else(app, session):
    applied, other = a_user(session), a_user(session)
    notice = published(session, a_notice(session))
    candidates.intend(step(session), notice.id, applied.firm_id, base_version=1)
    notice.state = NoticeState.ENDED
    session.commit()

    where = f"/firm/notices/{notice.id}"
    assert signed_in(app, session, applied).get(where).status_code == 200
    assert signed_in(app, session, other).get(where).status_code == 404


# --- the recommendation -------------------------------------------------------------------------------


def test_firms_are_arranged_recommended_and_sent_upward_in_the_bureaus_own_form(session, desk):
    users = [a_user(session) for _ in range(2)]
    notice = published(session, a_notice(session))
    for user in users:
        candidates.intend(step(session), notice.id, user.firm_id, base_version=1)
    first, second = (user.firm_id for user in users)
    work = a_project(session, second, ProjectState.CONTRACTED)
    assert "排推荐名次" in desk.get(shown(notice, f"/firms/{first}")).text
    page = shown(notice, "/recommendation")
    assert f"登记过的改造项目：{work.title}，一次性投入合计 24.5 万元" in desk.get(page).text
    twice = {f"place-{first}": "1", f"place-{second}": "1"}
    wrong = desk.submit(page, twice | {f"investment-{first}": "很多"})
    assert wrong.status_code == 422
    assert "请填以万元计的数" in wrong.text
    assert "都排第 1" in wrong.text

    desk.get(page)
    good = {f"place-{first}": "2", f"place-{second}": "1", f"investment-{second}": "1200.5"}
    assert desk.submit(page, good).status_code == 302
    desk.get(page)
    refused = desk.submit(shown(notice, "/recommend"), {"decided_on": "2026-11-20"})
    assert refused.status_code == 422
    desk.get(page)
    done = {"document": "虚构纪要〔2026〕5 号", "decided_on": "2026-11-20"}
    assert desk.submit(shown(notice, "/recommend"), done).status_code == 302

    assert kept(session, notice, users[0]).state == CandidateState.RECOMMENDED
    sheet = rows_of(desk.get(shown(notice, "/recommendation.xlsx")))
    heads = next(row for row in sheet if "企业名称" in row)
    lines = sheet[sheet.index(heads) + 1 :][:2]
    assert [line[heads.index("统一社会信用代码")] for line in lines] == [
        code_of(session, user) for user in reversed(users)
    ]
    assert lines[0][heads.index("总投资（万元）")] == 1200.5
    _fill(desk, notice)


def _fill(desk, notice):
    templates = "/bureau/assessments/templates"
    desk.get(templates)
    file = (BytesIO(a_workbook("序号", "企业名称", "总投资", "推荐依据")), "汇总.xlsx")
    desk.submit(templates, {"title": "汇总表", "listed": "recommendation", "template": file})
    page = desk.get(shown(notice, "/recommendation")).text
    where = re.search(r"/bureau/assessments/templates/\d+\?notice=\d+", page)[0]

    made = load_workbook(BytesIO(desk.get(where).data)).active

    assert [made.cell(2, at).value for at in (1, 3, 4)] == [1, 1200.5, "虚构纪要〔2026〕5 号"]
    assert made.cell(3, 1).value == 2


def test_what_passed_waits_to_be_recorded_by_the_step_that_stands(session, desk):
    user = a_user(session)
    notice = published(session, a_notice(session))
    candidates.intend(step(session), notice.id, user.firm_id, base_version=1)
    row = session.get(Candidate, (notice.id, user.firm_id))
    row.state, row.place = CandidateState.RECOMMENDED, 1
    session.commit()
    page = shown(notice, f"/firms/{user.firm_id}")

    desk.get(page)
    assert desk.submit(f"{page}/pass").status_code == 302

    assert "还没有登记认定" in desk.get(page).text
    assert "评定已通过，待按文件登记认定" in desk.get("/bureau/").text


def test_reminders_of_a_notice_wait_for_the_officer_and_stand_on_the_firms_first_page(
    app, session, desk
):
    user = a_user(session)
    today = step(session).today
    notice = published(
        session, a_notice(session, by=today + timedelta(days=7), upward_by=None, year=today.year)
    )
    with step(session).writing():
        assert notice_reminders.remind_due(step(session), by_mail=False)["applicants"] == 1

    assert "申报快到区级初审截止，待转达企业" in desk.get("/bureau/").text
    assert "申报快截止了" in signed_in(app, session, user).get("/firm/").text
    desk.get(shown(notice))
    assert desk.submit(shown(notice, "/passed-on")).status_code == 302
    assert "申报快到区级初审截止，待转达企业" not in desk.get("/bureau/").text
