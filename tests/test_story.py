"""One firm from its invitation to its recognition. Read this test first: it is the whole product.

A second tale is about what comes back: a module given away, a sheet returned, a gate nobody saw, an
objection, a recognition revoked.

Every step goes through the pages, as its reader takes it, on both databases. Numbers are checked
where they are read: on the page, on paper, in the workbook and in the trace.
"""

from __future__ import annotations

import re
from fractions import Fraction
from io import BytesIO
from itertools import count
from typing import Any

import pymupdf
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from questionnaires.answers import parse, percent_text
from questionnaires.library import SHIPPED
from questionnaires.scoring import Score, score
from questionnaires.trace import trace
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import Assessment, AuditEntry, PoolEntry, Role, SheetKind
from tests.support.client import CheckingClient
from tests.support.files import a_photo
from tests.support.labour import work
from tests.support.people import a_user, signed_in

NAME = "云碓阀门（虚构）"
CODE = "91819999MA1BCDE25A"
UNSEEN = "pressure_test"
"""A gate of the rung the firm reaches, and nobody could look at it."""
PASSWORD = "一句 好记的 Long 话"
PROCESSES = ["machining", "ball_grinding", "assembly", "pressure_testing", "coating", "outsourced"]
_sequence = count(1)


def test_a_firm_goes_from_its_invitation_to_its_recognition(app: Flask, session: Session):
    officer = signed_in(app, session, a_user(session, Role.OFFICER, name="主管虚构人"))
    administrator = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    _the_administrator_names_the_district(administrator)
    _the_officer_opens_a_round(officer)
    link = _the_officer_takes_the_firm_on(officer)

    firm = _the_firm_sets_its_password_and_signs_in(app, link)
    number = _the_firm_begins(firm, session)
    _the_firm_answers_everything(firm, number)
    _the_firm_submits(firm, number)
    own = _scored(session, number, SheetKind.SELF)
    _page_paper_and_trace_agree(app, firm, number, SheetKind.SELF, own)

    consultant = a_user(session, Role.CONSULTANT, name="顾问虚构人")
    visitor = signed_in(app, session, consultant)
    _the_officer_sends_a_consultant(officer, number, consultant.id)
    _the_consultant_verifies_everything(visitor, number)
    _the_consultant_concludes_and_confirms(visitor, number)
    _the_officer_answers_the_objection_and_the_owner_acknowledges(officer, firm, number)
    onsite = _scored(session, number, SheetKind.ONSITE)
    assert onsite.share < own.share, "the consultant found one answer too high"
    _page_paper_and_trace_agree(app, firm, number, SheetKind.ONSITE, onsite)

    _the_officer_decides(officer, session, number, doubted=True)
    _the_pool_and_its_workbook_say_the_same(officer, onsite)
    _every_step_is_in_the_log(session)


def test_what_was_handed_over_can_come_back_and_be_put_right(app: Flask, session: Session):
    officer = signed_in(app, session, a_user(session, Role.OFFICER, name="主管虚构人"))
    _the_administrator_names_the_district(
        signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    )
    _the_officer_opens_a_round(officer)
    firm = _the_firm_sets_its_password_and_signs_in(app, _the_officer_takes_the_firm_on(officer))
    number = _the_firm_begins(firm, session)

    _a_colleague_fills_the_module_it_was_given(app, firm, number)
    _the_firm_answers_everything(firm, number)
    _the_firm_submits(firm, number)
    _the_firm_asks_for_its_sheet_and_hands_it_in_again(firm, officer, number)

    consultant = a_user(session, Role.CONSULTANT, name="顾问虚构人")
    visitor = signed_in(app, session, consultant)
    _the_officer_sends_a_consultant(officer, number, consultant.id)
    _the_consultant_verifies_everything(visitor, number)
    _the_visit_is_confirmed_with(visitor, number, word="objected", says="那天仓库没有人带看。")
    _the_rung_is_provisional(firm, officer, number)
    _the_officer_upholds_the_objection(officer, number)
    _the_gate_is_seen_after_all(visitor, session, number)
    _the_visit_is_confirmed_with(visitor, number, word="acknowledged")
    assert "暂核" not in firm.get(f"/assessments/{number}/result/onsite").text
    assert len(firm.get(f"/assessments/{number}/versions").text.split("第 2 版")) > 2

    _the_officer_decides(officer, session, number, doubted=False)
    _the_recognition_is_revoked_and_counts_no_more(officer, session)


def _a_colleague_fills_the_module_it_was_given(
    app: Flask, firm: CheckingClient, number: int
) -> None:
    firm.get("/firm/colleagues")
    link = firm.submit("", {"name": "质检虚构人", "reach": "some", "sections": ["quality"]})
    found = re.search(r"http://[^/]+(/link/[\w-]+)", link.text)
    assert found, link.text
    colleague = app.test_client()
    assert isinstance(colleague, CheckingClient)
    colleague.get(found[1])
    assert colleague.submit("", {"password": PASSWORD}).status_code == 302
    pages = f"/firm/assessments/{number}/sections"
    assert colleague.get(f"{pages}/quality").status_code == 200
    assert colleague.get(f"{pages}/production").status_code == 404
    answers = f"/firm/assessments/{number}/answers"
    colleague.get(f"{pages}/quality")
    assert _save(colleague, answers, "traceability", value=3).status_code == 200
    assert _save(colleague, answers, "scheduling", value=3).status_code == 404
    firm.get("/firm/colleagues")
    away = next(form.action for form in firm.page.forms if form.action.endswith("/away"))
    assert firm.submit(away).status_code == 302
    assert _save(colleague, answers, "traceability", 1, value=0).status_code == 401


def _the_firm_asks_for_its_sheet_and_hands_it_in_again(
    firm: CheckingClient, officer: CheckingClient, number: int
) -> None:
    overview, page = f"/firm/assessments/{number}/", f"/bureau/assessments/{number}"
    firm.get(overview)
    why = "排产那一题填高了。"
    assert firm.submit(f"{overview}ask-return", {"reason": why}).status_code == 302
    assert why in officer.get(page).text
    given = officer.submit(f"{page}/return", {"reason": why, "questions": ["scheduling"]})
    assert given.status_code == 302, given.text
    assert NAME in officer.get(page).text, "what was handed in stays readable"
    assert "/sections/production#" in firm.get(overview).text, "the question named is a link"
    saved = _save(firm, f"{overview}answers", "scheduling", 1, value=2)
    assert saved.status_code == 200, saved.text
    firm.get(f"{overview}review")
    handed = firm.submit("", {"agreed": "y", "declared_by": "厂长虚构人"})
    assert handed.status_code == 302, handed.text
    compared = firm.get(f"/assessments/{number}/versions/compare?before=self-1&after=self-2").text
    assert "C05" in compared
    assert "C04" not in compared


def _the_gate_is_seen_after_all(visitor: CheckingClient, session: Session, number: int) -> None:
    visitor.get(f"/visits/{number}")
    sheet = store.sheet(session, number, SheetKind.ONSITE)
    assert sheet is not None
    row = answer_store.answer(session, sheet.id, UNSEEN)
    assert row is not None
    revision = row.revision
    session.rollback()
    seen = {"verification": "verified", "reason": ""}
    saved = _save(visitor, f"/visits/{number}/answers", UNSEEN, revision, **seen)
    assert saved.status_code == 200, saved.text


def _the_visit_is_confirmed_with(visitor: CheckingClient, number: int, **said: str) -> None:
    while "还不能核定" in visitor.get(f"/visits/{number}/confirm").text:
        _the_consultant_settles_every_contradiction(visitor, number)
    closed = visitor.submit("", {"name": "厂长虚构人", "post": "厂长"} | said)
    assert closed.status_code == 302, closed.text


def _the_rung_is_provisional(firm: CheckingClient, officer: CheckingClient, number: int) -> None:
    assert "暂核" in firm.get(f"/assessments/{number}/result/onsite").text
    assert "暂核" in officer.get(f"/bureau/assessments/{number}").text
    assert "暂核" in officer.get("/bureau/assessments").text


def _the_officer_upholds_the_objection(officer: CheckingClient, number: int) -> None:
    page = f"/bureau/assessments/{number}"
    assert "那天仓库没有人带看。" in officer.get(f"/assessments/{number}/confirmation").text
    officer.get(page)
    opened = officer.submit(f"{page}/reopen", {"reason": "异议成立，请补看。"})
    assert opened.status_code == 302, opened.text


def _the_recognition_is_revoked_and_counts_no_more(
    officer: CheckingClient, session: Session
) -> None:
    with session.begin():
        entry = session.scalars(select(PoolEntry)).one()
    assert "1/4" in officer.get("/bureau/pool").text
    place = f"/bureau/pool/{entry.id}"
    officer.get(place)
    actions = [form.action.partition("#")[0] for form in officer.page.forms]
    revoke = next(action for action in actions if action.endswith("/revoke"))
    assert officer.submit(revoke, {"reason": "公示期内被举报属实。"}).status_code == 302
    assert "0/4" in officer.get("/bureau/pool").text
    assert "公示期内被举报属实。" in officer.get(place).text, "what was recognised is not forgotten"


def _the_administrator_names_the_district(administrator: CheckingClient) -> None:
    administrator.get("/admin/district")
    answer = administrator.submit(
        "",
        {
            "name": "某区",
            "bureau": "某区经济商务局",
            "plan": "某区规划",
            "townships": "甲街道\n乙镇",
            "parks": "某园区A",
            "target-0-year": "2025",
            "target-0-count": "1",
            "target-0-rungs": ["workshop", "factory", "future"],
            "target-1-year": "2027",
            "target-1-count": "4",
            "target-1-rungs": ["workshop", "factory", "future"],
        },
    )
    assert answer.status_code == 302, answer.text


def _the_officer_opens_a_round(officer: CheckingClient) -> None:
    officer.get("/bureau/rounds")
    answer = officer.submit(
        "",
        {"title": "首轮评估", "edition": "2026", "opens_on": "2020-01-01", "closes_on": ""},
    )
    assert answer.status_code == 302, answer.text


def _the_officer_takes_the_firm_on(officer: CheckingClient) -> str:
    """Return the path of the invitation link."""
    officer.get("/bureau/firms/new")
    answer = officer.submit(
        "",
        {
            "name": NAME,
            "code": CODE,
            "trade": "valve",
            "township": "甲街道",
            "person": "厂长虚构人",
            "username": "yundui",
        },
    )
    found = re.search(r"http://[^/]+(/link/[\w-]+)", answer.text)
    assert found, answer.text
    return found[1]


def _the_firm_sets_its_password_and_signs_in(app: Flask, link: str) -> CheckingClient:
    firm = app.test_client()
    assert isinstance(firm, CheckingClient)
    firm.get(link)
    # One press sets the password and is in.
    assert firm.submit("", {"password": PASSWORD}).status_code == 302
    assert firm.get("/firm/").status_code == 200
    firm.submit("/sign-out")
    firm.get("/sign-in")
    # The firm's 18-digit code is as good as its user name.
    assert firm.submit("", {"username": CODE, "password": PASSWORD}).status_code == 302
    return firm


def _the_firm_begins(firm: CheckingClient, session: Session) -> int:
    firm.get("/firm/profile")
    answer = firm.submit(
        "",
        {
            "processes": PROCESSES,
            "size": "small",
            "above_scale": "yes",
            "township": "甲街道",
            "employees": "60",
            "revenue": "4200",
            "contact_name": "厂长虚构人",
            "contact_phone": "000-0000-0001",
        },
    )
    assert answer.status_code == 302, answer.text
    firm.get("/firm/")
    begin = next(form.action for form in firm.page.forms if form.action.endswith("/begin"))
    assert firm.submit(begin).status_code == 302
    with session.begin():
        return session.scalars(select(Assessment.id)).one()


def _the_firm_answers_everything(firm: CheckingClient, number: int) -> None:
    """Answer one section by its form, as without script; every other answer one by one."""
    questionnaire = SHIPPED.load("2026").questionnaire("valve")
    first, *others = [s for s in questionnaire.sections if not s.optional]
    page = f"/firm/assessments/{number}/sections/{first.id}"
    firm.get(page)
    filled = firm.submit("", {f"q_{q.id}": "2" for q in first.questions})
    assert filled.status_code == 302, filled.text
    firm.get(f"/firm/assessments/{number}/")
    for section in others:
        for question in questionnaire.asked(section, frozenset(PROCESSES)):
            value: object = 3
            if question.kind == "ratio":
                value = {"part": "24", "whole": "40"}
            saved = _save(firm, f"/firm/assessments/{number}/answers", question.id, value=value)
            assert saved.status_code == 200, saved.text
    firm.get(page)
    uploaded = firm.post(
        f"/assessments/{number}/questions/{first.questions[0].id}/evidence",
        data={
            "csrf_token": firm.token,
            "kind": "self",
            "files": (BytesIO(a_photo()), "图纸清单.jpg"),
        },
    )
    assert uploaded.status_code in (200, 201, 302), uploaded.text


def _save(
    client: CheckingClient, address: str, question_id: str, base_revision: int = 0, **given: Any
) -> TestResponse:
    return client.send(
        address,
        {
            "question": question_id,
            "request_id": f"storyteller.{next(_sequence)}",
            "base_revision": base_revision,
            **given,
        },
    )


def _the_firm_submits(firm: CheckingClient, number: int) -> None:
    review = f"/firm/assessments/{number}/review"
    firm.get(review)
    assert firm.submit("", {"agreed": "y", "declared_by": ""}).status_code == 422
    assert firm.submit("", {"agreed": "y", "declared_by": "厂长虚构人"}).status_code == 302
    late = _save(firm, f"/firm/assessments/{number}/answers", "design_tools", 1, value=4)
    assert late.status_code == 409, "a sheet that was handed in is read-only"


def _scored(session: Session, number: int, kind: str) -> Score:
    """Score the stored sheet anew, from its rows alone."""
    sheet = store.sheet(session, number, kind)
    assert sheet is not None
    questionnaire = SHIPPED.load("2026").questionnaire("valve")
    rows = answer_store.answers(session, sheet.id)
    answers = {q: parse(questionnaire.questions[q], row.value) for q, row in rows.items()}
    result = score(questionnaire, answers, frozenset(sheet.processes))
    kept = store.score(session, sheet.id)
    assert kept is not None
    assert Fraction(kept.share) == result.share
    assert kept.step == result.step
    session.rollback()
    return result


def _page_paper_and_trace_agree(
    app: Flask, firm: CheckingClient, number: int, kind: str, result: Score
) -> None:
    address = f"/assessments/{number}/result/{kind}"
    share = percent_text(result.share * 100)
    rung = result.rung.title if result.rung else "尚未达到设备改造"
    page = firm.get(address)
    assert share in page.text
    assert rung in page.text
    assert sum((line.contribution or Fraction(0)) for line in trace(result)) == result.share

    assert firm.submit(f"{address}/report").status_code == 302
    assert work(app) == 1, "the report waits for the worker"
    firm.get(address)
    report = re.search(r"/reports/\d+\.pdf", firm.get(address).text)
    assert report, "the page offers the finished report"
    paper = _text(_downloaded(firm, report[0]))
    assert NAME in paper
    assert rung in paper
    for section in result.sections:
        if section.share is not None:
            shown = percent_text(section.share * 100)
            assert shown in page.text
            assert shown in paper
    assert share in paper


def _downloaded(client: CheckingClient, address: str) -> bytes:
    with client.get(address) as answer:
        assert answer.status_code == 200, answer.text
        return answer.data


def _text(pdf: bytes) -> str:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return "".join(page.get_text() for page in document).replace("\n", "")


def _the_officer_sends_a_consultant(
    officer: CheckingClient, number: int, consultant_id: int
) -> None:
    page = f"/bureau/assessments/{number}"
    assert NAME in officer.get(page).text
    sent = officer.submit(f"{page}/assign", {"consultant": str(consultant_id)})
    assert sent.status_code == 302, sent.text


def _the_consultant_verifies_everything(visitor: CheckingClient, number: int) -> None:
    address = f"/visits/{number}/answers"
    assert NAME in visitor.get("/visits").text
    visitor.get(f"/visits/{number}")
    questionnaire = SHIPPED.load("2026").questionnaire("valve")
    for section in questionnaire.sections:
        for question in questionnaire.asked(section, frozenset(PROCESSES)):
            if section.optional or question.id in ("heat_number", UNSEEN):
                continue
            verified = _save(visitor, address, question.id, 1, verification="verified")
            assert verified.status_code == 200, verified.text
    changed = _save(visitor, address, "heat_number", 1, value=1, finding="在装阀上没有找到炉号。")
    assert changed.json["verification"] == "changed"
    assert visitor.get(f"/visits/{number}/confirm").text.count("V07") >= 1, "it lacks a reason"
    revision = changed.json["revision"]
    reasoned = _save(visitor, address, "heat_number", revision, reason="抽查三只阀，均无炉号。")
    assert reasoned.status_code == 200
    visitor.get(f"/visits/{number}/confirm")
    assert (
        visitor.post(f"/visits/{number}/confirm", data={"csrf_token": visitor.token}).status_code
        == 422
    ), "two levels need a photo"
    visitor.get(f"/visits/{number}")
    photo = visitor.post(
        f"/assessments/{number}/questions/heat_number/evidence",
        data={
            "csrf_token": visitor.token,
            "kind": "onsite",
            "files": (BytesIO(a_photo("gray")), "阀体.jpg"),
        },
    )
    assert photo.status_code in (200, 201, 302), photo.text
    visitor.get(f"/visits/{number}")
    unseen = {"verification": "not_seen", "reason": "试压台当天送检。"}
    assert _save(visitor, address, UNSEEN, 1, **unseen).status_code == 200


def _the_consultant_concludes_and_confirms(visitor: CheckingClient, number: int) -> None:
    conclusion = f"/visits/{number}/conclusion"
    visitor.get(conclusion)
    kept = visitor.submit("", {"problems": "炉号断链，质保书补起来慢。", "do": "adopt"})
    assert kept.status_code == 302, kept.text
    visitor.get(conclusion)
    page = visitor.submit("", {"do": "own"}).text
    own = page.count('name="choice" ') - 1
    kept = visitor.submit("", {f"choice-{own}-title": "每周核对一次排产"})
    assert kept.status_code == 302, kept.text
    _the_consultant_settles_every_contradiction(visitor, number)
    summary = visitor.get(f"/visits/{number}/confirm").text
    for told in ("抽查三只阀，均无炉号。", "个百分点", "试压台当天送检。", "暂核"):
        assert told in summary
    said = {"word": "objected", "name": "虚构代表", "says": "炉号那天系统停机。"}
    closed = visitor.submit("", said)
    assert closed.status_code == 302, closed.text


def _the_officer_answers_the_objection_and_the_owner_acknowledges(
    officer: CheckingClient, firm: CheckingClient, number: int
) -> None:
    page = f"/assessments/{number}/confirmation"
    assert "炉号那天系统停机。" in officer.get(page).text
    answered = officer.submit(f"{page}/answer", {"reason": "查过停机记录，维持。"})
    assert answered.status_code == 302, answered.text
    assert "查过停机记录，维持。" in firm.get(page).text
    signed = firm.submit(f"{page}/word", {"word": "acknowledged", "name": "虚构负责人"})
    assert signed.status_code == 302, signed.text
    result = firm.get(f"/assessments/{number}/result/onsite").text
    assert "企业已签认" in result
    assert "暂核" in result


def _the_consultant_settles_every_contradiction(visitor: CheckingClient, number: int) -> None:
    """Whoever claims a high level without a file is asked for it; here a sentence must do."""
    assert "还不能核定" in visitor.get(f"/visits/{number}/confirm").text
    open_ = [form.action for form in visitor.page.forms if "/hints/" in form.action]
    assert open_
    for action in open_:
        visitor.get(f"/visits/{number}")
        assert visitor.submit(action, {"says": "现场看过，属实。"}).status_code == 302


def _the_officer_decides(
    officer: CheckingClient, session: Session, number: int, *, doubted: bool
) -> None:
    page = f"/bureau/assessments/{number}"
    officer.get(page)
    wanted = {"target_rung": "workshop", "reason": "有改造意愿，投入已落实。"}
    if doubted:
        asked = officer.submit(f"{page}/admit", wanted)
        assert asked.status_code == 409
        assert "靠没有看到的题站住" in asked.text
    admitted = officer.submit(f"{page}/admit", wanted | ({"sure": "y"} if doubted else {}))
    assert admitted.status_code == 302, admitted.text
    with session.begin():
        entry = session.scalars(select(PoolEntry)).one()
    place = f"/bureau/pool/{entry.id}"
    officer.get(place)
    recognised = officer.submit(
        f"{place}/recognise",
        {
            "rung": "workshop",
            "document": "某文〔2026〕1号（虚构）",
            "recognised_on": "2026-06-30",
            "sure": "y",
        },
    )
    assert recognised.status_code == 302, recognised.text


def _the_pool_and_its_workbook_say_the_same(officer: CheckingClient, result: Score) -> None:
    share = percent_text(result.share * 100)
    page = officer.get("/bureau/pool").text
    assert NAME in page
    assert share in page
    assert "已认定" in page
    book = CalamineWorkbook.from_filelike(BytesIO(_downloaded(officer, "/bureau/pool.xlsx")))
    cells = [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert NAME in cells
    assert CODE in cells
    assert any(share.removesuffix("%") in cell for cell in cells)
    assert "某文〔2026〕1号（虚构）" in cells


def _every_step_is_in_the_log(session: Session) -> None:
    actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.succeeded)))
    steps = {"begin", "submit", "assign", "conclude", "confirm", "admit", "recognise"}
    assert steps | {"report_request", "report_issue", "sign_in"} <= actions
