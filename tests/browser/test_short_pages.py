"""On a phone the first screen says what its reader came for; the rest is one press away."""

from __future__ import annotations

import re

import pymupdf
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from survey import db
from survey.tables import SheetKind
from tests.support.browsing import PHONE, next_page, too_wide
from tests.support.people import PASSWORD, a_consultant, a_firm, a_user, confirmed, filled

SCREEN = 740
"""The height of a small phone's screen, in px."""
MOST_SCREENS = 6


@pytest.fixture(params=["虚构霁川坞阀门制造有限公司"])
def result(request, open_page, live_server) -> Page:
    """The on-site result of a confirmed sheet, on the phone of the firm that was visited."""
    with Session(db.engine_for(live_server.config.database_url)) as session:
        user = a_user(session, firm=a_firm(session, request.param))
        number = confirmed(session, user, a_consultant(session)).id
        name = user.username
    page = open_page(PHONE)
    page.set_viewport_size({"width": PHONE, "height": SCREEN})
    _sign_in(page, name)
    page.goto(f"/assessments/{number}/result/{SheetKind.ONSITE}")
    return page


@pytest.fixture
def hub(open_page, live_server) -> Page:
    """The overview of a complete draft, on its owner's phone."""
    with Session(db.engine_for(live_server.config.database_url)) as session:
        user = a_user(session, firm=a_firm(session, "虚构霁川坞阀门制造有限公司"))
        number = filled(session, user, level=2).id
        name = user.username
    page = open_page(PHONE)
    page.set_viewport_size({"width": PHONE, "height": SCREEN})
    _sign_in(page, name)
    page.goto(f"/firm/assessments/{number}/")
    return page


def _sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.press("[name=password]", "Enter")


def _end(part: Locator) -> float:
    """How far down the page a part ends, in px."""
    box = part.bounding_box()
    assert box, part
    return box["y"] + box["height"]


def test_the_first_screen_says_the_rung_the_next_one_three_things_money_and_months(result):
    top = result.locator(".result-top")

    shown = {
        part: top.locator(part)
        for part in (".result-verdict__rung", ".result-verdict__share", "h2", ".result-sum")
    }

    assert "下一级" in shown["h2"].inner_text()
    assert all(word in shown[".result-sum"].inner_text() for word in ("万元", "个月"))
    assert top.locator(".first-things li").count() == 3
    assert {part: _end(there) for part, there in shown.items() if _end(there) > SCREEN} == {}


@pytest.mark.parametrize("result", ["虚构" + "名字很长的阀门" * 13], indirect=True)
def test_a_long_name_leaves_the_first_screen_to_the_result(result):
    assert _end(result.locator(".result-sum")) <= SCREEN
    assert too_wide(result) == 0


def test_the_closed_page_is_at_most_six_screens_long(result, axe):
    height = result.evaluate("document.documentElement.scrollHeight")

    assert height <= MOST_SCREENS * SCREEN
    assert too_wide(result) == 0
    assert axe(result) == []


def test_every_link_on_the_page_opens_the_part_it_leads_to(result):
    links = result.locator("main a[href^='#']").evaluate_all("all => all.map((a) => a.hash)")
    assert len(links) > 15

    hidden = [
        link
        for link in dict.fromkeys(links)
        if result.evaluate("hash => { location.hash = hash; }", link) is None
        and not result.locator(link).is_visible()
    ]

    assert hidden == []


def test_paper_shows_every_part_without_script_too(result, open_page, live_server, tmp_path):
    plain = result.context.browser.new_context(
        base_url=live_server.url,
        java_script_enabled=False,
        storage_state=result.context.storage_state(),
    ).new_page()
    plain.goto(result.url)

    plain.pdf(path=tmp_path / "page.pdf")

    with pymupdf.open(tmp_path / "page.pdf") as paper:
        printed = "".join(leaf.get_text() for leaf in paper).replace("\n", "")
    for words in (
        "必备条件不看总分",
        "验收看",
        "先列挡住下一级的题",
        "分数线 20%",
        "相当于",
        "贡献",
    ):
        assert words in printed
    plain.context.close()


def test_a_part_opens_by_its_link_without_script(result, live_server):
    plain = result.context.browser.new_context(
        base_url=live_server.url,
        java_script_enabled=False,
        storage_state=result.context.storage_state(),
    ).new_page()
    plain.goto(result.url)
    assert not plain.locator("#gates").is_visible()

    plain.locator(".result-next [href='#gates']").click()

    assert plain.locator("#gates").is_visible()
    plain.context.close()


def test_the_first_module_stands_on_the_first_screen_of_the_hub(hub, axe):
    first = hub.locator(".section-card").first

    assert _end(first) <= SCREEN
    assert too_wide(hub) == 0
    assert axe(hub) == []


def test_the_hub_the_list_and_the_next_button_go_the_same_way_what_must_be_filled_first(hub):
    cards = [card.inner_text() for card in hub.locator(".section-card__title").all()]
    states = hub.locator(".section-card .status-chip").all_inner_texts()

    with next_page(hub):
        hub.locator(".section-card").first.click()
    listed = hub.locator(".section-aside__narrow .section-list__link > span:nth-of-type(1)")
    walked = [hub.locator("h1").inner_text()]
    while (onward := hub.locator(".action-bar__after")).inner_text().strip() == "下一模块":
        with next_page(hub):
            onward.click()
        walked.append(hub.locator("h1").inner_text())

    assert len(cards) > 20
    assert [words.removesuffix("选填") for words in listed.all_text_contents()] == cards
    assert walked == cards
    assert states == sorted(states, key=lambda state: state == "选填")


def test_one_press_leads_past_the_list_of_modules_to_the_first_question(hub):
    with next_page(hub):
        hub.locator(".section-card").first.click()

    hub.keyboard.press("Tab")
    hub.keyboard.press("Enter")
    expect(hub).to_have_url(re.compile("#"))
    hub.keyboard.press("Tab")

    assert hub.evaluate("document.activeElement.closest('.question') !== null")
