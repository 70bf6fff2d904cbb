"""A plan that follows what is asked on a phone: no press, the field keeps its place, and it is said what changed."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey import db
from tests.support.browsing import PHONE, next_page
from tests.support.people import PASSWORD, a_user, handed_in
from tests.support.servers import Server


def test_a_plan_follows_what_is_asked_without_a_press(
    open_page: Callable[[int], Page], live_server: Server, axe: Callable[[Page], list[str]]
) -> None:
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        user = a_user(session)
        number = handed_in(session, user, level=1).id
        username = user.username
    engine.dispose()
    page = open_page(PHONE)
    page.goto(f"/sign-in?next=/assessments/{number}/plan")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.select_option("#plan-aim", "count")
    expect(page.locator("#plan-title")).to_contain_text("项目最少的方案")
    expect(page).to_have_url(re.compile(r"aim=count(?!.*before=)"))

    page.fill("#plan-budget", "0.01")
    expect(page.get_by_text("预算不够")).to_be_visible()
    expect(page.locator("#plan-budget")).to_be_focused()

    with next_page(page):
        page.reload()
    expect(page.locator("#plan-budget")).to_have_value("0.01")
