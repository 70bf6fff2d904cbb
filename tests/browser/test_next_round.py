"""The second round on a phone: one answer by its key, one changed, the rest by one button."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey import db
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import Firm, SheetKind
from tests.support.browsing import PHONE, next_page
from tests.support.people import PASSWORD, a_user, begun, handed_in
from tests.support.servers import Server


def test_a_section_is_looked_at_changed_and_confirmed_on_a_phone(
    open_page: Callable[[int], Page], live_server: Server, axe: Callable[[Page], list[str]]
) -> None:
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine) as session:
        user = a_user(session)
        handed_in(session, user, level=2)
        number = begun(session, session.get_one(Firm, user.firm_id)).id
        username = user.username
    page = open_page(PHONE)
    page.goto(f"/sign-in?next=/firm/assessments/{number}/sections/production")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    assert page.url.endswith(f"{number}/sections/production")
    waiting = page.locator("[data-waits]")
    before = waiting.count()
    assert before > 2
    assert axe(page) == []

    page.locator("#question-scheduling [data-same]").click()
    expect(page.locator("#question-scheduling [data-state]")).to_contain_text("保存")
    page.locator("#question-exceptions .option").nth(4).click()
    expect(waiting).to_have_count(before - 2)
    with next_page(page):
        page.get_by_role("button", name="与上年相同，确认本节").click()
    assert "/sections/production" not in page.url

    expect(page.locator(".flashes")).to_contain_text(f"有 {before - 2} 题已按上年答案确认")
    with Session(engine) as session:
        sheet = store.sheet(session, number, SheetKind.SELF)
        assert sheet is not None
        found = answer_store.answers(session, sheet.id)
        assert (found["scheduling"].value, found["exceptions"].value) == (2, 4)
        assert len(found) == before
