"""The section page: saved as a whole without script, answer by answer with it."""

import json
import re

import pytest
from sqlalchemy import event, select

from survey.lifecycle import assessments as steps
from survey.lifecycle.step import Step
from survey.tables import AnswerRevision, AnswerRow, Firm
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    begun,
    confirmed,
    filled,
    handed_in,
    moment,
    signed_in,
    visited,
)

LONG = "很长的备注" * 130_000


@pytest.fixture
def person(session):
    return loose(session, a_user(session, name="王小明"))


@pytest.fixture
def assessment(session, person):
    return loose(session, begun(session, session.get(Firm, person.firm_id)))


def loose(session, row):
    """A row that is only read from now on: an attached one would open a transaction to do so."""
    session.refresh(row)
    session.expunge_all()
    session.rollback()
    return row


@pytest.fixture
def firm(app, session, person):
    return signed_in(app, session, person)


def page(assessment, section="design"):
    return f"/firm/assessments/{assessment.id}/sections/{section}"


def save(client, assessment, question="design_tools", number=1, base=0, **fields):
    body = {"question": question, "request_id": f"tab.{number}", "base_revision": base, **fields}
    return client.send(f"/firm/assessments/{assessment.id}/answers", body)


def kept(session):
    session.rollback()
    found = {row.question_id: (row.value, row.remark) for row in session.scalars(select(AnswerRow))}
    session.rollback()
    return found


# --- without script -------------------------------------------------------------------------------


def test_one_button_keeps_every_answer_of_the_page(session, assessment, firm):
    firm.get(page(assessment))

    response = firm.submit(
        "",
        {
            "q_design_tools": "3",
            "q_drawing_control": "1",
            "q_drawing_control-remark": "外协另发\r\n纸质图",
        },
    )

    assert response.status_code == 302
    assert kept(session) == {"design_tools": (3, ""), "drawing_control": (1, "外协另发\n纸质图")}
    shown = firm.get(response.location).text
    assert "已保存 2 处修改" in shown


def test_a_page_sent_untouched_changes_nothing(session, app, person):
    assessment = filled(session, person, remark="原来的备注")
    firm = signed_in(app, session, person)
    before = session.query(AnswerRevision).count()

    for section in ("design", "equipment", "key_figures", "application_facts", "miit_facts"):
        firm.get(page(assessment, section))
        assert firm.submit("").status_code == 302

    session.rollback()
    assert session.query(AnswerRevision).count() == before


def test_every_kind_of_question_is_kept_from_its_inputs(session, assessment, firm):
    firm.get(page(assessment, "equipment"))
    firm.submit("", {"q_numerical_control-part": "１２", "q_numerical_control-whole": " 40 "})
    firm.get(page(assessment, "key_figures"))
    firm.submit("", {"q_oee-amount": "61.5"})
    firm.get(page(assessment, "application_facts"))
    firm.submit("", {"q_investment-equipment.2025": "12.5", "q_project_state": "under_way"})

    assert kept(session) == {
        "numerical_control": ({"part": 12, "whole": 40}, ""),
        "oee": ("61.5", ""),
        "investment": ({"equipment": {"2025": "12.5"}}, ""),
        "project_state": ("under_way", ""),
    }


def test_good_fields_are_kept_and_bad_ones_come_back_as_they_were_typed(session, assessment, firm):
    firm.get(page(assessment, "equipment"))

    response = firm.submit(
        "",
        {
            "q_numerical_control-part": "50",
            "q_numerical_control-whole": "4O",
            "q_data_collection": "2",
        },
    )

    assert response.status_code == 422
    assert kept(session) == {"data_collection": (2, "")}
    assert 'value="4O"' in response.text
    assert "“关键工序设备的总台数”请填" in response.text
    assert "其余 1 处已保存" in response.text


@pytest.mark.parametrize(
    "typed",
    [
        {"q_design_tools": "6"},
        {"q_design_tools": ["1", "2"]},
        {"q_design_tools": "２"},
        {"q_design_tools": "not_applicable"},
        {"q_design_tools": "1", "q_design_tools-remark": "有\x00空"},
        {"q_design_tools": "1", "q_design_tools-remark": LONG},
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_question(session, assessment, firm, typed):
    firm.get(page(assessment))

    response = firm.submit("", typed)

    assert response.status_code == 422
    assert kept(session) == {}
    assert 'data-question="design_tools"' in response.text
    assert "field__error" in response.text


def test_a_colleagues_later_answer_is_shown_beside_ones_own_and_either_can_be_kept(
    app, session, assessment, person, firm
):
    colleague = a_user(session, firm=session.get(Firm, person.firm_id), name="李会计")
    other = signed_in(app, session, colleague)
    firm.get(page(assessment))
    save(other, assessment, value=4, remark="我量过")

    met = firm.submit("", {"q_design_tools": "1", "q_process_routes": "2"})

    assert met.status_code == 409
    assert kept(session) == {"design_tools": (4, "我量过"), "process_routes": (2, "")}
    assert "李会计" in met.text
    assert "我量过" in met.text
    again = firm.submit("", {"q_design_tools-keep": "mine-1"})
    assert again.status_code == 302
    assert kept(session)["design_tools"][0] == 1

    firm.get(page(assessment))
    save(other, assessment, number=2, base=2, value=0)
    assert firm.submit("", {"q_design_tools": "3"}).status_code == 409
    assert firm.submit("", {"q_design_tools-keep": "theirs"}).status_code == 302
    assert kept(session)["design_tools"][0] == 0


def test_a_page_that_comes_back_shows_what_a_colleague_stored_where_nobody_touched(
    app, session, assessment, person, firm
):
    save(firm, assessment, value=2)
    colleague = a_user(session, firm=session.get(Firm, person.firm_id), name="李会计")
    other = signed_in(app, session, colleague)
    firm.get(page(assessment))
    save(other, assessment, number=2, base=1, value=4, remark="我量过")

    back = firm.submit("", {"q_process_routes": "坏"})
    again = firm.submit("", {"q_process_routes": "3"})

    assert back.status_code == 422
    assert "我量过" in back.text
    assert again.status_code == 302
    assert kept(session) == {"design_tools": (4, "我量过"), "process_routes": (3, "")}


def test_what_was_refused_comes_back_on_the_revision_it_was_written_for(
    app, session, assessment, person, firm
):
    save(firm, assessment, value=2)
    colleague = a_user(session, firm=session.get(Firm, person.firm_id), name="李会计")
    other = signed_in(app, session, colleague)
    firm.get(page(assessment))
    save(other, assessment, number=2, base=1, value=4, remark="我量过")

    back = firm.submit("", {"q_design_tools-remark": "坏\x00字"})
    again = firm.submit("", {"q_design_tools-remark": "好字"})

    assert back.status_code == 422
    assert re.search(r'data-question="design_tools"[^>]*data-revision="1"', back.text)
    assert again.status_code == 409
    assert kept(session)["design_tools"] == (4, "我量过")


def test_a_page_sent_after_handing_in_keeps_its_words_in_sight(app, session, person):
    assessment = filled(session, person)
    firm = signed_in(app, session, person)
    firm.get(page(assessment))
    steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="王小明")
    before = kept(session)

    response = firm.submit("", {"q_design_tools": "4", "q_design_tools-remark": "没赶上的话"})

    assert response.status_code == 409
    assert "没赶上的话" in response.text
    assert response.text.count("未保存：") == 1
    assert kept(session) == before


def test_what_nobody_answered_is_not_called_unsaved(app, session, person):
    assessment = filled(session, person, optional=False)
    firm = signed_in(app, session, person)
    firm.get(page(assessment, "application_facts"))
    steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="王小明")

    response = firm.submit("", {"q_project_state": "under_way"})

    assert response.status_code == 409
    assert response.text.count("未保存：") == 1


def test_a_sheet_handed_in_is_read_without_inputs(app, session, person):
    assessment = handed_in(session, person, remark="原来的备注")
    firm = signed_in(app, session, person)

    shown = firm.get(page(assessment)).text

    assert "q_design_tools" not in shown
    assert "2 档：" in shown
    assert "原来的备注" in shown


def test_hostile_words_are_words(session, assessment, firm):
    words = (
        "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}'; DROP TABLE answers;--"
    )
    save(firm, assessment, value=1, remark=words)

    shown = firm.get(page(assessment)).text

    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "{{7*7}}" in shown


def test_processes_decide_which_questions_are_asked(app, session):
    few = a_firm(session, processes=["assembly"])
    assessment = begun(session, few)
    firm = signed_in(app, session, a_user(session, firm=few))

    assert "ball_lapping" not in firm.get(page(assessment, "valve_shop")).text


def test_the_section_page_asks_the_database_a_few_times_only(app, session, person, engine):
    assessment = filled(session, person)
    firm = signed_in(app, session, person)
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))

    firm.get(page(assessment))
    on_the_page = len([s for s in asked if s.startswith("SELECT")])
    asked.clear()
    save(firm, assessment, base=1, value=4)
    on_saving = len([s for s in asked if s.startswith("SELECT")])

    assert on_the_page <= 9
    assert on_saving <= 7


# --- answer by answer -----------------------------------------------------------------------------


def test_an_answer_is_acknowledged_with_its_revision_and_time(session, assessment, firm):
    response = save(firm, assessment, value=3, remark="现场看过")

    assert response.status_code == 200
    assert response.json["revision"] == 1
    assert response.json["value"] == 3
    assert response.json["saved_at"].endswith("+00:00")
    assert kept(session) == {"design_tools": (3, "现场看过")}


def test_a_second_tab_is_told_both_answers(session, assessment, firm):
    save(firm, assessment, value=3)

    response = firm.send(
        f"/firm/assessments/{assessment.id}/answers",
        {"question": "design_tools", "request_id": "b.1", "base_revision": 0, "value": 1},
    )

    assert response.status_code == 409
    assert response.json["current"]["value"] == 3
    assert response.json["current"]["author"] == "王小明"
    assert response.json["yours"] == 1
    assert "王小明" in response.json["message"]


@pytest.mark.parametrize(
    "more",
    [
        {"value": 6},
        {"value": 2.5},
        {"value": "2"},
        {"value": True},
        {"value": [2]},
        {"value": {"not_applicable": True}},
        {"value": {"a": 1}},
        {"remark": 5},
        {"remark": None},
        {"value": 2, "remark": "\x00"},
        {"value": 2, "level": 3},
        {},
        {"value": 2, "question": 5},
        {"value": 2, "question": "no_such_question"},
        {"value": 2, "request_id": ""},
        {"value": 2, "request_id": "有字"},
        {"value": 2, "request_id": "x" * 65},
        {"value": 2, "request_id": 1},
        {"value": 2, "base_revision": "0"},
        {"value": 2, "base_revision": -1},
        {"value": 2, "base_revision": True},
        {"value": 2, "base_revision": 0.0},
        {"value": 2, "base_revision": 9},
    ],
)
def test_unknown_and_mistyped_fields_are_named_and_change_nothing(session, assessment, firm, more):
    body = {"question": "design_tools", "request_id": "tab.1", "base_revision": 0} | more

    response = firm.send(f"/firm/assessments/{assessment.id}/answers", body)

    assert response.status_code == 422
    assert response.json["fields"]
    assert any("\u4e00" <= c <= "\u9fff" for c in response.json["message"])
    assert kept(session) == {}


HEAD = '"question": "numerical_control", "request_id": "tab.1", "base_revision": 0, "value": '


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1e999", "-0", "1" * 5000, '{"part": -0, "whole": 4}']
)
def test_numbers_that_are_none_never_reach_a_sheet(session, assessment, firm, value):
    response = raw(firm, assessment, "{" + HEAD + value + "}")

    assert response.status_code == 422
    assert kept(session) == {}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        "5",
        '"word"',
        "{",
        "{" + HEAD + "2",
        "{" + HEAD + '2, "value": 3}',
        "[" * 100_000,
        b'{"question": "\xff\xfe"}',
    ],
)
def test_a_damaged_body_is_refused_as_a_whole(session, assessment, firm, body):
    response = raw(firm, assessment, body)

    assert response.status_code == 400
    assert "没有保存" in response.json["message"]
    assert kept(session) == {}


def test_json_in_other_clothes_is_refused(session, assessment, firm):
    body = json.dumps(
        {"question": "design_tools", "request_id": "t.1", "base_revision": 0, "value": 2}
    )

    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        assert raw(firm, assessment, body, kind).status_code == 400
    assert kept(session) == {}


def raw(client, assessment, body, kind="application/json"):
    return client.post(
        f"/firm/assessments/{assessment.id}/answers",
        data=body,
        content_type=kind,
        headers={"X-CSRFToken": client.token, "Accept": "application/json"},
    )


def test_a_body_too_large_is_refused_before_it_is_read(session, assessment, firm):
    response = raw(firm, assessment, b" " * (2 * 1024 * 1024 + 1))

    assert response.status_code == 413
    assert kept(session) == {}


def test_without_a_token_nothing_is_kept(session, assessment, firm):
    firm.token = ""

    response = save(firm, assessment, value=2)

    assert response.status_code == 400
    assert "页面已过期" in response.json["message"]
    assert kept(session) == {}


def test_a_session_that_ended_is_told_so(app, session, assessment, firm):
    stranger = app.test_client()
    stranger.token = firm.token

    assert save(stranger, assessment, value=2).status_code == 401
    answer = stranger.get(page(assessment))
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=/firm/")


@pytest.mark.parametrize("build", [handed_in, visited, confirmed])
def test_no_answer_is_taken_once_the_sheet_is_handed_in(app, session, person, build):
    given = () if build is handed_in else (a_consultant(session),)
    assessment = build(session, person, *given)
    firm = signed_in(app, session, person)
    before = kept(session)

    response = save(firm, assessment, base=1, value=4)

    assert response.status_code == 409
    assert response.json["state"] == assessment.state
    assert kept(session) == before


def test_another_firms_sheet_is_as_absent_as_one_that_never_was(app, session, assessment):
    other = signed_in(app, session, a_user(session))

    foreign = save(other, assessment, value=2)
    absent = other.send(
        "/firm/assessments/999999/answers",
        {"question": "design_tools", "request_id": "t.1", "base_revision": 0, "value": 2},
    )

    assert foreign.status_code == absent.status_code == 404
    assert foreign.json["message"] == absent.json["message"]
    for path in ("", "sections/design", "review", "profile"):
        assert other.get(f"/firm/assessments/{assessment.id}/{path}").status_code == 404
    assert kept(session) == {}


def test_consultants_have_no_business_on_the_firms_page(app, session, assessment):
    consultant = signed_in(app, session, a_consultant(session))

    assert save(consultant, assessment, value=2).status_code == 403
    assert consultant.get(page(assessment)).status_code == 403
