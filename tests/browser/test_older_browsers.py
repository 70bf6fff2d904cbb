"""The oldest browsers promised: Chrome 84, Safari 14, and the WebViews of that age.

Chromium plays them: everything that MDN's compatibility data calls newer is taken away from it,
functions before any script runs, selectors and properties out of the style sheets.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from sqlalchemy.orm import Session

from survey import db
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import AnswerRow, SheetKind
from tests.support.browsing import PHONE, Guard, next_page, opened_at
from tests.support.files import a_photo
from tests.support.people import PASSWORD, a_consultant, a_user, filled, visited
from tests.support.servers import PROJECT, Server

QUESTION = "scheduling"
TAKE_AWAY = """const has = Object.prototype.hasOwnProperty;
for (const [owner, member, home] of %s) {
  const itself = owner ? globalThis[owner] : globalThis;
  const places = [home !== "prototype" && itself, home !== "own" && itself && itself.prototype];
  for (const place of places)
    if (place && has.call(place, member)) try { delete place[member]; } catch { /* cannot be */ }
}"""
NEEDED_TO_LOOK = ("BigInt64Array", "BigUint64Array")
"""What the program that drives Chromium uses inside the page."""
NEWER_STYLES = re.compile(
    r":(has|is|where|focus-visible)\b|\b(inset|aspect-ratio|accent-color|field-sizing)(?=:)|dvh\b"
)


@pytest.fixture(scope="module")
def newer() -> list[tuple[str, str, str]]:
    """(owner, member, home) of what the promised browsers lack."""
    program = PROJECT / "tests" / "scripts" / "newer.mjs"
    printed = subprocess.run(["node", program], check=True, capture_output=True, text=True)
    return [tuple(line) for line in json.loads(printed.stdout) if line[1] not in NEEDED_TO_LOOK]


@pytest.fixture
def older(
    browser: Browser, live_server: Server, guard: Guard, newer: list[tuple[str, str, str]]
) -> Iterator[BrowserContext]:
    context = opened_at(browser, live_server.url, PHONE, guard)
    context.add_init_script(TAKE_AWAY % json.dumps(newer))
    context.route("**/static/*/**/*.css", _without_newer_styles)
    yield context
    context.close()
    assert not guard.unexpected, "\n".join(guard.unexpected)


def _without_newer_styles(route: Route) -> None:
    name = route.request.url.split("/static/")[1].partition("/")[2]
    styles = (PROJECT / "static" / name).read_text(encoding="utf-8")
    styles = styles.replace("@supports selector(:has(*))", "@supports (display: unknown)")
    route.fulfill(
        body=NEWER_STYLES.sub(lambda found: f"{found[0]}-unknown", styles), content_type="text/css"
    )


def a_draft(server: Server) -> tuple[int, str]:
    """A complete draft: its number and whose it is."""
    with Session(db.engine_for(server.config.database_url)) as session:
        user = a_user(session)
        return filled(session, user, level=2).id, user.username


def a_visit(server: Server) -> tuple[int, str]:
    with Session(db.engine_for(server.config.database_url)) as session:
        consultant = a_consultant(session)
        return visited(session, a_user(session), consultant, level=2).id, consultant.username


def signed_in(context: BrowserContext, username: str) -> Page:
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    return page


def stored(server: Server, number: int, kind: SheetKind, question: str = QUESTION) -> AnswerRow:
    with Session(db.engine_for(server.config.database_url)) as session:
        sheet = store.sheet(session, number, kind)
        assert sheet is not None
        found = answer_store.answer(session, sheet.id, question)
        assert found is not None
        return found


def card(page: Page, question: str = QUESTION) -> Locator:
    return page.locator(f"#question-{question}")


def pick(page: Page, level: int) -> None:
    card(page).locator(f'.options .option__input[value="{level}"]').check()


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-tone", "good")


def test_what_is_newer_is_really_away(older: BrowserContext, live_server: Server) -> None:
    page = older.new_page()
    page.goto("/sign-in")

    left = page.evaluate(
        "[AbortSignal.timeout, [].at, Object.hasOwn, crypto.randomUUID, window.structuredClone,"
        " document.body.replaceChildren, ''.replaceAll].map(String)"
    )

    assert set(left) == {"undefined"}


def test_an_older_browser_saves_answer_by_answer_and_goes_on(
    older: BrowserContext, live_server: Server
) -> None:
    number, username = a_draft(live_server)
    page = signed_in(older, username)
    page.goto(f"/firm/assessments/{number}/sections/production")

    pick(page, 4)
    saved(page)
    card(page).locator("summary", has_text="备注与佐证材料").click()
    card(page).locator("[data-upload]").last.set_input_files(
        {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    )
    expect(card(page).locator("[data-file]")).to_have_count(1)
    card(page).locator("[data-clear]").click()
    pick(page, 3)
    page.locator("[data-onward]").click()
    page.wait_for_url("**/sections/quality")

    assert stored(live_server, number, SheetKind.SELF).value == 3


def test_an_older_browser_verifies_on_site_and_sees_what_is_pressed(
    older: BrowserContext, live_server: Server
) -> None:
    number, username = a_visit(live_server)
    page = signed_in(older, username)
    page.goto(f"/visits/{number}/sections/production")

    card(page).locator(".verdict", has_text="更改").click()
    pick(page, 0)
    card(page).get_by_label("理由").fill("排产表是上周的。")
    saved(page)

    keys = card(page).locator(".verdict__input")
    assert (
        keys.evaluate_all("keys => keys.map((key) => getComputedStyle(key).opacity)") == ["1"] * 3
    )
    expect(card(page).locator("[data-need]")).to_contain_text("请附照片")
    kept = stored(live_server, number, SheetKind.ONSITE)
    assert (kept.value, kept.verification) == (0, "changed")


def test_an_older_browser_orders_a_plan_and_opens_a_part_of_the_result_by_its_link(
    older: BrowserContext, live_server: Server
) -> None:
    number, username = a_visit(live_server)
    page = signed_in(older, username)
    page.goto(f"/visits/{number}/conclusion")
    with next_page(page):
        page.get_by_text("采用系统建议为起点").click()
    code = page.locator("[name=choice-1-code]").input_value()

    page.locator("#line-1").get_by_text("上移").click()
    expect(page.locator("[name=choice-0-code]")).to_have_value(code)
    with next_page(page):
        page.locator(".action-bar").get_by_text("保存结论").click()
    page.goto(f"/visits/{number}/conclusion")

    expect(page.locator("[name=choice-0-code]")).to_have_value(code)
    page.goto(f"/assessments/{number}/result/self")
    expect(page.locator("#gates")).to_be_hidden()
    page.locator(".result-next [href='#gates']").click()
    expect(page.locator("#gates")).to_be_visible()


def test_every_control_shows_that_it_has_the_focus(
    older: BrowserContext, live_server: Server
) -> None:
    number, username = a_draft(live_server)
    page = signed_in(older, username)
    page.goto(f"/firm/assessments/{number}/sections/production")

    page.evaluate("document.querySelector('#question-scheduling .question__more').open = true")
    page.locator("#question-scheduling legend").click()
    unseen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        unseen += page.evaluate(
            """() => { const at = document.activeElement;
            const seen = [at, at.closest("label")].filter(Boolean).map(getComputedStyle).some(
              (style) => style.opacity !== "0"
                && (style.outlineStyle !== "none" || style.boxShadow !== "none"));
            return seen ? [] : [at.outerHTML.slice(0, 120)]; }"""
        )

    assert unseen == []


@pytest.mark.parametrize("missing", ["AbortController", "Request", "fetch", "Map.prototype.values"])
def test_a_fault_of_ours_gives_the_plain_form_back_and_says_so(
    browser: Browser, live_server: Server, guard: Guard, missing: str
) -> None:
    guard.expect("console: |script: ")
    context = opened_at(browser, live_server.url, PHONE, guard)
    context.add_init_script(f"delete globalThis.{missing}")
    number, username = a_draft(live_server)
    page = signed_in(context, username)
    page.goto(f"/firm/assessments/{number}/sections/production")

    pick(page, 4)

    expect(page.locator(".sheet [data-banner]")).to_contain_text("不是网络的问题")
    assert "网络不通" not in page.locator("main").inner_text()
    page.locator(".action-bar [data-plain-save]").click()
    expect(page.locator(".flashes")).to_contain_text("已保存")
    assert stored(live_server, number, SheetKind.SELF).value == 4
    context.close()
