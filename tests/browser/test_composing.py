"""Pinyin in the middle of composing: not yet a word, so neither judged nor sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from survey import db
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import SheetKind
from tests.support.browsing import DESK, next_page
from tests.support.people import PASSWORD, a_user, filled
from tests.support.servers import Server

LONGER_THAN_TYPING = 1_500
QUESTION = "oee"


@pytest.fixture
def page(open_page: Callable[[int], Page], live_server: Server) -> Page:
    """A firm's key figures; what is sent is kept in ``page.sent``."""
    with Session(db.engine_for(live_server.config.database_url)) as session:
        user = a_user(session)
        number, username = filled(session, user).id, user.username
    page = open_page(DESK)
    page.goto("/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    page.goto(f"/firm/assessments/{number}/sections/key_figures")
    return page


def sent_from(page: Page) -> list[dict[str, Any]]:
    """Return a list that grows by every change the page sends."""
    sent: list[dict[str, Any]] = []
    page.on(
        "request",
        lambda r: sent.append(json.loads(r.post_data or "{}")) if r.method == "POST" else None,
    )
    return sent


def field(page: Page, name: str) -> Locator:
    found = page.locator(f"[name=q_{QUESTION}-{name}]")
    found.evaluate("field => field.closest('details')?.setAttribute('open', '')")
    return found


@pytest.mark.parametrize("name", ["amount", "remark"])
def test_nothing_leaves_while_a_word_is_composed(
    page: Page, live_server: Server, name: str
) -> None:
    sent = sent_from(page)
    keys = page.context.new_cdp_session(page)
    field(page, name).fill("")
    field(page, name).click()
    page.wait_for_timeout(LONGER_THAN_TYPING)
    before = len(sent)

    for end in range(1, 8):
        keys.send(
            "Input.imeSetComposition",
            {"text": "san'shi"[:end], "selectionStart": end, "selectionEnd": end},
        )
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(LONGER_THAN_TYPING)
    composing, fault = len(sent), page.locator(f"#question-{QUESTION} [data-fault]").inner_text()
    with page.expect_response("**/answers"):
        keys.send("Input.insertText", {"text": "30"})
    expect(page.locator("[data-save-state]")).to_have_attribute("data-tone", "good")

    assert (composing, fault) == (before, "")
    assert sent[-1]["value" if name == "amount" else "remark"] == "30"
    with Session(db.engine_for(live_server.config.database_url)) as session:
        sheet = store.sheet(session, 1, SheetKind.SELF)
        assert sheet is not None
        kept = answer_store.answer(session, sheet.id, QUESTION)
        assert kept is not None
        assert "30" in (kept.value if name == "amount" else kept.remark)
