"""What pages and saves cost the database: statements are counted, on both engines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle import pool
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import AssessmentState, Firm, NeedState, Role, SheetKind
from tests.support.bureau import an_assessment, at_desk, counting
from tests.support.client import CheckingClient
from tests.support.districts import District
from tests.support.forecasts import a_forecast, a_model, keep
from tests.support.needs import a_need
from tests.support.notices import a_notice, published
from tests.support.people import (
    a_consultant,
    a_file,
    a_firm,
    a_round,
    a_user,
    begun,
    fill,
    handed_in,
    moment,
    visited,
)
from tests.support.projects import a_project
from tests.support.providers import a_provider, introduced
from tests.support.samples import a_copy, a_sample

SAVE, SECTION = 6, 7
"""Most statements of a save and of a section page; PostgreSQL's lock on the assessment is one."""
PREPARATION = 14
"""Most statements of what is read before a visit: both sheets, and the round before."""


def sent_by(engine: Engine, work: Callable[[], object]) -> list[str]:
    """Return the statements that some work sends, beginnings of transactions left out."""
    with counting(engine) as sent:
        work()
    return [statement for statement in sent if not statement.startswith("BEGIN")]


def addressed(app: Flask, endpoint: str, **values: object) -> str:
    with app.test_request_context():
        return url_for(endpoint, **values)


def opens(client: CheckingClient, address: str) -> Callable[[], None]:
    def work() -> None:
        assert client.get(address).status_code == 200

    return work


def saves(app: Flask, client: CheckingClient, assessment_id: int, sequence: int):
    """Save one more revision of an answer, as our script does."""
    address = addressed(app, "firm.save_answer", assessment_id=assessment_id)
    change = {
        "question": "scheduling",
        "request_id": f"phone.{sequence}",
        "base_revision": sequence,
        "value": sequence % 5,
    }

    def work() -> None:
        assert client.send(address, change).status_code == 200

    return work


def test_a_save_asks_little_and_nothing_that_only_a_page_needs(
    app: Flask, session: Session, engine: Engine
):
    user = a_user(session)
    assessment = begun(session, session.get(Firm, user.firm_id))
    client = at_desk(app, session, user)

    first = sent_by(engine, saves(app, client, assessment.id, 0))
    later = sent_by(engine, saves(app, client, assessment.id, 1))

    assert len(first) <= SAVE, first
    assert len(later) <= SAVE, later
    assert not [one for one in first + later if "settings" in one or "evidence" in one]


def test_a_section_page_costs_the_same_however_much_is_answered_and_attached(
    app: Flask, session: Session, engine: Engine
):
    user = a_user(session)
    assessment = begun(session, session.get(Firm, user.firm_id))
    client = at_desk(app, session, user)
    page = addressed(app, "firm.section", assessment_id=assessment.id, section_id="production")

    empty = sent_by(engine, opens(client, page))
    fill(session, assessment, user)
    for question in ("scheduling", "delivery_promise"):
        a_file(session, app.config["SURVEY"], assessment, question)
    full = sent_by(engine, opens(client, page))

    assert len(full) == len(empty) <= SECTION, full


def test_a_firms_home_asks_no_more_for_many_assessments(
    app: Flask, session: Session, engine: Engine
):
    user = a_user(session)
    begun(session, session.get(Firm, user.firm_id))
    handed_in(session, user)
    client = at_desk(app, session, user)
    home = addressed(app, "firm.home")

    few = sent_by(engine, opens(client, home))
    for _ in range(3):
        begun(session, session.get(Firm, user.firm_id))
        handed_in(session, user)
    many = sent_by(engine, opens(client, home))

    assert len(many) == len(few), many


def test_a_consultants_home_asks_no_more_for_many_visits(
    app: Flask, session: Session, engine: Engine
):
    consultant = a_consultant(session)
    visited(session, a_user(session), consultant)
    client = at_desk(app, session, consultant)
    home = addressed(app, "consultant.home")

    few = sent_by(engine, opens(client, home))
    for _ in range(3):
        visited(session, a_user(session), consultant)
    many = sent_by(engine, opens(client, home))

    assert len(many) == len(few), many


@pytest.mark.parametrize("endpoint", ["consultant.preparation", "consultant.checklist"])
def test_what_is_read_before_a_visit_asks_no_more_for_rounds_gone_by(
    app: Flask, session: Session, engine: Engine, endpoint: str
):
    consultant, user = a_consultant(session), a_user(session)
    handed_in(session, user)
    visit = visited(session, user, consultant)
    client = at_desk(app, session, consultant)
    few = sent_by(engine, opens(client, addressed(app, endpoint, assessment_id=visit.id)))

    for _ in range(2):
        handed_in(session, user)
    visit = visited(session, user, consultant)
    many = sent_by(engine, opens(client, addressed(app, endpoint, assessment_id=visit.id)))

    assert len(many) == len(few) <= PREPARATION, many


@pytest.mark.parametrize("endpoint", ["administrator.users", "editions.home"])
def test_an_administrators_list_asks_no_more_when_it_grows(
    app: Flask, session: Session, engine: Engine, endpoint: str
):
    client = at_desk(app, session, a_user(session, Role.ADMINISTRATOR))
    page = addressed(app, endpoint)

    def grow(times: int) -> None:
        for number in range(times):
            an_assessment(session, a_round(session), f"{endpoint} {number} 厂（虚构）")
            a_user(session, firm=a_firm(session, f"{endpoint} {times} {number} 厂（虚构）"))

    grow(2)
    few = sent_by(engine, opens(client, page))
    grow(10)
    many = sent_by(engine, opens(client, page))

    assert len(many) == len(few), many


BUREAU = {
    "bureau.assessments": 19,
    "bureau.pool": 25,
    "bureau.projects": 18,
    "bureau.samples": 21,
    "bureau.firms": 14,
    "bureau.needs": 17,
    "bureau.introductions": 17,
    "bureau.candidates": 13,
    "bureau.providers": 14,
    "bureau.notices": 6,
    "bureau.rounds": 6,
    "bureau.round_": 17,  # its firms, and how far all are by state, township, trade and day
    "bureau.assign_many": 7,
    "bureau.ask_batch": 8,
    "bureau.ask_files": 9,
    "bureau.ask_pool_files": 10,
    "bureau.decide_on_assessments": 4,
    "bureau.decide_on_entries": 5,
}
"""Most statements of the bureau's lists, and of the pages that act on rows ticked in one."""
OF_ENTRIES = ("bureau.decide_on_entries", "bureau.ask_pool_files")


@pytest.mark.parametrize("endpoint", BUREAU)
def test_a_list_of_the_bureau_costs_the_same_however_long_it_is_and_however_much_is_ticked(
    app: Flask, session: Session, engine: Engine, endpoint: str
):
    client = at_desk(app, session, a_user(session, Role.OFFICER))
    round_ = a_round(session)
    officer = Actor(a_user(session, Role.OFFICER).id, "测试")
    ids: list[int] = []
    published(session, a_notice(session))  # every firm that comes is held against it

    def grow(numbers: range) -> None:
        for number in numbers:
            done = AssessmentState.CONFIRMED
            one = an_assessment(session, round_, f"{number} 厂（虚构）", state=done, step=3)
            if endpoint == "bureau.needs":
                a_need(session, one.firm_id, f"第 {number} 件", NeedState.WORKING)
            step = Step(session, officer, moment())
            entry = pool.admit(step, one.id, target_rung="workshop", reason="条件成熟。")
            if endpoint == "bureau.projects":
                a_project(session, one.firm_id)
            if endpoint == "bureau.introductions":
                owner = a_user(session, firm=session.get_one(Firm, one.firm_id))
                introduced(session, owner, a_provider(session))
            if endpoint == "bureau.providers":
                a_provider(session)
            if endpoint == "bureau.samples":
                a_copy(session, a_sample(session, a_firm(session)), one.firm_id)
            row = entry if endpoint in OF_ENTRIES else one
            ids.append(one.firm_id if endpoint == "bureau.ask_files" else row.id)

    def asked() -> list[str]:
        values = {"round_id": round_.id} if endpoint == "bureau.round_" else {"chosen": ids}
        return sent_by(engine, opens(client, addressed(app, endpoint, **values)))

    grow(range(3))
    few = asked()
    grow(range(3, 20))
    many = asked()

    # What nothing has touched since is not asked for again.
    assert len(many) <= len(few) <= BUREAU[endpoint], many


LISTS = list(BUREAU)[:9]
BOX = re.compile(r'type="checkbox" name="(\w+)" value="([^"]+)"')
CHOICE = re.compile(r'<select[^>]* name="(\w+)".*?</select>', re.DOTALL)
SORT = re.compile(r'href="[^"]*[?;]sort=(-?\w+)')


def ways_of(page: str) -> Iterator[dict[str, str]]:
    """Yield what a list may be narrowed to, one filter at a time, and how it may be ordered."""
    offered = {
        name: value for name, value in BOX.findall(page) if name not in ("columns", "chosen")
    }
    for choice in CHOICE.finditer(page):
        values = re.findall(r'value="([^"]+)"', choice[0])
        offered |= {choice[1]: values[-1]} if values else {}
    yield from ({name: value} for name, value in offered.items())
    yield from ({"sort": sort} for sort in {*SORT.findall(page)})


@pytest.mark.parametrize("each", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_a_list_asks_no_more_however_it_is_narrowed_and_ordered(
    app: Flask, session: Session, engine: Engine, each: bool
):
    District(24, rounds=2, sheets=2, answers=False, followed=True).fill(session)
    client = at_desk(app, session, a_user(session, Role.OFFICER, id=10_000))
    for endpoint in LISTS:
        page = client.get(addressed(app, endpoint)).text
        ways = list(ways_of(page))
        assert len(ways) > 5, endpoint
        for way in ways if each else (ways[0], ways[-1], dict(q="氏", **ways[1])):
            sent = sent_by(engine, opens(client, addressed(app, endpoint, **way)))
            assert len(sent) <= BUREAU[endpoint], (endpoint, way, sent)


VISITS = 17
"""Most statements of the page that says which firms to verify first."""


@pytest.mark.parametrize("forecasts", [True, False])
def test_visits_to_make_cost_the_same_however_many_firms_wait(
    app: Flask, session: Session, engine: Engine, forecasts: bool
):
    client = at_desk(app, session, a_user(session, Role.OFFICER))
    round_ = a_round(session)
    page = addressed(app, "bureau.visits", days="75")

    def grow(numbers: range) -> None:
        for number in numbers:
            done = an_assessment(session, round_, f"{number} 厂（虚构）", state="confirmed")
            waits = an_assessment(session, round_, f"再 {number} 厂（虚构）", step=2)
            if forecasts:
                keep(session, a_forecast(done.id), a_forecast(waits.id))

    if forecasts:
        keep(session, a_model())
    grow(range(3))
    few = sent_by(engine, opens(client, page))
    grow(range(3, 20))
    many = sent_by(engine, opens(client, page))

    assert len(many) == len(few) <= VISITS, many


def test_a_save_right_after_a_page_looks_its_reader_up_with_the_place_it_writes(
    app: Flask, session: Session, engine: Engine
):
    user = a_user(session)
    assessment = begun(session, session.get(Firm, user.firm_id))
    client = at_desk(app, session, user)
    opens(client, addressed(app, "firm.home"))()

    sent = sent_by(engine, saves(app, client, assessment.id, 0))

    (place,) = [one for one in sent if "user_sessions" in one]
    assert "FROM assessments" in place


def test_a_save_of_a_session_that_ended_a_moment_ago_is_not_kept(
    app: Flask, session: Session, engine: Engine
):
    user = a_user(session)
    assessment = begun(session, session.get(Firm, user.firm_id))
    client, other = at_desk(app, session, user), at_desk(app, session, user)
    address = addressed(app, "firm.save_answer", assessment_id=assessment.id)
    saves(app, client, assessment.id, 0)()
    other.post(addressed(app, "account.sign_out_everywhere"), data={"csrf_token": other.token})

    change = {"question": "scheduling", "request_id": "phone.1", "base_revision": 1, "value": 4}
    late = client.send(address, change)

    assert late.status_code == 401
    session.rollback()
    sheet = store.sheet(session, assessment.id, SheetKind.SELF)
    assert answer_store.answer(session, sheet.id, "scheduling").value == 0


LARGE = {"firms", "users", "assessments", "sheets", "answers", "answer_revisions", "evidence"}
LARGE |= {"scores", "documents", "audit_entries", "responses", "user_sessions"}
"""Tables that grow with the district: nothing about one firm may read one of them whole."""


@contextmanager
def noting(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Note every question that is sent, with its parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def read_whole(engine: Engine, statement: str, parameters: Any) -> set[str]:
    """Return the large tables for which a question has no index to go by."""
    with engine.connect() as connection:
        if db.on_postgresql(engine):
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
            found = re.findall(r"Seq Scan on (\w+)", "\n".join(plan))
        else:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found = [named[1] for row in rows if (named := re.fullmatch(r"SCAN (\w+)", row[3]))]
    return {name for name in found if re.sub(r"_\d+$", "", name) in LARGE}


def test_nothing_about_one_firm_reads_a_table_of_the_district_whole(
    app: Flask, session: Session, engine: Engine
):
    user, consultant = a_user(session), a_consultant(session)
    assessment = visited(session, user, consultant)
    draft = begun(session, session.get(Firm, user.firm_id))
    owner, visitor = at_desk(app, session, user), at_desk(app, session, consultant)
    pages = {
        owner: (
            addressed(app, "firm.home"),
            addressed(app, "firm.overview", assessment_id=draft.id),
            addressed(app, "firm.section", assessment_id=draft.id, section_id="production"),
            addressed(app, "firm.review", assessment_id=draft.id),
            addressed(app, "firm.quick_question", assessment_id=draft.id, question_id="scheduling"),
            addressed(app, "firm.trend"),
            addressed(app, "results.result", assessment_id=assessment.id, kind=SheetKind.SELF),
        ),
        visitor: (
            addressed(app, "consultant.overview", assessment_id=assessment.id),
            addressed(app, "consultant.preparation", assessment_id=assessment.id),
            addressed(
                app, "consultant.section", assessment_id=assessment.id, section_id="production"
            ),
        ),
    }

    with noting(engine) as asked:
        for client, addresses in pages.items():
            for address in addresses:
                opens(client, address)()
        saves(app, owner, draft.id, 0)()

    whole = {statement: read_whole(engine, statement, given) for statement, given in asked}
    assert {statement: found for statement, found in whole.items() if found} == {}
