"""Versions on the pages: what each reader may read of them, and what they are told meanwhile."""

from __future__ import annotations

import re

import pytest

from survey import db
from survey.library import questionnaire_of
from survey.lifecycle import answers
from survey.lifecycle import assessments as steps
from survey.lifecycle.answers import Change
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store.evidence import by_question
from survey.store.versions import scored
from survey.tables import Firm, Role, SheetKind, User, Verdict
from tests.support.people import (
    TESTER,
    a_consultant,
    a_file,
    a_user,
    confirmed,
    fill,
    filled,
    handed_in,
    moment,
    signed_in,
    visited,
)

QUESTION = "scheduling"
REASON = "请补排产记录。"
SECRET = "金丝雀草稿"


@pytest.fixture
def user(session):
    return a_user(session)


@pytest.fixture
def consultant(session):
    return a_consultant(session)


@pytest.fixture
def officer(app, session):
    return signed_in(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def firm(app, session, user):
    return signed_in(app, session, user)


def a_step(session, user=None):
    return Step(session, Actor(user.id, user.name) if user else TESTER, moment())


def give_back(session, assessment, **more):
    steps.return_to_firm(a_step(session), assessment.id, reason=REASON, **more)


def change(session, assessment, user, **fields):
    row = answer_store.answer(
        session, store.sheet(session, assessment.id, SheetKind.SELF).id, QUESTION
    )
    asked = Change(QUESTION, f"page.{row.revision}", row.revision, **fields)
    answers.save_answer(a_step(session, user), assessment.id, SheetKind.SELF, asked)


def hand_in(session, assessment):
    steps.submit(a_step(session), assessment.id, declared_by="虚构人")


def of(assessment, *rest):
    return "/".join((f"/assessments/{assessment.id}/versions", *rest))


def test_while_returned_the_officer_reads_the_last_version_and_nothing_of_the_draft(
    session, user, officer
):
    assessment = handed_in(session, user)
    give_back(session, assessment)
    change(session, assessment, user, value=4, remark=SECRET)

    page = officer.get(f"/bureau/assessments/{assessment.id}")
    assert "等待重新提交" in page.text
    assert REASON in page.text
    assert "确定指派" not in page.text
    result = officer.get(f"/assessments/{assessment.id}/result/self")
    assert result.location == of(assessment, "self", "1")
    old = officer.get(result.location)
    assert "这是已退回的版本" in old.text
    assert "已被替代" not in old.text, "nothing newer exists"
    hand_in(session, assessment)
    assert "这是已被替代的版本" in officer.get(result.location).text
    give_back(session, assessment)
    row = officer.get("/bureau/assessments")
    assert f"/bureau/assessments/{assessment.id}" in row.text
    assert "已退回，待补充" in row.text
    for text in (page.text, old.text, row.text, officer.get(of(assessment)).text):
        assert SECRET not in text


def test_a_version_that_was_left_shows_the_firm_as_it_was_then(session, user, officer):
    assessment = handed_in(session, user)
    firm = session.merge(assessment).firm
    with db.writing(session):
        firm.name, firm.township = "当时的厂名（虚构）", "当时的乡镇"
    give_back(session, assessment)
    with db.writing(session):
        firm.name, firm.township = "后来的厂名（虚构）", "后来的乡镇"
    hand_in(session, assessment)

    then = officer.get(of(assessment, "self", "1")).text
    now = officer.get(f"/assessments/{assessment.id}/result/self").text

    assert "当时的厂名（虚构）的自评第 1 版" in re.sub(r"<[^>]+>", "", then)
    assert "后来的厂名（虚构）的自评结果" in re.sub(r"<[^>]+>", "", now)


def test_a_draft_that_was_never_handed_in_has_no_versions_for_the_bureau(session, user, officer):
    assessment = handed_in(session, user)
    with db.writing(session):
        session.merge(assessment).submitted_at = None

    assert officer.get(of(assessment)).status_code == 404


def test_two_versions_are_compared_in_the_words_of_the_levels(
    session, settings, user, firm, officer
):
    assessment = handed_in(session, user, level=2)
    give_back(session, assessment)
    change(session, assessment, user, value=4, remark="已补系统截图")
    a_file(session, settings, assessment, QUESTION, name="截图.jpg")
    hand_in(session, assessment)
    question = questionnaire_of(session.merge(assessment)).questions[QUESTION]

    for client in (firm, officer):
        listed = client.get(of(assessment)).text
        assert "自评第 2 版" in listed
        said = client.get(of(assessment, "compare?before=self-1&after=self-2")).text
        assert "共 1 题有改动，其中 1 题改了答案" in said
        for words in (question.levels[2], question.levels[4], "已补系统截图", "截图.jpg"):
            assert words in said
    assert client.get(of(assessment, "compare?before=self-1&after=self-3")).status_code == 404


def test_what_the_firm_wrote_and_attached_is_not_called_gone_because_a_visit_followed(
    app, session, settings, user, consultant, firm
):
    assessment = filled(session, user, remark="厂里的说明")
    a_file(session, settings, assessment, QUESTION, name="厂里的照片.jpg")
    hand_in(session, assessment)
    steps.assign(a_step(session), assessment.id, consultant.id)
    fill(session, assessment, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    onsite = store.sheet(session, assessment.id, SheetKind.ONSITE)
    with db.writing(session):
        for question, finding in (("purchasing", "看了采购台账。"), (QUESTION, "看了排产表。")):
            answer_store.answer(session, onsite.id, question).finding = finding
    steps.confirm(a_step(session, consultant), assessment.id)

    said = firm.get(of(assessment, "compare?before=self-1&after=onsite-1")).text

    assert "厂里的" not in said
    assert said.index("看了排产表。") < said.index("看了采购台账。"), "in the order of reading"


def test_handing_in_again_without_a_change_says_so(session, user, firm):
    assessment = handed_in(session, user)
    give_back(session, assessment)
    hand_in(session, assessment)

    assert "两版答案一样" in firm.get(of(assessment, "compare?before=self-1&after=self-2")).text


def test_a_reopened_result_is_read_as_the_version_it_was_by_firm_officer_and_consultant(
    app, session, user, consultant, firm, officer
):
    assessment = confirmed(session, user, consultant)
    steps.reopen(a_step(session), assessment.id, reason=REASON)

    for client in (firm, officer, signed_in(app, session, consultant)):
        moved = client.get(f"/assessments/{assessment.id}/result/onsite")
        assert moved.location == of(assessment, "onsite", "1")
        assert "核定已撤销" in client.get(moved.location).text
        assert client.get(f"/assessments/{assessment.id}/result/self").status_code == 200


def test_the_consultant_keeps_seeing_a_returned_visit_as_waiting(app, session, user, consultant):
    assessment = visited(session, user, consultant)
    give_back(session, assessment)
    change(session, assessment, user, remark=SECRET)
    client = signed_in(app, session, consultant)

    home = client.get("/visits").text
    assert "等待企业补充后重新提交" in home
    assert REASON in home
    assert client.get(of(assessment)).status_code == 200
    assert client.get(f"/visits/{assessment.id}").status_code == 404
    for where in (of(assessment), of(assessment, "self", "1")):
        assert SECRET not in client.get(where).text
    hand_in(session, assessment)
    assert "等主管部门安排" in client.get("/visits").text


def test_nobody_else_reads_a_version(app, session, user, consultant):
    assessment = visited(session, user, consultant)
    give_back(session, assessment)
    strangers = (a_user(session), a_consultant(session), a_user(session, Role.ADMINISTRATOR))

    for stranger in strangers:
        client = signed_in(app, session, stranger)
        for where in ("", "self/1", "compare?before=self-1&after=self-1"):
            assert client.get(of(assessment, where)).status_code in (403, 404)


def test_a_colleague_reads_of_a_comparison_the_modules_that_were_given(app, session, user):
    assessment = handed_in(session, user)
    give_back(session, assessment)
    change(session, assessment, user, value=4)
    hand_in(session, assessment)
    own = questionnaire_of(session.merge(assessment)).section_of[QUESTION].id
    compared = of(assessment, "compare?before=self-1&after=self-2")

    for given, seen in (([own], True), (["quality"], False)):
        colleague = a_user(session, firm=session.get(Firm, user.firm_id), owner=False)
        with db.writing(session):
            session.get(User, colleague.id).sections = given
        client = signed_in(app, session, colleague)
        page = client.get(compared)
        assert ("共 1 题有改动" in page.text) is seen
        assert "得分率" not in page.text + client.get(of(assessment)).text
        assert client.get(of(assessment, "self", "1")).status_code == 403


def test_a_file_of_a_kept_version_is_handed_out_to_who_may_read_it_and_a_drafts_is_not(
    app, session, settings, user, officer
):
    assessment = handed_in(session, user)
    give_back(session, assessment)
    a_file(session, settings, assessment, QUESTION)
    hand_in(session, assessment)
    give_back(session, assessment)
    mine = a_file(session, settings, assessment, "design_tools")
    kept = next(row for row, _ in scored(session, assessment.id) if row.version == 2)
    (file,) = by_question(session, [kept.id])[kept.id][QUESTION]

    assert officer.get(f"/evidence/{file.id}").status_code == 200
    assert officer.get(f"/evidence/{mine.id}").status_code == 404
    stranger = signed_in(app, session, a_user(session))
    assert stranger.get(f"/evidence/{file.id}").status_code == 404
