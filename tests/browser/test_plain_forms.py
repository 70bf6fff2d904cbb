"""Plain forms: what was typed outlives an ended session, and a button counts once."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey import db
from tests.support.browsing import PHONE, next_page
from tests.support.people import PASSWORD, a_user
from tests.support.servers import Server

PROFILE = "/firm/profile"
TYPED = "虚构路 8 号"


def sign_in(page: Page, username: str) -> None:
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    assert "/sign-in" not in page.url


def save(page: Page) -> None:
    with next_page(page):
        page.locator("main form.profile button[type=submit]").last.click()


def test_what_was_typed_comes_back_to_its_reader_after_signing_in_and_to_nobody_else(
    open_page: Callable[[int], Page], live_server: Server
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        users = [a_user(session), a_user(session)]
        mine, other = (user.username for user in users)
    page = open_page(PHONE)
    page.goto("/sign-in?next=/firm/profile")
    expect(page.locator("[data-kept]")).to_be_hidden()  # nothing was typed, nothing is promised
    sign_in(page, mine)
    page.goto(PROFILE)
    page.fill("[name=address]", TYPED)
    page.context.clear_cookies()
    save(page)
    assert "/sign-in" in page.url
    expect(page.locator("[data-kept]")).to_be_visible()
    sign_in(page, mine)

    assert page.url.endswith(PROFILE)
    expect(page.locator("[name=address]")).to_have_value(TYPED)
    expect(page.get_by_role("alert").first).to_contain_text("刚才没有保存")
    save(page)
    page.goto(PROFILE)
    expect(page.locator("[name=address]")).to_have_value(TYPED)
    expect(page.get_by_text("刚才没有保存")).to_have_count(0)

    page.fill("[name=address]", f"{TYPED}乙")
    page.context.clear_cookies()
    save(page)
    sign_in(page, other)
    page.goto(PROFILE)
    expect(page.locator("[name=address]")).not_to_have_value(f"{TYPED}乙")


def test_a_button_pressed_twice_is_sent_once(
    open_page: Callable[[int], Page], live_server: Server
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        username = a_user(session).username
    page = open_page(PHONE)
    page.goto("/sign-in")
    sign_in(page, username)
    page.goto(PROFILE)
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    with next_page(page):
        page.evaluate(
            "() => { const b = document.querySelector('main form.profile button[type=submit]');"
            " b.click(); b.click(); }"
        )

    assert len(sent) == 1
