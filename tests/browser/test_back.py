"""Back, forward, again: a page shows what is stored, whatever the browser had kept of its inputs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import AnswerRow, Firm, SheetKind
from tests.support.browsing import DESK, Guard, next_page, opened_at
from tests.support.people import PASSWORD, a_consultant, a_user, filled, moment, visited
from tests.support.servers import Server

QUESTION = "scheduling"
SECTIONS = ("production", "equipment", "key_figures", "application_facts", "miit_facts")
"""Every kind of question stands in one of them."""
READER, COLLEAGUE = "读者写的备注", "同事写的备注"
SHOWN = """() => [...document.querySelectorAll("main form :is(input, textarea, select)")]
  .filter((input) => input.name !== "csrf_token")
  .map((input) => [input.name, input.value,
    ["radio", "checkbox"].includes(input.type) ? input.checked : null])"""
DEAF = """addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form")) form.removeAttribute("autocomplete");
})"""
UPSET = """() => {
  for (const input of document.querySelectorAll("main form :is(input, textarea)")) {
    if (["radio", "checkbox"].includes(input.type)) input.checked = !input.checked;
    else if (!["hidden", "file"].includes(input.type)) input.value = "7";
  }
}"""


class Desk(NamedTuple):
    """One reader's page on a section, and the sheet behind it."""

    page: Page
    server: Server
    assessment_id: int
    kind: str
    colleague: Actor
    path: str

    def open(self, section: str = "production") -> None:
        self.page.goto(f"{self.path}/sections/{section}")

    def card(self, question: str = QUESTION) -> Locator:
        return self.page.locator(f"#question-{question}")

    def picked(self, question: str = QUESTION) -> str | None:
        chosen = self.card(question).locator(".options .option__input:checked")
        return chosen.first.input_value() if chosen.count() else None

    def words(self, question: str = QUESTION) -> str:
        return self.card(question).locator(f"[name=q_{question}-{self.text}]").input_value()

    @property
    def text(self) -> str:
        return "remark" if self.kind == SheetKind.SELF else "reason"

    def write(self, words: str) -> None:
        area = self.card().locator(f"[name=q_{QUESTION}-{self.text}]")
        area.evaluate("area => area.closest('details')?.setAttribute('open', '')")
        area.press("Control+End")
        self.page.keyboard.insert_text(words)

    def saved(self) -> None:
        """Wait until the page says that nothing is on its way."""
        expect(self.page.locator("[data-save-state]")).to_have_attribute("data-tone", "good")

    def stored(self, question: str = QUESTION) -> AnswerRow:
        with Session(db.engine_for(self.server.config.database_url)) as session:
            sheet = store.sheet(session, self.assessment_id, self.kind)
            assert sheet is not None
            found = answer_store.answer(session, sheet.id, question)
            assert found is not None
            return found

    def colleague_saves(self, value: int, words: str) -> None:
        with Session(db.engine_for(self.server.config.database_url)) as session:
            change = Change(
                QUESTION,
                f"colleague-{secrets.token_hex(4)}.1",
                self.stored().revision,
                value=value,
                **{self.text: words},  # type: ignore[arg-type]
            )
            save_answer(
                Step(session, self.colleague, moment()), self.assessment_id, self.kind, change
            )

    def leave_and_return(self) -> None:
        self.page.goto("/account")
        self.page.go_back(wait_until="load")


@pytest.fixture
def context(browser: Browser, live_server: Server, guard: Guard) -> Iterator[BrowserContext]:
    """A browser that fills inputs again although the form asks it not to."""
    context = opened_at(browser, live_server.url, DESK, guard)
    context.add_init_script(DEAF)
    yield context
    context.close()
    assert not guard.unexpected, "\n".join(guard.unexpected)


@pytest.fixture(params=[SheetKind.SELF, SheetKind.ONSITE])
def desk(request: pytest.FixtureRequest, context: BrowserContext, live_server: Server) -> Desk:
    """The firm's page, then the consultant's; everything answered at level 2."""
    return a_desk(context.new_page(), live_server, request.param)


def a_desk(page: Page, server: Server, kind: str) -> Desk:
    with Session(db.engine_for(server.config.database_url), expire_on_commit=False) as session:
        user = a_user(session)
        if kind == SheetKind.SELF:
            sheet = filled(session, user, level=2)
            reader = user
            colleague = a_user(session, firm=session.get(Firm, user.firm_id))
            path = f"/firm/assessments/{sheet.id}"
        else:
            reader = colleague = a_consultant(session)  # on another tablet of theirs
            sheet = visited(session, user, reader, level=2)
            path = f"/visits/{sheet.id}"
        names = reader.username, Actor(colleague.id, colleague.name)
    page.goto("/sign-in")
    page.fill("[name=username]", names[0])
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    return Desk(page, server, sheet.id, kind, names[1], path)


def answered_by_the_reader(desk: Desk) -> None:
    """The reader picks level 3 and writes words; both are stored."""
    desk.open()
    if desk.kind == SheetKind.ONSITE:
        desk.card().locator(".verdict", has_text="更改").click()
    desk.card().locator('.options .option__input[value="3"]').check()
    desk.saved()
    with desk.page.expect_response("**/answers"):
        desk.write(READER)
        desk.card().locator("legend").click()
    desk.saved()


def test_after_back_a_colleagues_answer_is_shown_and_one_more_word_sends_that_word_only(
    desk: Desk,
) -> None:
    answered_by_the_reader(desk)
    desk.page.goto("/account")
    desk.colleague_saves(4, COLLEAGUE)
    desk.page.go_back(wait_until="load")
    expect(desk.card()).to_have_attribute("data-revision", str(desk.stored().revision))
    assert (desk.picked(), desk.words()) == ("4", COLLEAGUE)
    sent: list[dict[str, Any]] = []
    desk.page.on(
        "request",
        lambda r: sent.append(json.loads(r.post_data or "{}")) if r.method == "POST" else None,
    )

    desk.write("，补一句")
    desk.saved()

    assert [set(body) & {"value", "remark", "reason", "verification"} for body in sent] == [
        {desk.text}
    ]
    kept = desk.stored()
    assert (kept.value, getattr(kept, desk.text)) == (4, f"{COLLEAGUE}，补一句")


def test_forward_shows_what_is_stored_too(desk: Desk) -> None:
    desk.page.goto("/account")
    answered_by_the_reader(desk)
    desk.page.go_back(wait_until="load")
    desk.colleague_saves(4, COLLEAGUE)

    desk.page.go_forward(wait_until="load")

    assert (desk.picked(), desk.words()) == ("4", COLLEAGUE)


def test_a_page_woken_from_the_browsers_cache_shows_what_is_stored(desk: Desk) -> None:
    answered_by_the_reader(desk)
    desk.colleague_saves(4, COLLEAGUE)

    with desk.page.expect_navigation():
        desk.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")

    assert (desk.picked(), desk.words()) == ("4", COLLEAGUE)


def test_every_kind_of_input_shows_what_is_stored_after_back_and_reload(desk: Desk) -> None:
    for section in SECTIONS:
        desk.open(section)
        stored = desk.page.evaluate(SHOWN)
        desk.page.evaluate(UPSET)
        assert desk.page.evaluate(SHOWN) != stored

        desk.leave_and_return()
        after_back = desk.page.evaluate(SHOWN)
        desk.page.evaluate(UPSET)
        desk.page.reload()

        assert after_back == stored, section
        assert desk.page.evaluate(SHOWN) == stored, section


def test_the_conclusion_after_back_is_the_stored_one(
    context: BrowserContext, live_server: Server
) -> None:
    desk = a_desk(context.new_page(), live_server, SheetKind.ONSITE)
    desk.page.goto(f"{desk.path}/conclusion")
    desk.page.fill("#problems", "读者的综述。")
    with next_page(desk.page):
        desk.page.get_by_text("保存结论").click()
    desk.page.goto(f"{desk.path}/conclusion")
    stored = desk.page.evaluate(SHOWN)
    desk.page.evaluate(UPSET)

    desk.leave_and_return()

    assert desk.page.evaluate(SHOWN) == stored


def test_without_script_back_shows_what_is_stored_and_sends_no_more_than_was_touched(
    browser: Browser, live_server: Server
) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    desk = a_desk(context.new_page(), live_server, SheetKind.SELF)
    desk.open()
    desk.card().locator('.options .option__input[value="3"]').check()
    with next_page(desk.page):
        desk.page.locator("[data-plain-save]:visible").last.click()
    desk.page.goto("/account")
    desk.colleague_saves(4, COLLEAGUE)

    desk.page.go_back(wait_until="load")
    desk.card("delivery_promise").locator('.options .option__input[value="1"]').check()
    with next_page(desk.page):
        desk.page.locator("[data-plain-save]:visible").last.click()

    assert (desk.stored().value, desk.stored().remark) == (4, COLLEAGUE)
    assert desk.stored("delivery_promise").value == 1
    context.close()
