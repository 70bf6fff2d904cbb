"""One section on site: answer by answer for a script, page by page without one."""

import io
import re

import pytest
from sqlalchemy import func, select, update

from questionnaires.library import SHIPPED
from survey import clock, db
from survey.lifecycle import answers, assessments
from survey.lifecycle.answers import Change
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import AnswerRevision, AnswerRow, Evidence, SheetKind, Verdict
from tests.support.files import a_photo
from tests.support.people import (
    TESTER,
    a_consultant,
    a_file,
    a_user,
    filled,
    moment,
    signed_in,
    visited,
)

QUESTION = "scheduling"
NAME = f"q_{QUESTION}"


@pytest.fixture
def consultant(session):
    return a_consultant(session, name="李顾问")


@pytest.fixture
def visit(session, consultant):
    """A visit under way; the firm said level 2 everywhere and remarked on it."""
    user = a_user(session)
    return loose(session, visited(session, user, consultant, remark="周三刚换过看板"))


@pytest.fixture
def tablet(app, session, consultant):
    return signed_in(app, session, consultant)


def loose(session, row):
    """A row read to its end: an open transaction would keep the application from writing."""
    session.refresh(row)
    session.expunge(row)
    session.rollback()
    return row


def row(session, visit, question_id=QUESTION, kind=SheetKind.ONSITE):
    sheet = loose(session, store.sheet(session, visit.id, kind))
    return loose(session, answer_store.answer(session, sheet.id, question_id))


def revisions(session):
    count = session.scalar(select(func.count()).select_from(AnswerRevision))
    session.rollback()
    return count


def page(visit, section="production"):
    return f"/visits/{visit.id}/sections/{section}"


def save(client, visit, number=1, base=1, client_word="tablet", **fields):
    body = {"question": QUESTION, "request_id": f"{client_word}.{number}", "base_revision": base}
    return client.send(f"/visits/{visit.id}/answers", body | fields)


# --- what a card shows ----------------------------------------------------------------------------


def test_a_card_shows_the_firms_answer_remark_files_and_what_to_look_at(
    session, settings, tablet, consultant
):
    user = a_user(session)
    visit = filled(session, user, remark="周三刚换过看板")
    a_file(session, settings, visit, QUESTION, name="排产看板.jpg")
    assessments.submit(Step(session, TESTER, moment()), visit.id, declared_by="虚构人")
    assessments.assign(Step(session, TESTER, moment()), visit.id, consultant.id)

    text = tablet.get(page(visit)).text

    question = SHIPPED.load("2026").questionnaire("valve").questions[QUESTION]
    for words in ("企业自评", "周三刚换过看板", "排产看板.jpg", question.evidence):
        assert words in text


def test_all_five_levels_stand_beside_the_verdicts_and_the_firms_is_marked(tablet, visit):
    text = tablet.get(page(visit)).text
    card = text[text.index(f'id="question-{QUESTION}"') :].partition("</fieldset>")[0]
    said = card.partition('class="verdicts"')[0]

    levels = SHIPPED.load("2026").questionnaire("valve").questions[QUESTION].levels
    assert [words for words in levels if words in said] == list(levels)
    own = re.findall(r"<li[^>]*data-own[^>]*>.*?</li>", said)
    assert len(own) == 1
    assert levels[2] in own[0]


def test_the_rest_of_a_module_is_left_as_said_by_one_press_that_says_how_many(tablet, visit):
    text = tablet.get(page(visit)).text
    count = int(re.search(r"<span data-rest-count>(\d+)</span> 题沿用自评", text)[1])

    answer = tablet.submit(f"/visits/{visit.id}/sections/production/as-said", {})
    after = tablet.get(answer.location).text

    assert f"{count} 题已标为沿用自评。" in after
    assert (
        after.count(
            '<p class="visit-question__marks"><span class="status-chip" data-tone="plain" data-verification-chip="as_said"'
        )
        == count
    )
    assert "data-rest-count" not in after
    standing = tablet.get(f"/visits/{visit.id}/standing").json
    assert standing["sections"]["production"]["unseen"] == count
    assert standing["sections"]["production"]["done"] == 0


def test_a_card_offers_the_verdicts_by_the_words_that_are_kept(tablet, visit):
    text = tablet.get(page(visit)).text

    offered = re.findall(rf'name="{NAME}-verification" value="?([^" >]+)', text)

    assert offered == [Verdict.VERIFIED, Verdict.CHANGED, Verdict.NOT_SEEN]


def test_a_section_that_does_not_exist_is_not_there(tablet, visit):
    assert tablet.get(page(visit, "magic")).status_code == 404


def test_only_what_is_not_verified_can_be_shown(tablet, visit):
    tablet.get(page(visit))
    assert save(tablet, visit, verification="verified").status_code == 200

    text = tablet.get(page(visit) + "?only=open").text

    assert f'id="question-{QUESTION}"' not in text
    assert 'id="question-exceptions"' in text


# --- answer by answer -----------------------------------------------------------------------------


def test_a_touch_confirms(session, tablet, visit):
    tablet.get(page(visit))

    answer = save(tablet, visit, verification="verified")

    assert answer.status_code == 200
    assert answer.json["revision"] == 2
    assert (answer.json["value"], answer.json["verification"]) == (2, "verified")
    assert row(session, visit).verification == "verified"


def test_a_script_learns_what_an_answer_still_needs(tablet, visit):
    tablet.get(page(visit))
    save(tablet, visit, value=0, verification="changed")

    standing = tablet.get(f"/visits/{visit.id}/standing").json

    assert standing["done"] == 1
    assert standing["needs"][QUESTION] == ["reason", "photo"]
    assert standing["verifications"][QUESTION] == "changed"
    assert standing["sections"]["production"]["done"] == 1


def test_a_photo_on_the_on_site_sheet_answers_the_need_for_one(session, tablet, visit):
    tablet.get(page(visit))
    save(tablet, visit, value=0, reason="没有计划表。")
    needs = tablet.get(f"/visits/{visit.id}/standing").json["needs"]
    assert needs[QUESTION] == ["photo"]

    sent = tablet.post(
        f"/assessments/{visit.id}/questions/{QUESTION}/evidence",
        data={"files": (io.BytesIO(a_photo()), "现场.jpg"), "csrf_token": tablet.token},
        headers={"Accept": "application/json"},
    )

    assert sent.status_code == 201
    assert QUESTION not in tablet.get(f"/visits/{visit.id}/standing").json["needs"]
    kept = session.scalar(select(Evidence).where(Evidence.question_id == QUESTION))
    assert kept.sheet_id == store.sheet(session, visit.id, SheetKind.ONSITE).id


def test_a_replayed_request_changes_nothing(session, tablet, visit):
    tablet.get(page(visit))
    first = save(tablet, visit, value=1)
    before = revisions(session)

    again = [save(tablet, visit, value=1) for _ in range(5)]

    assert {a.json["revision"] for a in again} == {first.json["revision"]}
    assert revisions(session) == before


def test_a_conflict_shows_both_answers(session, tablet, visit):
    tablet.get(page(visit))
    save(tablet, visit, value=1, reason="第一台平板。", client_word="one")

    met = save(tablet, visit, value=4, client_word="two")

    assert met.status_code == 409
    assert met.json["current"]["value"] == 1
    assert met.json["current"]["reason"] == "第一台平板。"
    assert met.json["current"]["verification"] == "changed"
    assert met.json["yours"] == 4
    assert row(session, visit).value == 1


def test_a_conflict_over_words_alone_is_a_conflict_too(session, tablet, visit):
    tablet.get(page(visit))
    save(tablet, visit, finding="第一台写的。", client_word="one")

    met = save(tablet, visit, finding="第二台写的。", client_word="two")

    assert met.status_code == 409
    assert met.json["current"]["finding"] == "第一台写的。"
    assert row(session, visit).finding == "第一台写的。"


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (422, {"value": "3"}),
        (422, {"value": True}),
        (422, {"value": 5}),
        (422, {"verification": "maybe"}),
        (422, {"verification": 1}),
        (422, {"reason": ["x"]}),
        (422, {"reason": "字" * 2001}),
        (422, {"finding": "坏\x00字"}),
        (422, {"remark": "企业的备注不归顾问写"}),
        (422, {"value": 3, "state": "confirmed"}),
        (422, {"value": 3, "firm_id": 1}),
        (422, {"value": 3, "question": "no_such"}),
        (422, {"value": 3, "base_revision": "1"}),
        (422, {"value": 3, "request_id": ""}),
        (422, {}),
    ],
)
def test_a_bad_request_is_refused_and_changes_nothing(session, tablet, visit, status, fields):
    tablet.get(page(visit))
    before = revisions(session)

    answer = save(tablet, visit, **fields)

    assert answer.status_code == status
    assert answer.json["message"]
    assert revisions(session) == before


def test_an_ended_session_is_told_so(app, tablet, visit):
    tablet.get(page(visit))
    then = clock.utc_now().replace(year=clock.utc_now().year + 1)
    app.config["CLOCK"] = lambda: then

    answer = save(tablet, visit, value=1)

    assert answer.status_code == 401
    assert "没有保存" in answer.json["message"]


def test_the_firm_and_the_officer_cannot_save_on_the_on_site_sheet(app, session, visit):
    for role in ("officer", "administrator"):
        reader = signed_in(app, session, a_user(session, role))
        assert save(reader, visit, value=1).status_code == 403
    firm = signed_in(app, session, a_user(session))
    assert save(firm, visit, value=1).status_code == 403
    assert row(session, visit).value == 2


# --- page by page, without script -----------------------------------------------------------------


def test_a_page_without_script_keeps_verdicts_reasons_and_findings(session, tablet, visit):
    tablet.get(page(visit))

    answer = tablet.submit(
        "",
        {
            f"{NAME}-verification": "changed",
            NAME: "1",
            f"{NAME}-reason": "排产表是上周的。",
            f"{NAME}-finding": "计划员请假就停摆。",
            "q_exceptions-verification": "verified",
            "q_delivery_promise-verification": "not_seen",
            "q_delivery_promise-reason": "销售外出。",
        },
    )

    assert answer.status_code == 302
    changed = row(session, visit)
    assert (changed.value, changed.verification) == (1, "changed")
    assert (changed.reason, changed.finding) == ("排产表是上周的。", "计划员请假就停摆。")
    assert row(session, visit, "exceptions").verification == "verified"
    assert row(session, visit, "delivery_promise").verification == "not_seen"
    assert row(session, visit, "progress_reporting").verification == "unverified"


def test_a_page_sent_back_untouched_changes_nothing(session, tablet, visit):
    tablet.get(page(visit))
    before = revisions(session)

    assert tablet.submit("").status_code == 302
    assert revisions(session) == before


def test_the_way_on_leads_through_every_section_to_the_overview(tablet, visit):
    tablet.get(page(visit, "design"))
    onward = tablet.submit("", {"go": "next"})
    assert onward.location == page(visit, "production")

    last = list(SHIPPED.load("2026").questionnaire("valve").sections)[-1]
    tablet.get(page(visit, last.id))
    assert tablet.submit("", {"go": "next"}).location == f"/visits/{visit.id}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({f"{NAME}-verification": "changed"}, "请选现场核验后的答案"),
        ({f"{NAME}-verification": "verified", NAME: "4"}, "答案改过了"),
        ({f"{NAME}-verification": "changed", NAME: "9"}, "生产"),
        ({f"{NAME}-reason": "字" * 2001}, "最多 2000 字"),
    ],
)
def test_a_slip_comes_back_with_everything_typed_and_the_rest_is_kept(
    session, tablet, visit, given, words
):
    tablet.get(page(visit))

    answer = tablet.submit(
        "", {"q_exceptions-verification": "verified", f"{NAME}-finding": "写好的发现。"} | given
    )

    assert answer.status_code == 422
    assert words in answer.text
    assert "写好的发现。" in answer.text
    assert row(session, visit, "exceptions").verification == "verified"
    assert row(session, visit).value == 2


def test_a_page_overtaken_by_another_tablet_asks_which_to_keep(session, tablet, visit, consultant):
    tablet.get(page(visit))
    by = Actor(consultant.id, consultant.name)
    change = Change(QUESTION, "other.1", 1, value=4, reason="另一台平板。")
    answers.save_answer(Step(session, by, moment()), visit.id, SheetKind.ONSITE, change)

    met = tablet.submit(
        "", {f"{NAME}-verification": "changed", NAME: "1", f"{NAME}-reason": "我的。"}
    )

    assert met.status_code == 409
    assert "另一台平板。" in met.text
    assert "我的。" in met.text
    assert row(session, visit).value == 4

    mine = tablet.submit("", {f"{NAME}-keep": "mine-2"})

    assert mine.status_code == 302
    kept = row(session, visit)
    assert (kept.value, kept.reason) == (1, "我的。")


def test_a_page_sent_after_the_visit_was_given_back_is_told_what_happened(session, tablet, visit):
    tablet.get(page(visit))
    assessments.return_to_firm(Step(session, TESTER, moment()), visit.id, reason="请补。")

    answer = tablet.submit("", {f"{NAME}-verification": "verified"})

    assert answer.status_code == 409
    assert "退回" in answer.text


def test_a_photo_travels_with_the_page(session, tablet, visit):
    tablet.get(page(visit))
    data = {
        "csrf_token": tablet.token,
        f"{NAME}-base": "1",
        f"{NAME}-files": (io.BytesIO(a_photo()), "现场.jpg"),
    }

    answer = tablet.post(page(visit), data=data)

    assert answer.status_code == 302
    assert "现场.jpg" in tablet.get(page(visit)).text


def test_a_file_that_is_none_is_refused_beside_its_question(session, tablet, visit):
    tablet.get(page(visit))
    data = {
        "csrf_token": tablet.token,
        f"{NAME}-base": "1",
        f"{NAME}-verification": "verified",
        NAME: "2",
        f"{NAME}-files": (io.BytesIO(b"MZ not a picture"), "现场.jpg"),
    }

    answer = tablet.post(page(visit), data=data)

    assert answer.status_code == 415
    assert row(session, visit).verification == "verified"
    assert session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_a_card_that_needs_a_photo_opens_the_place_for_it(tablet, visit):
    tablet.get(page(visit))
    closed = tablet.get(page(visit)).text
    save(tablet, visit, value=0, reason="没有计划表。")

    opened = tablet.get(page(visit)).text

    more = (
        rf'id="question-{QUESTION}".*?<details class="disclosure question__more"( open)? data-more'
    )
    assert [re.search(more, text, re.DOTALL)[1] for text in (closed, opened)] == [None, " open"]


def test_a_refused_text_marks_its_card_so_that_a_script_sends_it_again(tablet, visit):
    tablet.get(page(visit))

    back = tablet.submit("", {f"{NAME}-finding": "坏\x00字"})

    assert back.status_code == 422
    marked = re.findall(r'data-question="(\w+)"[^>]* data-wrong', back.text)
    assert marked == [QUESTION]


# --- facts the firm left out ----------------------------------------------------------------------


def leave_out(session, section_id):
    """Clear the answers of an optional section on both sheets."""
    section = SHIPPED.load("2026").questionnaire("valve").section_by_id[section_id]
    with db.writing(session):
        ids = [question.id for question in section.questions]
        session.execute(update(AnswerRow).where(AnswerRow.question_id.in_(ids)).values(value=None))


def test_facts_the_level_rests_on_are_told_on_one_page_without_a_reason(session, tablet, visit):
    leave_out(session, "miit_facts")
    assert "工信部数字化水平等级还缺 15 项事实" in tablet.get(f"/visits/{visit.id}").text
    missing = page(visit, "miit_facts") + "?only=missing"
    assert 'id="question-systems_coverage"' in tablet.get(missing).text

    told = save(tablet, visit, question="systems_coverage", value="all", verification="changed")

    assert told.status_code == 200
    assert "systems_coverage" not in tablet.get(f"/visits/{visit.id}/standing").json["needs"]
    assert 'id="question-systems_coverage"' not in tablet.get(missing).text
    assert "还缺 14 项事实" in tablet.get(f"/visits/{visit.id}").text


def test_a_change_of_what_the_firm_told_still_asks_why(tablet, visit):
    tablet.get(page(visit, "miit_facts"))
    save(tablet, visit, question="systems_coverage", value="all", verification="changed")

    needs = tablet.get(f"/visits/{visit.id}/standing").json["needs"]

    assert needs["systems_coverage"] == ["reason"]


def test_a_visit_with_every_fact_asks_for_none(tablet, visit):
    assert "补齐事实" not in tablet.get(f"/visits/{visit.id}").text
