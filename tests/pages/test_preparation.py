"""Before a visit and on its walk: what is known beforehand, and the same answers place by place."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from survey import db
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import AnswerRow, Assessment, SheetKind, Verdict
from tests.support.people import (
    a_consultant,
    a_file,
    a_firm,
    a_user,
    fill,
    handed_in,
    signed_in,
    visited,
)

FIRM = "墨岭阀门（虚构）"


@pytest.fixture
def consultant(session):
    return a_consultant(session, name="李顾问")


@pytest.fixture
def user(session):
    return a_user(session, firm=a_firm(session, name=FIRM))


@pytest.fixture
def tablet(app, session, consultant):
    return signed_in(app, session, consultant)


def set_answer(session, visit, question_id, kind=SheetKind.SELF, **columns):
    with db.writing(session):
        sheet = store.sheet(session, visit.id, kind)
        row = update(AnswerRow).where(
            AnswerRow.sheet_id == sheet.id, AnswerRow.question_id == question_id
        )
        session.execute(row.values(**columns))


def at(session, visit, question_id):
    sheet = store.sheet(session, visit.id, SheetKind.ONSITE)
    row = answer_store.answer(session, sheet.id, question_id)
    session.expunge_all()
    session.rollback()
    return row


# --- the page ---------------------------------------------------------------------------------------


def test_what_decides_the_rung_is_first_with_what_one_level_lower_would_lose(
    session, tablet, user, consultant
):
    visit = visited(session, user, consultant, level=1)

    page = tablet.get(f"/visits/{visit.id}/preparation").text

    assert page.index("决定等级的答案") < page.index("按走访路线")
    assert "低一档：设备改造 → 尚未达到设备改造" in page
    assert "必备条件：“安全环保合规”" in page
    assert "000-00000000" in page


def test_remarks_and_the_planned_day_are_there_before_anybody_goes(
    session, tablet, user, consultant
):
    visit = visited(session, user, consultant)
    set_answer(session, visit, "stock_accuracy", remark="账上还差一个库位。")
    with db.writing(session):
        session.get(Assessment, visit.id).planned_on = date(2031, 5, 6)

    page = tablet.get(f"/visits/{visit.id}/preparation").text

    assert "账上还差一个库位。" in page
    assert "1 题有备注" in page
    assert "计划 2031-05-06 到厂" in page


def test_what_moved_since_the_last_round_says_then_and_now(session, tablet, user, consultant):
    handed_in(session, user, level=1)
    visit = visited(session, user, consultant, level=1)
    set_answer(session, visit, "scheduling", value=3)

    page = tablet.get(f"/visits/{visit.id}/preparation").text

    assert "1 题与上一轮不同" in page
    assert "（升 2 档）" in page
    assert "与上一轮相比（1）" in page


def test_without_an_earlier_round_nothing_is_compared(session, tablet, user, consultant):
    visit = visited(session, user, consultant)

    assert "上一轮" not in tablet.get(f"/visits/{visit.id}/preparation").text


# --- the page to print ------------------------------------------------------------------------------


def test_the_checklist_follows_the_walk_marks_what_decides_and_counts_what_is_left(
    session, tablet, user, consultant
):
    visit = visited(session, user, consultant, level=2)

    page = tablet.get(f"/visits/{visit.id}/checklist").text

    places = [page.find(f">{title}</h2>") for title in ("生产车间", "公用设施和环保安全")]
    assert -1 < places[0] < places[1]
    assert "★决定等级" in page
    assert "题没有印在这张单上" in page


# --- the walk ---------------------------------------------------------------------------------------


def test_a_place_of_the_walk_shows_what_is_looked_at_there_from_every_section(
    session, tablet, user, consultant
):
    visit = visited(session, user, consultant)

    page = tablet.get(f"/visits/{visit.id}/stations/assembly").text

    assert 'id="question-heat_number"' in page
    assert 'id="question-valve_assembly"' in page
    assert 'id="question-scheduling"' not in page
    assert "下一地点" in page


def test_an_answer_kept_at_a_place_stands_in_its_section_and_in_both_counts(
    session, tablet, user, consultant
):
    visit = visited(session, user, consultant)
    base = at(session, visit, "heat_number").revision

    kept = tablet.post(
        f"/visits/{visit.id}/stations/assembly",
        data={
            "csrf_token": tablet.token,
            "q_heat_number-base": base,
            "q_heat_number": "2",
            "q_heat_number-verification": Verdict.VERIFIED,
        },
    )
    standing = tablet.get(f"/visits/{visit.id}/standing").json

    assert kept.status_code == 302
    assert at(session, visit, "heat_number").verification == Verdict.VERIFIED
    assert standing["stations"]["assembly"]["done"] == 1
    assert standing["sections"]["valve_material"]["done"] == 1
    section = tablet.get(f"/visits/{visit.id}/sections/valve_material").text
    assert 'value="verified" data-verdict checked' in section


def test_every_question_asked_stands_at_exactly_one_place(session, tablet, user, consultant):
    visit = visited(session, user, consultant)
    fill(session, visit, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)

    standing = tablet.get(f"/visits/{visit.id}/standing").json

    def whole(counts: dict[str, dict[str, int]]) -> int:
        return sum(count["whole"] for count in counts.values())

    assert whole(standing["stations"]) == whole(standing["sections"]) > 0


def test_a_place_that_is_not_on_the_walk_is_not_there(session, tablet, user, consultant):
    visit = visited(session, user, consultant)

    assert tablet.get(f"/visits/{visit.id}/stations/production").status_code == 404


def test_the_visit_leads_to_its_preparation_and_takes_every_page_along(
    session, tablet, user, consultant
):
    visit = visited(session, user, consultant)

    page = tablet.get(f"/visits/{visit.id}").text

    assert "到厂前的准备" in page
    assert page.index("到厂前的准备") < page.index("已核验")
    for way in ("preparation", "checklist", "stations/raw_store", "stations/office"):
        assert (
            f"&#34;/visits/{visit.id}/{way}&#34;" in page or f'"/visits/{visit.id}/{way}"' in page
        )


def test_a_file_of_the_firm_is_shown_where_it_will_be_asked_for(
    app, session, tablet, user, consultant
):
    visit = visited(session, user, consultant, level=1)
    with db.writing(session):
        session.get(Assessment, visit.id).state = "draft"
    a_file(session, app.config["SURVEY"], visit, "stock_accuracy", name="盘点表.jpg")
    with db.writing(session):
        session.get(Assessment, visit.id).state = "visiting"

    page = tablet.get(f"/visits/{visit.id}/preparation").text

    assert "盘点表.jpg" in page
    assert "1 份佐证" in page
