"""Contradictions on the pages: the consultant settles them, the firm and the report read them."""

import pytest

from reports.paper.html import render_html
from survey.lifecycle import assessments as steps
from survey.lifecycle.step import Step
from survey.readings.diagnoses import diagnosis_of
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import settings
from survey.tables import SheetKind, Verdict
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    begun,
    fill,
    moment,
    signed_in,
    visited,
)

CHECK = "integration_without_codes"
WHY = "新系统刚上线，编码表已经统一，BOM 还在补。"


@pytest.fixture
def visit(app, session):
    """A visit whose firm claims integration without common codes; the consultant is signed in."""
    consultant = a_consultant(session)
    assessment = visited(session, a_user(session), consultant)
    fill(session, assessment, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    onsite = store.sheet(session, assessment.id, SheetKind.ONSITE)
    rows = answer_store.rows_of(session, onsite.id, ["integration", "item_coding"])
    rows["integration"].value, rows["item_coding"].value = 3, 1
    session.commit()
    return assessment.id, signed_in(app, session, consultant)


def test_an_open_hint_stands_at_its_questions_in_the_overview_and_before_the_confirmation(visit):
    number, tablet = visit

    overview = tablet.get(f"/visits/{number}").text
    section = tablet.get(f"/visits/{number}/sections/data_integration").text
    before = tablet.get(f"/visits/{number}/confirm").text

    assert "条要处理" in overview
    for page in (overview, section, before):
        assert "编码与 BOM 选择了没有编码" in page
    assert f"/visits/{number}#hint-{CHECK}" in section
    assert "还不能核定" in before


def test_confirming_is_refused_by_name_until_each_is_changed_or_explained(visit, session):
    number, tablet = visit
    tablet.get(f"/visits/{number}/confirm")

    refused = tablet.post(f"/visits/{number}/confirm", data={"csrf_token": tablet.token})

    assert refused.status_code == 422
    assert "编码与 BOM 选择了没有编码" in refused.text


def test_a_sentence_settles_it_and_is_printed(visit, session):
    number, tablet = visit
    assessment = store.assessment(session, number)
    session.rollback()
    for check in ("integration_without_file", CHECK):
        tablet.get(f"/visits/{number}")
        tablet.post(
            f"/visits/{number}/hints/{check}", data={"csrf_token": tablet.token, "says": WHY}
        )

    page = tablet.get(f"/visits/{number}").text
    assert "都已处理" in page
    assert WHY in page
    session.rollback()
    steps.confirm(Step(session, TESTER, moment()), number)
    session.rollback()
    assessment = store.assessment(session, number)
    said = diagnosis_of(
        session,
        assessment,
        SheetKind.ONSITE,
        district=settings.read(session),
        issued=moment().date(),
    )
    assert {one.explanation for one in said.explained} == {WHY}
    assert len(said.explained) == 2
    printed = render_html(said)
    assert "矛盾提示与顾问的说明" in printed
    assert "下列 2 处" in printed
    assert WHY in printed


def test_a_returned_sheet_names_the_open_ones_to_the_firm(app, session):
    own = a_firm(session, revenue=1500)
    user, consultant = a_user(session, firm=own), a_consultant(session)
    number = visited(session, user, consultant).id
    steps.return_to_firm(Step(session, TESTER, moment()), number, reason="请核对收入。")
    session.rollback()

    page = signed_in(app, session, user).get(f"/firm/assessments/{number}/").text

    assert "请核对收入。" in page
    assert "企业信息填了规模以上，上年营业收入却不到 2000 万元" in page


def test_the_firm_reads_why_its_sheet_cannot_be_handed_in_without_processes(app, session):
    own = a_firm(session, processes=[])
    user = a_user(session, firm=own)
    assessment = begun(session, own)
    fill(session, assessment, user)
    firm = signed_in(app, session, user)
    firm.get(f"/firm/assessments/{assessment.id}/review")

    refused = firm.submit("", {"agreed": "y", "declared_by": "王小明"})

    assert refused.status_code == 422
    assert "还没有勾选工序" in refused.text
    assert f"/firm/assessments/{assessment.id}/profile#processes" in refused.text
