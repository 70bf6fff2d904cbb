"""The columns of a list are put in order by keyboard, on a desk, on a phone, and without script."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Role
from tests.support.browsing import DESK, PHONE, next_page, too_wide
from tests.support.bureau import a_district, an_assessment
from tests.support.people import PASSWORD, a_round, a_user


@pytest.fixture
def officer(live_server):
    """One firm with its assessment; the name an officer signs in by."""
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        a_district(session)
        an_assessment(session, a_round(session), "虚构轴承厂", township="碧湖镇")
        name = a_user(session, Role.OFFICER).username
    yield name
    engine.dispose()


def opened(page: Page, officer: str) -> Page:
    page.goto("/sign-in")
    page.fill("#username", officer)
    page.fill("#password", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    page.goto("/bureau/assessments?columns=trade.township.rung")
    return page


def heads(page: Page) -> list[str]:
    return page.locator(".bureau-table thead").evaluate(
        "head => [...head.querySelectorAll('th:not(.pick)')].map(th => th.textContent.trim().replace(/[↕▲▼]/, ''))"
    )


def move(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_column_is_moved_by_keyboard_and_the_list_obeys(open_page, officer, axe, width):
    page = opened(open_page(width), officer)

    page.locator(".list-tool summary", has_text="列").focus()
    page.keyboard.press("Enter")
    up = move(page, "等级往前移")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(page.locator("[data-moved]")).to_have_text("等级，第 3 列")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("[data-moved]")).to_have_text("等级，第 2 列")
    assert not too_wide(page)
    assert axe(page) == []
    with next_page(page):
        move(page, "显示这些列").press("Enter")

    assert heads(page) == ["企业名称", "等级", "行业", "乡镇（街道）"]


def test_a_column_that_is_ticked_can_be_moved_and_one_that_is_not_offers_no_button(
    open_page, officer
):
    page = opened(open_page(PHONE), officer)
    page.locator(".list-tool summary", has_text="列").click()

    expect(page.locator("[id='move-up.park']")).to_be_hidden()
    page.get_by_label("园区", exact=True).check()
    for _place in range(3):
        move(page, "园区往前移").click()
    page.get_by_label("行业", exact=True).uncheck()
    move(page, "园区往后移").click()
    with next_page(page):
        move(page, "显示这些列").click()

    assert heads(page) == ["企业名称", "乡镇（街道）", "园区", "等级"]


def test_without_script_a_press_moves_the_column_and_stands_at_its_button_again(
    browser, live_server, guard, officer
):
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": PHONE, "height": 800},
        java_script_enabled=False,
    )
    guard.watch(context, live_server.url)
    page = opened(context.new_page(), officer)

    page.locator(".list-tool summary", has_text="列").click()
    with next_page(page):
        move(page, "等级往前移").click()

    expect(move(page, "等级往前移")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url("**/assessments?open=columns**")
    with next_page(page):
        move(page, "显示这些列").click()
    assert heads(page)[:2] == ["企业名称", "等级"]
    context.close()
    assert not guard.unexpected, "\n".join(guard.unexpected)
