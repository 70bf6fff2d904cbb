"""The walk in a real browser: one printed page, an order that is remembered, and no network needed."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from survey import db
from tests.browser.test_offline import Tablet, press, sent, sign_in, tablet, taken, visit, waits
from tests.support.people import EDITION, a_consultant, a_firm, a_user, visited
from tests.support.servers import Server

__all__ = ["tablet", "taken", "visit"]

TRADES = tuple(SHIPPED.load(EDITION).trades)
LONGEST = "虚构的企业名称" * 8
FULL = 0.75
"""A page with this much of its height written on is worth printing."""


@pytest.mark.parametrize("trade", TRADES)
def test_the_checklist_of_every_trade_is_one_page_and_a_full_one_where_something_is_left(
    live_server: Server, open_page: Callable[[int], Page], trade: str
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        consultant = a_consultant(session)
        firm = a_firm(session, trade=trade, name=LONGEST, contact_name="虚构的联系人姓名")
        user = a_user(session, firm=firm)
        numbers = [visited(session, user, consultant, level=level).id for level in (1, 2, 3, 4)]
        username = consultant.username
    page = open_page(820)
    sign_in(page, username)

    for number in numbers:
        page.goto(f"/visits/{number}/checklist")
        printed = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))

        assert len(printed.pages) == 1
        words = printed.pages[0].extract_text()
        assert "现场核查单" in words
        if "缺佐证" in words:
            assert _lowest_words(printed) < 1 - FULL


def _lowest_words(printed: PdfReader) -> float:
    """How high above the lower edge the last words stand, as a part of the page's height."""
    page = printed.pages[0]
    heights: list[float] = []

    def note(words: str, matrix: list[float], text: list[float], *_: object) -> None:
        if words.strip():
            x, y = text[4], text[5]
            heights.append(matrix[1] * x + matrix[3] * y + matrix[5])

    page.extract_text(visitor_text=note)
    return min(heights) / float(page.mediabox.height)


def test_the_order_of_a_visit_is_remembered(
    live_server: Server, open_page: Callable[[int], Page]
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        consultant = a_consultant(session)
        number = visited(session, a_user(session), consultant).id
        username = consultant.username
    page = open_page(360)
    sign_in(page, username)
    page.goto(f"/visits/{number}")
    expect(page.locator('[data-order="walk"]')).to_be_hidden()

    page.get_by_role("button", name="按走访路线").click()
    page.reload()

    expect(page.locator('[data-order="modules"]')).to_be_hidden()
    page.locator('[data-order="walk"]').get_by_role("link", name="装配现场").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("装配现场")


def test_a_place_opens_without_a_network_and_its_answer_waits_for_its_section_too(
    tablet: Tablet, taken: Page, visit: tuple[int, str]
) -> None:
    tablet.offline(True)
    taken.goto(f"/visits/{visit[0]}/stations/planning")
    press(taken, "确认")
    waits(taken, "1 项答案")

    taken.goto(f"/visits/{visit[0]}/sections/production")
    card = taken.locator("#question-scheduling")
    expect(card).to_have_attribute("data-verification", "verified")
    tablet.offline(False)
    sent(taken)
    taken.goto(f"/visits/{visit[0]}/stations/planning")

    expect(taken.locator('li[data-station="planning"] [data-count]').first).to_have_text("1")
