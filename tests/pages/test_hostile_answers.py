"""Answers from a client that lies: nothing wrong is kept."""

import unicodedata

import pytest
from sqlalchemy import func, select

from questionnaires.library import SHIPPED
from questionnaires.model import is_asked
from questionnaires.scoring import score
from survey.library import questionnaire_of
from survey.lifecycle import assessments as steps
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.step import Step
from survey.tables import AnswerRow, ScoreRow, SheetRow, User
from tests.support.people import (
    EDITION,
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    filled,
    moment,
    signed_in,
    visited,
    wire_for,
)
from tests.support.sitting import LEVEL, Sitting

RATIO, NUMBER, CHOICE, MULTIPLE, GRID = (
    "numerical_control",
    "stock_turns",
    "project_state",
    "network_build",
    "investment",
)
NUMBERS_ONLY = [
    "1,234",
    "12%",
    "1_000",
    "٣",
    "²",
    "½",
    "Ⅻ",
    "0x10",
    "1e3",
    "1e999",
    "-1",
    "-0",
    "+5",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "1.2.3",
    "一百",
    "=1+1",
    "9" * 40,
    "1\x00",
    "1\u200b",
    "",
]


@pytest.fixture
def sitting(app, session):
    return Sitting(app, session)


# --- values --------------------------------------------------------------------------------------


def test_no_bad_value_of_any_kind_is_kept(sitting):
    bad = {
        LEVEL: [5, 6, -1, 2.5, "3", True, [3], {"level": 3}, 10**30, "not_applicable", float(2)],
        RATIO: [
            5,
            "50%",
            {"part": 5},
            {"part": 5, "whole": 0},
            {"part": 6, "whole": 5},
            {"part": 1, "whole": 2, "more": 1},
            {"part": True, "whole": 2},
            {"part": 1.5, "whole": 2},
            {"part": None, "whole": 2},
            {"part": [1], "whole": 2},
            *({"part": text, "whole": "100000"} for text in NUMBERS_ONLY),
        ],
        NUMBER: [{"amount": 1}, [1], True, *NUMBERS_ONLY],
        CHOICE: ["", "unknown", "scheduling", ["a", "b"], 1, True, {"option": "a"}],
        MULTIPLE: ["none", ["unknown"], [1], [["a"]], {"a": 1}, [None]],
        GRID: [
            [],
            "x",
            {"unknown": {"y": "1"}},
            *({"equipment": {"y2025": text}} for text in NUMBERS_ONLY[:6]),
            {"equipment": ["1"]},
        ],
    }
    for question, values in bad.items():
        for value in values:
            answer = sitting.save(value, question)
            assert answer.status_code == 422, (question, value, answer.json)
            assert answer.json["fields"]
            assert any("\u4e00" <= c <= "\u9fff" for c in answer.json["message"])
    assert sitting.revisions() == 0


def test_an_option_that_excludes_the_others_stands_alone(sitting):
    question = questionnaire_of(sitting.assessment).questions["data_security"]
    options = [option.id for option in question.options]
    exclusive = next((o.id for o in question.options if o.exclusive), None)
    assert exclusive is not None

    both = sitting.save([exclusive, options[0]], question.id)
    twice = sitting.save([options[0], options[0]], question.id)

    assert (both.status_code, twice.status_code) == (422, 422)
    assert sitting.save([exclusive], question.id).status_code == 200


def test_full_width_digits_and_blanks_are_tidied_and_shown_back(sitting):
    answer = sitting.save({"part": " １２ ", "whole": "４０"}, RATIO)

    assert answer.status_code == 200
    assert answer.json["value"] == {"part": 12, "whole": 40}
    assert sitting.kept(RATIO) == {"part": 12, "whole": 40}


NO_JSON_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "-0"]


def test_numbers_json_does_not_have_are_refused(sitting):
    for constant in NO_JSON_NUMBERS:
        for question, value in (
            (LEVEL, constant),
            (RATIO, f'{{"part": {constant}, "whole": 5}}'),
            (NUMBER, constant),
        ):
            body = (
                f'{{"question": "{question}", "request_id": "a.1", "base_revision": 0,'
                f' "value": {value}}}'
            )
            answer = sitting.raw(body)
            assert answer.status_code in (400, 422)
        assert sitting.revisions() == 0


def test_a_hidden_question_is_refused_and_a_hidden_answer_never_scored(app, session):
    questionnaire = SHIPPED.load(EDITION).questionnaire("valve")
    kept_processes = frozenset(p.id for p in questionnaire.trade.processes if p.usual)
    everything = frozenset(p.id for p in questionnaire.trade.processes)
    hidden = next(
        q
        for q in questionnaire.questions.values()
        if q.scored and is_asked(q, everything) and not is_asked(q, kept_processes)
    )
    user = a_user(session)
    full = filled(session, user, level=2)
    client = signed_in(app, session, user)
    address = f"/firm/assessments/{full.id}/answers"
    body = {"question": hidden.id, "request_id": "a.1", "base_revision": 1, "value": 4}
    assert client.send(address, body).status_code == 200
    steps.set_processes(Step(session, TESTER, moment()), full.id, sorted(kept_processes))

    refused = client.send(address, body | {"request_id": "a.2", "base_revision": 2, "value": 0})
    steps.submit(Step(session, TESTER, moment()), full.id, declared_by="虚构人")

    assert refused.status_code == 422
    assert "工序" in refused.json["message"]
    session.rollback()
    kept = session.scalars(select(AnswerRow)).all()
    without = {row.question_id: row for row in kept if row.question_id != hidden.id}
    expected = score(questionnaire, sheet_of(questionnaire, without), kept_processes)
    assert session.scalar(select(ScoreRow.share)) == str(expected.share)


def test_a_question_of_another_trade_is_unknown(sitting):
    for question in ("bearing_assembly", "nesting", "", "__class__", "q_scheduling", "x" * 5000):
        assert sitting.save(3, question).status_code == 422
    assert sitting.revisions() == 0


# --- words ---------------------------------------------------------------------------------------


def test_odd_but_honest_words_come_back_as_they_were(sitting):
    words = "𠮷𠮷 㛃 👩‍🔬 e\u0301 \u202eabc\u202c a\u200bb \ue000 ‘引号’ <b>&amp;"
    saved = sitting.save(2, remark=words)

    page = sitting.client.get(f"/firm/assessments/{sitting.id}/sections/production")

    assert saved.status_code == 200
    sitting.session.rollback()
    kept = sitting.session.scalar(select(AnswerRow.remark))
    assert kept in (words, unicodedata.normalize("NFC", words))
    assert "𠮷𠮷 㛃 👩‍🔬" in page.text
    assert "&lt;b&gt;&amp;amp;" in page.text


def test_words_are_counted_in_characters_as_people_see_them(sitting):
    assert sitting.save(2, remark="𠮷" * 2000).status_code == 200
    assert sitting.save(2, remark="𠮷" * 2001, base=1).status_code == 422


@pytest.mark.parametrize("word", ["a\x00b", "a\x07b", "\x1b[31m", "\ud800", "a\udfffb"])
def test_words_no_database_can_hold_are_refused_on_both(sitting, word):
    answer = sitting.save(2, remark=word)

    assert answer.status_code == 422
    assert "remark" in answer.json["fields"]
    assert sitting.revisions() == 0


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'; DROP TABLE answers; --",
    "{{ 7*7 }}{% raw %}${7*7}#{7*7}",
    "javascript:alert(1)",
    "</textarea><script>alert(2)</script>",
    "</title><!-- ]]>",
    "%s %(x)s {0} {x.__class__}",
]


def test_hostile_words_are_just_words_on_every_page_that_shows_them(app, session):
    words = " ".join(HOSTILE)
    used = [{"kind": "system", "name": words, "vendor": words, "year": 2021}]
    told = {"products": words, "contact_name": words[:60], "address": words[:200], "in_use": used}
    firm = a_firm(session, name=words[:100], **told)
    user, consultant = a_user(session, firm=firm, name=words[:60]), a_consultant(session)
    assessment = visited(session, user, consultant, remark=words)
    firm_client, visitor = signed_in(app, session, user), signed_in(app, session, consultant)
    pages = [
        (firm_client, "/firm/"),
        (firm_client, "/firm/profile"),
        (firm_client, f"/firm/assessments/{assessment.id}/"),
        (firm_client, f"/firm/assessments/{assessment.id}/sections/production"),
        (firm_client, f"/assessments/{assessment.id}/result/self"),
        (visitor, "/visits"),
        (visitor, f"/visits/{assessment.id}"),
        (visitor, f"/visits/{assessment.id}/sections/production"),
        (visitor, f"/assessments/{assessment.id}/result/self"),
    ]

    for client, address in pages:
        page = client.get(address)
        assert page.status_code == 200, address
        for bad in ("<script>alert", "<img src=x", "<svg onload", "<!-- ]]>", 'href="javascript:'):
            assert bad not in page.text, (address, bad)


# --- on site -------------------------------------------------------------------------------------


def test_a_consultants_words_are_strict_too(app, session):
    consultant = a_consultant(session)
    assessment = visited(session, a_user(session), consultant)
    client = signed_in(app, session, consultant)
    address = f"/visits/{assessment.id}/answers"
    good = {"question": LEVEL, "request_id": "v.1", "base_revision": 1}
    for bad in (
        {"verification": "admin"},
        {"verification": ""},
        {"verification": None},
        {"verification": 1},
        {"remark": "企业的备注不归顾问改"},
        {"value": 9},
        {"value": 3, "reason": "a\x00b"},
        {"finding": "x" * 2001},
        {"chosen_packages": []},
    ):
        answer = client.send(address, good | bad)
        assert answer.status_code == 422, bad
    session.rollback()
    rows = session.scalars(select(AnswerRow.verification).distinct()).all()
    assert set(rows) == {None, "unverified"}


def test_a_firm_speaks_no_verdict(app, session):
    user, consultant = a_user(session), a_consultant(session)
    assessment = visited(session, user, consultant)
    client = signed_in(app, session, user)

    for address in (f"/visits/{assessment.id}/answers", f"/visits/{assessment.id}/confirm"):
        assert client.send(address, {"question": LEVEL}).status_code == 403
    assert session.scalar(select(User.role).where(User.id == user.id)) == "firm"


def test_a_consultant_replaced_in_the_middle_of_a_visit_is_out_at_once(app, session):
    first, second = a_consultant(session), a_consultant(session)
    assessment = visited(session, a_user(session), first)
    client = signed_in(app, session, first)
    assert client.get(f"/visits/{assessment.id}").status_code == 200
    steps.assign(Step(session, TESTER, moment()), assessment.id, second.id)

    body = {"question": LEVEL, "request_id": "v.1", "base_revision": 1, "value": 4}

    assert client.get(f"/visits/{assessment.id}").status_code == 404
    assert client.send(f"/visits/{assessment.id}/answers", body).status_code == 404
    assert client.get(f"/assessments/{assessment.id}/result/self").status_code == 404


def test_no_request_of_a_consultant_can_stop_the_firms_copy_from_being_made(app, session):
    """Copied answers bear request ids of their own, which no client can take first."""
    user, consultant = a_user(session), a_consultant(session)
    assessment = visited(session, user, consultant)
    client = signed_in(app, session, consultant)
    for taken in ("copy-2-exceptions", "copy.2.exceptions", "copy_2_exceptions"):
        body = {"question": LEVEL, "request_id": taken, "base_revision": 1, "value": 2}
        client.send(f"/visits/{assessment.id}/answers", body)
    steps.return_to_firm(Step(session, TESTER, moment()), assessment.id, reason="补充")
    session.rollback()
    own = signed_in(app, session, user)
    body = {"question": "exceptions", "request_id": "f.1", "base_revision": 1, "value": 3}
    assert own.send(f"/firm/assessments/{assessment.id}/answers", body).status_code == 200
    steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="虚构人")

    steps.assign(Step(session, TESTER, moment()), assessment.id, consultant.id)

    session.rollback()
    kept = session.scalars(
        select(AnswerRow.value)
        .join(SheetRow, SheetRow.id == AnswerRow.sheet_id)
        .where(AnswerRow.question_id == "exceptions", SheetRow.speaks)
    ).all()
    assert kept == [3, 3]


def test_every_question_of_the_edition_takes_a_good_answer_and_shows_it(sitting):
    questionnaire = questionnaire_of(sitting.assessment)
    everything = frozenset(process.id for process in questionnaire.trade.processes)
    asked = list(questionnaire.all_asked(everything))
    assert len(asked) > 90
    for question in asked:
        answer = sitting.save(wire_for(question), question.id)
        assert answer.status_code == 200, (question.id, answer.json)
    for section in questionnaire.sections:
        page = sitting.client.get(f"/firm/assessments/{sitting.id}/sections/{section.id}")
        assert page.status_code == 200
    assert sitting.session.scalar(select(func.count()).select_from(AnswerRow)) == len(asked)
