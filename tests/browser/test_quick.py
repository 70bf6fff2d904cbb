"""The short first look on a phone: a press an answer, until the rung is certain."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey import db
from survey.tables import Firm
from tests.support.browsing import PHONE, next_page
from tests.support.people import PASSWORD, a_user, begun
from tests.support.servers import Server


def test_a_firm_knows_its_rung_after_a_few_presses_on_a_phone(
    open_page: Callable[[int], Page], live_server: Server, axe: Callable[[Page], list[str]]
) -> None:
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine) as session:
        user = a_user(session)
        number = begun(session, session.get_one(Firm, user.firm_id)).id
        username = user.username
    page = open_page(PHONE)
    page.goto(f"/sign-in?next=/firm/assessments/{number}/quick")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    assert axe(page) == []

    for _ in range(20):
        if page.url.endswith("/quick"):
            break
        if page.locator(".option__input").count():
            page.locator(".option").first.click()
        else:
            page.locator("[name$='-part']").fill("0")
            page.locator("[name$='-whole']").fill("10")
        with next_page(page):
            page.get_by_role("button", name=re.compile("下一题")).click()

    expect(page.get_by_role("heading", name="台阶已经能确定")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
