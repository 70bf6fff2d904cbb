"""Answers from a client that lies, repeats itself, races, or breaks off: nothing wrong is kept."""

import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from questionnaires.model import is_asked
from questionnaires.scoring import score
from survey.library import questionnaire_of
from survey.lifecycle import assessments as steps
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    AssessmentState,
    AuditEntry,
    Firm,
    Round,
    ScoreRow,
    SheetRow,
    User,
)
from tests.support.people import (
    EDITION,
    TESTER,
    a_consultant,
    a_firm,
    a_round,
    a_user,
    begun,
    filled,
    handed_in,
    moment,
    signed_in,
    visited,
    wire_for,
)

LEVEL, RATIO, NUMBER, CHOICE, MULTIPLE, GRID = (
    "scheduling",
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


class Sitting:
    """A firm's user in front of an open sheet."""

    def __init__(self, app, session, **given):
        self.session = session
        self.user = a_user(session)
        self.firm = session.get(Firm, self.user.firm_id)
        self.assessment = begun(session, self.firm, **given)
        self.id = self.assessment.id
        session.rollback()
        self.client = signed_in(app, session, self.user)
        self.sent = 0

    def save(self, value=None, question=LEVEL, base=0, client=None, **more):
        self.sent += 1
        body = {"question": question, "request_id": f"tab.{self.sent}", "base_revision": base}
        body |= {"value": value} | more
        client = client or self.client
        return client.post(
            f"/firm/assessments/{self.id}/answers",
            data=json.dumps(body),  # as a script may: half a character is written \\ud800
            content_type="application/json",
            headers={"X-CSRFToken": client.token, "Accept": "application/json"},
        )

    def raw(self, body, content_type="application/json", **headers):
        return self.client.post(
            f"/firm/assessments/{self.id}/answers",
            data=body,
            content_type=content_type,
            headers={"X-CSRFToken": self.client.token, "Accept": "application/json"} | headers,
        )

    def kept(self, question=LEVEL):
        self.session.rollback()
        query = select(AnswerRow.value).where(AnswerRow.question_id == question)
        return self.session.scalar(query.execution_options(populate_existing=True))

    def revisions(self):
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(AnswerRevision))


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


# --- bodies --------------------------------------------------------------------------------------


NO_REQUESTS = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"5",
    b'"text"',
    b'{"question": "scheduling", "request',
    b'{"question": "sched\xff\xfe", "request_id": "a.1", "base_revision": 0, "value": 2}',
    b'{"question": "scheduling", "question": "exceptions", "request_id": "a.1",'
    b' "base_revision": 0, "value": 2}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"\x00",
    "\ufeff{}".encode("utf-16"),
]


def test_a_body_that_is_no_request_changes_nothing(sitting):
    for body in NO_REQUESTS:
        answer = sitting.raw(body)

        assert answer.status_code == 400
        assert answer.json["message"]
        assert sitting.revisions() == 0


OTHER_NAMES = ["text/plain", "text/html", "application/x-www-form-urlencoded", "image/png", ""]


def test_json_under_another_name_is_refused(sitting):
    for content_type in OTHER_NAMES:
        body = {"question": LEVEL, "request_id": "a.1", "base_revision": 0, "value": 2}

        answer = sitting.raw(json.dumps(body), content_type)

        assert answer.status_code == 400
        assert sitting.revisions() == 0


STRANGE = [
    {"status": "submitted"},
    {"score": 100},
    {"firm_id": 1},
    {"locked": 0},
    {"verification": "verified"},
    {"finding": "x"},
    {"author_id": 1},
    {"kind": "onsite"},
    {"revision": 9},
    {"__proto__": {}},
    {"request_id": 5},
    {"request_id": ""},
    {"request_id": "x" * 65},
    {"request_id": "a b"},
    {"request_id": "copy:1:scheduling"},
    {"request_id": "汉字"},
    {"base_revision": "0"},
    {"base_revision": True},
    {"base_revision": -1},
    {"base_revision": 1.0},
    {"base_revision": 2**63},
    {"base_revision": None},
    {"question": 5},
    {"question": ["scheduling"]},
    {"remark": 5},
    {"remark": ["x"]},
    {"remark": None},
]


def test_fields_of_the_wrong_kind_or_nobody_asked_for_are_refused(sitting):
    for strange in STRANGE:
        body = {"question": LEVEL, "request_id": "a.1", "base_revision": 0, "value": 2} | strange

        answer = sitting.client.send(f"/firm/assessments/{sitting.id}/answers", body)

        assert answer.status_code == 422
        assert sitting.revisions() == 0


def test_too_much_is_refused_in_chinese_before_it_is_read(sitting):
    long = sitting.save(2, remark="长" * 200_000)
    longer = sitting.raw(b'{"remark": "' + b"x" * 5_000_000 + b'"}')
    form = sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data={"csrf_token": sitting.client.token, "q_scheduling-remark": "长" * 9_000_000},
    )

    assert long.status_code == 422
    assert longer.status_code == 413
    assert "太大" in longer.text or "超过" in longer.text
    assert form.status_code == 413
    assert sitting.revisions() == 0


def test_a_form_in_another_encoding_is_refused_and_changes_nothing(sitting):
    sitting.save(2, remark="原来的话")
    answer = sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data=f"csrf_token={sitting.client.token}&q_scheduling=3&q_scheduling-remark=%FF%FE",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 400
    assert sitting.kept() == 2


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
        (b"no boundary at all", "multipart/form-data"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=y"),
        (b"{}", "application/json"),
        (b"<a/>", "text/xml"),
    ],
)
def test_a_broken_form_never_clears_answers(sitting, body, content_type):
    sitting.save(2, remark="原来的话")

    answer = sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data=body,
        content_type=content_type,
        headers={"X-CSRFToken": sitting.client.token},
    )

    assert answer.status_code == 400
    assert sitting.kept() == 2
    assert sitting.revisions() == 1


def test_a_form_that_speaks_of_one_question_leaves_the_others_alone(sitting):
    sitting.save(2)
    sitting.save(4, "exceptions")

    sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data={"csrf_token": sitting.client.token, "q_scheduling": "3", "q_scheduling-base": "1"},
    )

    assert sitting.kept("exceptions") == 4
    assert sitting.kept() == 3


@pytest.mark.parametrize("base", ["", "-1", "99", "１", "²", "9" * 30, "1e3", "x"])
def test_a_form_with_an_invented_base_overwrites_nothing(sitting, base):
    sitting.save(2)

    answer = sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data={"csrf_token": sitting.client.token, "q_scheduling": "4", "q_scheduling-base": base},
    )

    assert answer.status_code in (409, 422)
    assert sitting.kept() == 2


# --- again, late, and at once --------------------------------------------------------------------


def test_a_request_id_stands_for_one_content(sitting):
    def send(**changed):
        body = {"question": LEVEL, "request_id": "same.1", "base_revision": 0, "value": 2}
        return sitting.client.send(f"/firm/assessments/{sitting.id}/answers", body | changed)

    assert send().status_code == 200
    assert send().status_code == 200  # a retry

    other_value = send(value=4)
    other_question = send(question="exceptions")
    other_words = send(remark="别的话")

    assert [a.status_code for a in (other_value, other_question, other_words)] == [409] * 3
    assert "没有保存" in other_value.json["message"]
    assert (sitting.kept(), sitting.kept("exceptions")) == (2, None)
    assert sitting.revisions() == 1


def test_a_request_id_of_one_sheet_means_nothing_on_another(app, session):
    sittings = [Sitting(app, session) for _ in range(2)]
    for number, one in enumerate(sittings):
        body = {"question": LEVEL, "request_id": "same.1", "base_revision": 0, "value": number}
        answer = one.client.send(f"/firm/assessments/{one.id}/answers", body)
        assert answer.json["value"] == number


def test_a_retry_after_handing_in_is_still_acknowledged_but_nothing_new_is(app, session):
    user = a_user(session)
    assessment = filled(session, user)
    client = signed_in(app, session, user)
    address = f"/firm/assessments/{assessment.id}/answers"
    body = {"question": LEVEL, "request_id": "late.1", "base_revision": 1, "value": 3}
    assert client.send(address, body).status_code == 200
    steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="虚构人")

    again = client.send(address, body)
    new = client.send(address, body | {"request_id": "late.2", "base_revision": 2, "value": 0})

    assert again.status_code == 200
    assert new.status_code == 409
    assert new.json["state"] == "submitted"
    assert "退回" in new.json["message"]


def test_what_cannot_be_kept_any_more_stays_on_the_page_to_be_copied(app, session):
    user = a_user(session)
    assessment = handed_in(session, user)
    client = signed_in(app, session, user)
    address = f"/firm/assessments/{assessment.id}/sections/production"

    answer = client.post(
        address,
        data={
            "csrf_token": client.token,
            "q_scheduling": "4",
            "q_scheduling-remark": "来不及提交的话",
            "q_scheduling-base": "1",
        },
    )

    assert answer.status_code == 409
    assert "来不及提交的话" in answer.text


def test_two_tabs_on_one_question_the_second_is_shown_both(app, sitting):
    colleague = a_user(sitting.session, firm=sitting.firm, name="王小明")
    other = signed_in(app, sitting.session, colleague)
    sitting.save(1, client=other)

    answer = sitting.save(3)

    assert answer.status_code == 409
    assert answer.json["current"]["value"] == 1
    assert answer.json["current"]["author"] == "王小明"
    assert answer.json["yours"] == 3
    assert "王小明" in answer.json["message"]
    assert sitting.kept() == 1


def test_handing_in_and_saving_at_the_same_moment_never_meet_half_way(app, session, engine):
    user = a_user(session)
    assessment = filled(session, user, level=2)
    clients = [signed_in(app, session, user) for _ in range(6)]
    number = assessment.id
    clients[0].get(f"/firm/assessments/{number}/review")
    token = clients[0].token

    def hand_in():
        return clients[0].post(
            f"/firm/assessments/{number}/review",
            data={"csrf_token": token, "agreed": "y", "declared_by": "虚构人"},
        )

    def save(place):
        body = {"question": LEVEL, "request_id": f"r{place}.1", "base_revision": 1, "value": 4}
        return clients[place].send(f"/firm/assessments/{number}/answers", body)

    with ThreadPoolExecutor(6) as pool:
        saves = [pool.submit(save, place) for place in range(1, 6)]
        submitted = pool.submit(hand_in).result()
        statuses = {future.result().status_code for future in saves}

    assert submitted.status_code == 302
    assert statuses <= {200, 409}
    with Session(engine) as fresh:
        value = fresh.scalar(select(AnswerRow.value).where(AnswerRow.question_id == LEVEL))
        share = fresh.scalar(select(ScoreRow.share))
        kept = fresh.get(Assessment, number)
        sheet = sheet_of(
            questionnaire_of(kept),
            answer_store.answers(fresh, fresh.scalar(select(ScoreRow.sheet_id))),
        )
        again = score(questionnaire_of(kept), sheet, frozenset(_processes(fresh)))
    assert value in (2, 4)
    assert str(again.share) == share


def _processes(session):
    return session.scalar(select(Firm.processes))


def test_handing_in_twice_or_by_two_at_once_is_one_receipt(app, session, engine):
    user = a_user(session)
    colleague = a_user(session, firm=session.get(Firm, user.firm_id))
    assessment = filled(session, user)
    clients = [signed_in(app, session, who) for who in (user, user, colleague, colleague)]
    number = assessment.id
    session.rollback()

    def hand_in(client):
        return client.post(
            f"/firm/assessments/{number}/review",
            data={"csrf_token": client.token, "agreed": "y", "declared_by": "虚构人"},
        )

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(hand_in, clients))

    assert {answer.status_code for answer in answers} == {302}
    with Session(engine) as fresh:
        submits = select(func.count(AuditEntry.id)).where(AuditEntry.action == "submit")
        assert fresh.scalar(submits) == 1
        assert fresh.scalar(select(func.count()).select_from(ScoreRow)) == 1
    for client in clients:
        assert "回执" in client.get(f"/firm/assessments/{number}/").text


def test_handing_in_without_agreeing_or_signing_keeps_what_was_typed(app, session):
    user = a_user(session)
    assessment = filled(session, user)
    client = signed_in(app, session, user)
    address = f"/firm/assessments/{assessment.id}/review"

    for given in (
        {"declared_by": "没有打勾的人"},
        {"agreed": "y", "declared_by": ""},
        {"agreed": "y", "declared_by": "名" * 61},
        {"agreed": "y", "declared_by": "\u200b \x00"},
    ):
        answer = client.post(address, data={"csrf_token": client.token} | given)
        assert answer.status_code == 422, given
    session.rollback()
    assert (
        session.get(Assessment, assessment.id, populate_existing=True).state
        == AssessmentState.DRAFT
    )
    assert (
        "没有打勾的人"
        in client.post(
            address, data={"csrf_token": client.token, "declared_by": "没有打勾的人"}
        ).text
    )


def test_an_incomplete_sheet_is_not_handed_in(sitting):
    answer = sitting.client.post(
        f"/firm/assessments/{sitting.id}/review",
        data={"csrf_token": sitting.client.token, "agreed": "y", "declared_by": "虚构人"},
    )

    assert answer.status_code == 422
    sitting.session.rollback()
    assert sitting.session.scalar(select(Assessment.state)) == AssessmentState.DRAFT


def test_a_round_that_is_over_or_yet_to_come_cannot_be_begun(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)
    today = moment().date()
    over = a_round(session, closes_on=today - timedelta(days=3))
    coming = a_round(session, opens_on=today + timedelta(days=3))
    session.rollback()

    for round_ in (over, coming):
        answer = client.post(f"/firm/rounds/{round_.id}/begin", data={"csrf_token": client.token})
        assert answer.status_code == 409
        assert "这一轮评估" in answer.text
    session.rollback()
    assert session.scalar(select(func.count(Assessment.id))) == 0


def test_an_assessment_keeps_its_edition_whatever_its_round_becomes(app, session):
    user = a_user(session)
    assessment = filled(session, user)
    session.get(Round, assessment.round_id).edition = "2099"
    session.commit()
    client = signed_in(app, session, user)

    page = client.get(f"/firm/assessments/{assessment.id}/sections/production")

    assert page.status_code == 200
    session.rollback()
    assert session.get(Assessment, assessment.id, populate_existing=True).edition == EDITION


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
