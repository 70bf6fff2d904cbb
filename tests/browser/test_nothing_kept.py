"""Where ``STRICT=1`` a browser keeps nothing of what its reader saw or typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey import db
from survey.store import settings
from survey.store.settings import District
from survey.tables import Role, User
from tests.support.browsed import sign_in
from tests.support.browsing import DESK, Guard
from tests.support.patience import until
from tests.support.people import a_consultant, a_user, filled, visited
from tests.support.servers import Server
from tests.support.strict import strictly_serving
from tests.support.tablets import QUESTION

HELD = """async () => ({
  tab: Object.keys(sessionStorage),
  device: Object.keys(localStorage),
  databases: (await indexedDB.databases()).map(({ name }) => name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
LAY_DOWN = """async () => {
  sessionStorage.setItem("survey:unsaved:1:1", "{}");
  localStorage.setItem("stopwatch-1", "1");
  localStorage.setItem("survey:device", "1");
  localStorage.setItem("survey:order", "walk");
  await caches.open("shell-1");
  await new Promise((done) => {
    const opening = indexedDB.open("survey-device", 1);
    opening.onsuccess = () => done(opening.result.close());
  });
}"""
EMPTY = '<!doctype html><link rel="icon" href="data:,">'
NOTHING = {"tab": [], "device": [], "databases": [], "caches": [], "workers": 0}
TYPED = "虚构的一段话，写到一半还没有送出。"


@pytest.fixture
def live_server(instance: Path, migrated_file: Path) -> Iterator[Server]:
    with strictly_serving(instance, migrated_file) as server:
        yield server


@pytest.fixture
def session(live_server: Server) -> Iterator[Session]:
    """The database of a demonstration: nobody there needs a second factor."""
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        with db.writing(session):
            settings.keep(session, District(demonstration=True))
        yield session
    engine.dispose()


Entered = Callable[[User], Page]


@pytest.fixture
def entered(open_page: Callable[[int], Page]) -> Entered:
    """Return a function that opens a browser of somebody's, which held something from before."""

    def enter(user: User) -> Page:
        page = open_page(DESK)
        page.route("**/before", lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
        page.goto("/before")
        page.evaluate(LAY_DOWN)
        assert page.evaluate(HELD)["databases"] == ["survey-device"]
        sign_in(page, user)
        return page

    return enter


def keeps_nothing(page: Page) -> None:
    until(lambda: page.evaluate(HELD) == NOTHING | {"device": ["survey:order"]})


def test_of_a_firms_answers_on_their_way(session: Session, entered: Entered, guard: Guard) -> None:
    guard.expect("ERR_INTERNET_DISCONNECTED")
    user = a_user(session)
    number = filled(session, user).id
    page = entered(user)
    page.goto(f"/firm/assessments/{number}/sections/production")
    state = page.locator("[data-save-state]")
    remark = page.locator(f"[name=q_{QUESTION}-remark]")
    remark.evaluate("field => field.closest('details')?.setAttribute('open', '')")
    remark.click()
    page.keyboard.type("虚构")
    expect(state).to_have_attribute("data-tone", "good")
    page.context.set_offline(True)
    page.keyboard.type(TYPED)
    expect(state).not_to_have_attribute("data-tone", "good")
    keeps_nothing(page)
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)

    assert asked.value.type == "beforeunload"
    asked.value.accept()


def test_of_a_form_begun_and_left(session: Session, entered: Entered) -> None:
    page = entered(a_user(session, Role.OFFICER))
    page.goto("/bureau/notices/new")
    page.locator("main form input[name=title]").click()
    page.keyboard.type(TYPED)
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/account")

    assert asked == ["beforeunload"]
    keeps_nothing(page)


def test_of_a_visit_which_is_answered_all_the_same(session: Session, entered: Entered) -> None:
    consultant = a_consultant(session)
    number = visited(session, a_user(session), consultant, level=2).id
    page = entered(consultant)
    page.goto(f"/visits/{number}")
    expect(page.get_by_text("带走这次诊断")).to_have_count(0)
    page.goto(f"/visits/{number}/sections/production")
    expect(page.locator(".action-bar [data-plain-save]")).to_be_hidden()
    page.locator(f"#question-{QUESTION} .verdict", has_text="确认").click()

    expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    keeps_nothing(page)
