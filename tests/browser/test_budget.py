"""A district's budget in a browser: fields, the job, the frontier, the list, another run, both beside each other."""

from __future__ import annotations

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Role
from tests.support.browsing import DESK, PHONE, next_page, too_wide
from tests.support.bureau import a_district
from tests.support.people import PASSWORD, a_firm, a_user, handed_in

FIRMS = {"虚构甲厂": 1, "虚构乙厂": 2, "虚构丙厂": 1}
"""Firms and the level of all their answers."""


@pytest.fixture
def officer(live_jobs):
    engine = db.engine_for(live_jobs.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        a_district(session)
        for name, level in FIRMS.items():
            handed_in(session, a_user(session, firm=a_firm(session, name)), level=level)
        name = a_user(session, Role.OFFICER).username
    yield name
    engine.dispose()


def press(page: Page, name: str) -> None:
    with next_page(page):
        page.get_by_role("button", name=name, exact=True).click()


def asked(page: Page, title: str, money: str) -> None:
    """Fill the fields, and wait until the worker has chosen."""
    page.goto("/bureau/district/budget")
    page.get_by_label("方案名称").fill(title)
    page.get_by_label("预算（万元）").fill(money)
    press(page, "开始测算")
    expect(page.get_by_role("heading", name="结果")).to_be_visible()
    expect(page.get_by_text("这是最优的选法")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_budget_is_asked_for_worked_out_compared_and_taken_along(
    open_page, officer, axe, tmp_path, width
):
    page = open_page(width)
    page.goto("/sign-in")
    page.fill("#username", officer)
    page.fill("#password", PASSWORD)
    press(page, "登录")

    asked(page, "虚构第一批", "100")
    drawn = page.locator("[aria-labelledby=budget-frontier] canvas")
    drawn.scroll_into_view_if_needed()
    expect(drawn).to_be_visible()
    listed = page.locator("[aria-labelledby=budget-chosen] tbody th a")
    assert set(listed.all_inner_texts()) == set(FIRMS)
    assert not too_wide(page)
    assert not axe(page)

    asked(page, "虚构第二批", "8")
    fewer = set(page.locator("[aria-labelledby=budget-chosen] tbody th a").all_inner_texts())
    assert fewer < set(FIRMS)
    page.get_by_label("和另一个方案对比").select_option("虚构第一批")
    press(page, "对比")
    moved = page.locator("[aria-labelledby=budget-compared] tbody th")
    assert set(moved.all_inner_texts()) >= set(FIRMS) - fewer
    assert not too_wide(page)
    assert not axe(page)

    page.goto("/bureau/district/budget")
    with next_page(page):
        page.get_by_role("link", name="虚构第一批").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="导出 Excel").click()
    coming.value.save_as(tmp_path / "run.xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "run.xlsx").worksheets
    told = {cell.value for row in sheets[0].iter_rows() for cell in row}
    assert set(FIRMS) <= told
