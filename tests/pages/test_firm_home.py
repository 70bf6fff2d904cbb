"""The firm's own pages around its questionnaire: arriving, its profile, handing in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from questionnaires.progress import progress
from survey import db
from survey.library import questionnaire_of
from survey.lifecycle import assessments as steps
from survey.lifecycle import pool, recognitions
from survey.lifecycle.recognitions import Award
from survey.lifecycle.step import Actor, Step
from survey.store import settings
from survey.tables import AnswerRow, Assessment, AuditEntry, Firm, Role, SheetRow
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_round,
    a_user,
    begun,
    confirmed,
    filled,
    handed_in,
    moment,
    signed_in,
)

PROFILE = {
    "lacking-machining": "零件全部外购",
    "lacking-pressure_testing": "委托外厂试压",
    "size": "medium",
    "above_scale": "yes",
    "employees": "１２０",
    "revenue": " 12000 ",
    "contact_name": "虚构联系人",
    "contact_phone": "000-0000",
}


@pytest.fixture
def person(session):
    return loose(session, a_user(session, name="王小明"))


@pytest.fixture
def firm(app, session, person):
    return signed_in(app, session, person)


def loose(session, row):
    """A row that is only read from now on: an attached one would open a transaction to do so."""
    session.refresh(row)
    session.expunge_all()
    session.rollback()
    return row


def the(session, table, **where):
    session.expunge_all()
    session.rollback()
    found = session.scalars(select(table).filter_by(**where)).all()
    session.expunge_all()
    session.rollback()
    return found[0] if len(found) == 1 else found


# --- arriving -------------------------------------------------------------------------------------


def test_an_open_round_calls_and_a_closed_one_does_not(session, firm):
    a_round(session, title="开着的一轮")
    a_round(session, title="关了的一轮", closes_on=date(2020, 2, 1))
    a_round(session, title="还没开的一轮", opens_on=date(2099, 1, 1))

    shown = firm.get("/firm/").text

    assert "开着的一轮已开放" in shown
    assert "关了的一轮" not in shown
    assert "还没开的一轮" not in shown


def test_beginning_twice_is_beginning_once_and_the_profile_comes_first(session, firm):
    number = a_round(session).id
    session.rollback()
    firm.get("/firm/")

    first = firm.submit(f"/firm/rounds/{number}/begin")
    again = firm.post(f"/firm/rounds/{number}/begin", data={"csrf_token": firm.token})

    assert first.location == again.location
    assert first.location.endswith("/profile")
    assert isinstance(the(session, Assessment), Assessment)


def test_a_returned_sheet_says_why(app, session, person):
    assessment = handed_in(session, person)
    steps.return_to_firm(
        Step(session, TESTER, moment()), assessment.id, reason="请补充 <试压> 记录"
    )
    number = assessment.id
    firm = signed_in(app, session, person)

    for address in ("/firm/", f"/firm/assessments/{number}/"):
        shown = firm.get(address).text
        assert "退回" in shown
        assert "请补充 &lt;试压&gt; 记录" in shown


def test_results_are_one_step_away_once_there_are_any(app, session, person):
    assessment = confirmed(session, person, a_consultant(session))
    number = assessment.id
    firm = signed_in(app, session, person)

    shown = firm.get("/firm/").text

    assert f"/assessments/{number}/" in shown
    assert "现场诊断等级" in shown
    assert "查看结果与报告" in shown


def test_a_visit_that_was_opened_again_is_told_with_the_way_to_what_was_confirmed(
    app, session, person
):
    assessment = confirmed(session, person, a_consultant(session))
    client = signed_in(app, session, person)
    assert "已重新打开" not in client.get("/firm/").text
    steps.reopen(Step(session, TESTER, moment()), assessment.id, reason="再看一次。")

    page = client.get("/firm/").text

    assert "现场诊断已重新打开" in page
    assert f"/assessments/{assessment.id}/result/onsite" in page
    assert client.get(f"/assessments/{assessment.id}/result/onsite").status_code == 302


def test_the_overview_shows_bounds_and_never_a_rung_while_it_is_filled(app, session, person):
    number = begun(session, session.get(Firm, person.firm_id)).id
    firm = signed_in(app, session, person)

    empty = firm.get(f"/firm/assessments/{number}/").text
    firm.send(
        f"/firm/assessments/{number}/answers",
        {"question": "design_tools", "request_id": "t.1", "base_revision": 0, "value": 4},
    )
    begun_ = firm.get(f"/firm/assessments/{number}/").text

    assert '0%</span> – <span class="number">100%' in empty
    assert "还没有填写" in empty
    assert "最近保存：王小明" in begun_
    assert "还差 3 题" in begun_
    assert "rung-badge" not in begun_


# --- the profile ----------------------------------------------------------------------------------


def test_the_profile_is_prefilled_and_kept_as_it_was_meant(app, session):
    settings.keep(session, settings.District(townships=("碧湖镇",), parks=("开发区",)))
    session.commit()
    own = a_firm(session, products="球阀")
    assessment = begun(session, own)
    number, firm_id = assessment.id, own.id
    firm = signed_in(app, session, a_user(session, firm=own))
    session.rollback()
    assert "球阀" in firm.get(f"/firm/assessments/{number}/profile").text

    response = firm.submit(
        "",
        PROFILE | {"township": "碧湖镇", "park": "开发区", "processes": ["casting", "assembly"]},
    )

    assert response.location == f"/firm/assessments/{number}/sections/design"
    kept = the(session, Firm, id=firm_id)
    assert (kept.size, kept.above_scale, kept.employees, kept.revenue) == (
        "medium",
        True,
        120,
        12000,
    )
    assert (kept.township, kept.park, kept.products) == ("碧湖镇", "开发区", "球阀")
    sheet = the(session, SheetRow, assessment_id=number)
    assert kept.processes == sheet.processes == ["assembly", "casting"]
    reasons = {"machining": "零件全部外购", "pressure_testing": "委托外厂试压"}
    assert kept.lacking == sheet.lacking == reasons
    assert the(session, AuditEntry, action="profile").firm_id == firm_id


def test_a_sheet_already_begun_is_entered_by_its_overview_and_its_reader_is_the_contact(
    app, session
):
    own = a_firm(session, contact_name=None)
    person = a_user(session, firm=own, name="虚构厂长")
    number = filled(session, person).id
    firm = signed_in(app, session, person)
    session.rollback()
    assert 'value="虚构厂长"' in firm.get(f"/firm/assessments/{number}/profile").text

    response = firm.submit("", PROFILE | {"processes": ["casting", "assembly"]})

    assert response.location == f"/firm/assessments/{number}/"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"employees": "1,200"}, "整数"),
        ({"employees": "١٢"}, "整数"),
        ({"employees": "²"}, "整数"),
        ({"employees": "1_000"}, "整数"),
        ({"employees": "-5"}, "整数"),
        ({"employees": "120.5"}, "整数"),
        ({"employees": "9999999"}, "1000000"),
        ({"revenue": "999999999"}, "100000000"),
        ({"size": "giant"}, "企业规模：请从列出的选项中选择"),
        ({"above_scale": "maybe"}, "是否规模以上工业企业：请从列出的选项中选择"),
        ({"township": "别处"}, "请从列出的选项中选择"),
        ({"processes": ["no_such_process"]}, "没有这些工序"),
        ({"processes": []}, "至少勾选一项"),
        ({"processes": ["assembly"], "lacking-machining": " "}, "没有勾选“零件机加工"),
        ({"contact_name": ""}, "联系人"),
        ({"contact_phone": "9" * 41}, "最多 40 字"),
        ({"trade": "bearing"}, "行业"),
        ({"trade": "no_such_trade"}, "行业"),
    ],
)
def test_a_bad_profile_is_refused_beside_its_field_with_all_that_was_typed(
    app, session, typed, said
):
    own = a_firm(session)
    number, firm_id = begun(session, own).id, own.id
    firm = signed_in(app, session, a_user(session, firm=own))
    session.rollback()
    firm.get(f"/firm/assessments/{number}/profile")

    response = firm.submit("", PROFILE | {"address": "没有丢的地址"} | typed)

    assert response.status_code == 422
    assert said in response.text
    assert "没有丢的地址" in response.text
    assert the(session, Firm, id=firm_id).address is None


def test_a_colleagues_change_of_the_profile_is_not_run_over(app, session):
    own = a_firm(session)
    number, firm_id = begun(session, own).id, own.id
    one, two = (signed_in(app, session, a_user(session, firm=own)) for _ in range(2))
    session.rollback()
    for client in (one, two):
        client.get(f"/firm/assessments/{number}/profile")

    assert one.submit("", PROFILE | {"address": "先改的地址"}).status_code == 302
    late = two.submit("", PROFILE | {"address": "后改的地址"})

    assert late.status_code == 409
    assert "先改的地址" in late.text
    assert "后改的地址" in late.text
    assert the(session, Firm, id=firm_id).address == "先改的地址"
    assert two.submit("").status_code == 302
    assert the(session, Firm, id=firm_id).address == "后改的地址"


def test_a_trade_can_be_changed_until_an_assessment_is_begun(app, session):
    own = a_firm(session)
    firm_id = own.id
    firm = signed_in(app, session, a_user(session, firm=own))
    session.rollback()
    firm.get("/firm/profile")

    response = firm.submit("", PROFILE | {"trade": "bearing"})

    assert response.location == "/firm/profile"
    kept = the(session, Firm, id=firm_id)
    assert (kept.trade, kept.processes) == ("bearing", [])


def test_a_profile_changed_after_handing_in_leaves_the_sheet_alone(app, session, person):
    number = handed_in(session, person).id
    before = the(session, SheetRow, assessment_id=number).processes
    firm = signed_in(app, session, person)
    firm.get("/firm/profile")

    assert firm.submit("", PROFILE | {"processes": ["assembly"]}).status_code == 302

    assert the(session, SheetRow, assessment_id=number).processes == before


def test_systems_and_machines_are_typed_once_and_refused_in_words(app, session):
    own = a_firm(session)
    firm_id = own.id
    firm = signed_in(app, session, a_user(session, firm=own))
    session.rollback()
    firm.get("/firm/profile")
    typed = ["system", "ERP", "虚构软件", "2021", "machine", "冲床", "", "", "system", "", "", ""]
    kept = [
        {"kind": "system", "name": "ERP", "vendor": "虚构软件", "year": 2021},
        {"kind": "machine", "name": "冲床", "vendor": "", "year": None},
    ]

    assert firm.submit("", PROFILE | {"in_use": typed}).status_code == 302
    assert the(session, Firm, id=firm_id).in_use == kept

    assert 'value="虚构软件"' in firm.get("/firm/profile").text  # the next round begins with it
    assert firm.submit("", PROFILE).status_code == 302
    lines = ["system", "", "虚构软件", "21"]
    wrong = firm.submit("", PROFILE | {"in_use": lines, "employees": "几十"})
    assert wrong.status_code == 422
    assert "从业人数（人）：请填" in wrong.text
    assert '#in_use">第 1 行系统：年份请填' in wrong.text  # both at once
    assert 'value="21"' in wrong.text
    assert the(session, Firm, id=firm_id).in_use == kept


# --- handing in -----------------------------------------------------------------------------------


def test_what_is_missing_is_named_with_its_place(app, session, person):
    assessment = begun(session, session.get(Firm, person.firm_id))
    number, sheet = assessment.id, the(session, SheetRow)
    missing = progress(questionnaire_of(assessment), {}, frozenset(sheet.processes)).missing
    lead = f"还有 {len(missing)} 题没有作答"
    firm = signed_in(app, session, person)

    shown = firm.get(f"/firm/assessments/{number}/review").text

    assert lead in shown
    assert f"/firm/assessments/{number}/sections/design#question-design_tools" in shown
    refused = firm.submit("", {"agreed": "y", "declared_by": "王小明"})
    assert refused.status_code == 422
    assert lead in refused.text
    assert the(session, Assessment).state == "draft"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"declared_by": "王小明"}, "勾选真实性承诺"),
        ({"agreed": "y", "declared_by": "  "}, "承诺人"),
        ({"agreed": "y", "declared_by": "长" * 61}, "60 字"),
    ],
)
def test_nobody_hands_in_without_making_the_statement(app, session, person, typed, said):
    number = filled(session, person).id
    firm = signed_in(app, session, person)
    firm.get(f"/firm/assessments/{number}/review")

    response = firm.submit("", typed)

    assert response.status_code == 422
    assert said in response.text
    assert the(session, Assessment).state == "draft"


def test_pressing_twice_hands_in_once_with_the_same_receipt(app, session, person):
    number = filled(session, person).id
    firm = signed_in(app, session, person)
    firm.get(f"/firm/assessments/{number}/review")
    data = {"agreed": "y", "declared_by": "王小明", "csrf_token": firm.token}
    address = f"/firm/assessments/{number}/review"
    session.rollback()

    def press(_):
        own = app.test_client()
        with firm.session_transaction() as kept, own.session_transaction() as copied:
            copied.update(kept)
        return own.post(address, data=data)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, range(4)))

    assert [answer.status_code for answer in answers] == [302] * 4
    assert isinstance(the(session, AuditEntry, action="submit"), AuditEntry)
    kept = the(session, Assessment)
    assert (kept.state, kept.declared_by) == ("submitted", "王小明")
    shown = firm.get(f"/firm/assessments/{number}/")
    assert "答卷已锁定" in shown.text


def test_answers_that_do_not_sit_well_are_shown_with_both_sides(app, session, person):
    assessment = filled(session, person)
    number = assessment.id
    for question, value in (
        ("networked_equipment", {"part": 0, "whole": 20}),
        ("data_collection", 4),
    ):
        row = session.scalar(select(AnswerRow).where(AnswerRow.question_id == question))
        row.value = value
    session.commit()
    firm = signed_in(app, session, person)

    shown = firm.get(f"/firm/assessments/{number}/review").text

    assert "处答案前后不太一致" in shown
    assert "#question-networked_equipment" in shown
    assert "#question-data_collection" in shown
    assert "0 / 20 台" in shown


def test_before_handing_in_a_firm_is_asked_how_much_it_means_to_change(app, session, person):
    number = filled(session, person).id
    with db.writing(session):
        for row in session.scalars(
            select(AnswerRow).where(AnswerRow.question_id == "dnc_machines")
        ):
            session.delete(row)
    firm = signed_in(app, session, person)

    page = firm.get(f"/firm/assessments/{number}/review").text

    assert "改造范围还有 1 项没有填" in page
    assert "sections/retrofit_scope#question-dnc_machines" in page


def test_key_figures_left_empty_are_a_reminder_and_no_obstacle(app, session, person):
    number = filled(session, person).id
    with db.writing(session):
        for row in session.scalars(select(AnswerRow).where(AnswerRow.question_id == "oee")):
            session.delete(row)
    firm = signed_in(app, session, person)

    assert "关键指标还有 1 项没有填" in firm.get(f"/firm/assessments/{number}/review").text
    assert firm.submit("", {"agreed": "y", "declared_by": "王小明"}).status_code == 302


def test_a_firm_sees_its_place_in_the_pool_and_its_recognition_but_not_what_officers_wrote(
    app, session
):
    owner, consultant = a_user(session), a_consultant(session)
    assessment = confirmed(session, owner, consultant)
    officer = a_user(session, Role.OFFICER)
    step = Step(session, Actor(officer.id, "主管"), moment())
    entry = pool.admit(step, assessment.id, target_rung="factory", reason="内部研究的理由。")
    award = Award("line", "虚构〔2026〕1 号", moment().date(), title="某省示范生产线")
    client = signed_in(app, session, owner)

    before = client.get("/firm/").text
    recognitions.recognise(step, entry.id, award, base_version=entry.version, sure=True)
    after = client.get("/firm/").text

    assert "在库" in before
    assert "智能工厂" in before
    assert "提升路线" in before
    assert "某省示范生产线" in after
    assert "已获认定" in after
    assert "内部研究的理由" not in before + after
