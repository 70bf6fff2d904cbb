"""The visit on a tablet: one touch each, nothing lost without a network, two tablets, packages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from survey import db
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import SheetKind
from tests.support.browsing import next_page, too_wide
from tests.support.files import a_photo
from tests.support.people import PASSWORD, a_consultant, a_user, visited
from tests.support.servers import Server

TABLET = 820
QUESTION = "scheduling"


@pytest.fixture
def visit(live_server: Server) -> tuple[int, str]:
    """A visit under way, the firm at level 2 everywhere: its number, and whose it is."""
    with Session(db.engine_for(live_server.config.database_url)) as session:
        consultant = a_consultant(session)
        assessment = visited(session, a_user(session), consultant, level=2)
        return assessment.id, consultant.username


@pytest.fixture
def tablet(open_page: Callable[[int], Page], visit: tuple[int, str]) -> Page:
    page = open_page(TABLET)
    page.goto("/sign-in")
    page.fill("[name=username]", visit[1])
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    assert page.url.endswith("/visits")
    return page


def card(page: Page, question: str = QUESTION) -> Locator:
    return page.locator(f"#question-{question}")


def press(page: Page, words: str, question: str = QUESTION) -> None:
    card(page, question).locator(".verdict", has_text=words).click()


def pick(page: Page, level: int) -> None:
    card(page).locator(f'.visit-change .option__input[value="{level}"]').check()


def stands(page: Page, verdict: str, question: str = QUESTION) -> None:
    expect(card(page, question)).to_have_attribute("data-verification", verdict)


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-tone", "good")


def on_site(server: Server, number: int, question: str = QUESTION):
    with Session(db.engine_for(server.config.database_url)) as session:
        sheet = store.sheet(session, number, SheetKind.ONSITE)
        assert sheet is not None
        return answer_store.answer(session, sheet.id, question)


def test_every_page_of_a_visit_fits_and_is_accessible(tablet, visit, axe):
    number, _ = visit
    for page in ("", "/sections/production", "/processes", "/conclusion", "/confirm"):
        tablet.goto(f"/visits/{number}{page}")
        assert too_wide(tablet) == 0, page
        assert axe(tablet) == [], page


def test_targets_are_large_enough_for_a_finger(tablet, visit):
    tablet.goto(f"/visits/{visit[0]}/sections/production")
    press(tablet, "更改")

    small = tablet.evaluate(
        """[...document.querySelectorAll("main :is(a, button, summary, label, textarea)")]
        .filter((e) => e.checkVisibility() && !e.closest(".breadcrumbs, .visually-hidden")
          && e.getAttribute("aria-hidden") !== "true" && !e.matches(".field__label")
          && e.getBoundingClientRect().height < 43.5)
        .map((e) => e.outerHTML.slice(0, 120))"""
    )

    assert small == []


def test_a_touch_confirms_and_counts(tablet, visit, live_server):
    tablet.goto(f"/visits/{visit[0]}/sections/production")

    press(tablet, "确认")

    stands(tablet, "verified")
    expect(tablet.locator("[data-overall]").first).to_have_text("1")
    assert on_site(live_server, visit[0]).verification == "verified"


def test_a_change_of_two_levels_asks_for_reason_and_photo_until_both_are_there(tablet, visit):
    tablet.goto(f"/visits/{visit[0]}/sections/production")
    need = card(tablet).locator("[data-need]")

    press(tablet, "更改")
    pick(tablet, 0)
    expect(need).to_contain_text("请附照片")
    card(tablet).get_by_label("理由").fill("排产表是上周的。")
    expect(need).to_have_text("与企业自评相差两档或以上，请附照片或文件。")
    photo = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    card(tablet).locator("[data-upload]").last.set_input_files(photo)

    expect(need).to_be_hidden()
    stands(tablet, "changed")


def test_the_last_touch_decides(tablet, visit, live_server):
    tablet.goto(f"/visits/{visit[0]}/sections/production")

    press(tablet, "更改")
    pick(tablet, 4)
    press(tablet, "确认")

    stands(tablet, "verified")
    saved(tablet)
    kept = on_site(live_server, visit[0])
    assert (kept.value, kept.verification) == (2, "verified")


def test_what_is_given_without_a_network_arrives_later(tablet, visit, live_server, guard):
    guard.expect("ERR_INTERNET_DISCONNECTED")
    tablet.goto(f"/visits/{visit[0]}/sections/production")
    tablet.context.set_offline(True)

    press(tablet, "未能查看")
    card(tablet).get_by_label("理由").fill("仓库锁着。")
    expect(tablet.locator("[data-save-state]")).to_contain_text("未保存")
    tablet.context.set_offline(False)

    saved(tablet)
    kept = on_site(live_server, visit[0])
    assert (kept.verification, kept.reason) == ("not_seen", "仓库锁着。")


def test_two_tablets_on_one_answer_are_shown_both(tablet, visit, live_server, guard):
    guard.expect("409")
    other = tablet.context.new_page()
    for page in (tablet, other):
        page.goto(f"/visits/{visit[0]}/sections/production")
    press(tablet, "确认")
    saved(tablet)

    press(other, "更改")
    pick(other, 3)
    clash = card(other).locator(".clash")
    expect(clash).to_contain_text("已确认")
    expect(clash).to_contain_text("已更改")
    clash.get_by_text("保留我的", exact=True).click()

    saved(other)
    assert on_site(live_server, visit[0]).value == 3


def test_a_plan_is_made_and_put_in_order_by_touch(tablet, visit):
    address = f"/visits/{visit[0]}/conclusion"
    tablet.goto(address)
    tablet.locator("#problems").fill("检验记录后补。")
    with next_page(tablet):
        tablet.get_by_text("采用系统建议为起点").click()
    second = tablet.locator("[name=choice-1-code]").input_value()

    tablet.locator("#choice-1-low").fill("12.5")
    with next_page(tablet):
        tablet.locator("#line-1").get_by_text("上移").click()
    with next_page(tablet):
        tablet.locator(".action-bar").get_by_text("保存结论").click()
    tablet.goto(address)

    expect(tablet.locator("[name=choice-0-code]")).to_have_value(second)
    expect(tablet.locator("#choice-0-low")).to_have_value("12.5")
    expect(tablet.locator("#problems")).to_have_value("检验记录后补。")
