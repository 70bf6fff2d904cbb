"""An officer's programme in a browser: open a round, watch it, remind, assign ten, export."""

from __future__ import annotations

from datetime import timedelta

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Assessment, AssessmentState, Firm, Role, Round
from tests.support.browsing import DESK, next_page, too_wide
from tests.support.bureau import a_district, an_assessment
from tests.support.people import PASSWORD, a_consultant, a_firm, a_user, moment

TABLET = 820
TITLE = "2027 年度虚构评估"
WAITING, LATE = 12, 3
"""Firms that have handed in, and firms that have not begun."""


@pytest.fixture
def officer(live_server):
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        a_district(session)
        a_consultant(session, name="虚构顾问")
        for number in range(LATE):
            firm = a_firm(session, f"还没开始 {number} 厂（虚构）", township="碧湖镇")
            a_user(session, firm=firm)
        name = a_user(session, Role.OFFICER).username
    yield name
    engine.dispose()


def some_hand_in(live_server) -> None:
    """Firms that were not there before hand in to the round that was opened."""
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        round_ = session.scalars(select(Round)).one()
        for number in range(WAITING):
            an_assessment(session, round_, f"已提交 {number:02d} 厂（虚构）", township="碧湖镇")
    engine.dispose()


def press(page: Page, name: str) -> None:
    with next_page(page):
        page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("width", [TABLET, DESK])
def test_a_round_is_opened_watched_reminded_of_assigned_and_sent_upward(
    open_page, live_server, officer, axe, tmp_path, width
):
    page = open_page(width)
    page.goto("/sign-in")
    page.fill("#username", officer)
    page.fill("#password", PASSWORD)
    press(page, "登录")

    page.goto("/bureau/rounds")
    page.get_by_label("轮次名称").fill(TITLE)
    page.get_by_label("企业截止", exact=True).fill(
        (moment() + timedelta(days=20)).date().isoformat()
    )
    press(page, "建立轮次")
    some_hand_in(live_server)
    page.reload()
    with next_page(page):
        page.locator(".tile", has_text="未开始").click()
    expect(page.get_by_text(f"共 {LATE} 家企业")).to_be_visible()
    assert not too_wide(page)
    assert not axe(page)
    page.locator("summary", has_text="提醒").click()
    press(page, "确定提醒")
    expect(page.locator(".flashes")).to_contain_text(f"{LATE} 家")

    page.goto("/bureau/assessments?state=submitted")
    boxes = page.locator("tbody [name=chosen]")
    for number in range(10):
        boxes.nth(number).check()
    press(page, "指派顾问")
    page.get_by_label("诊断顾问").select_option(index=1)
    press(page, "指派")
    expect(page.locator(".flashes")).to_contain_text("已指派 10 家")

    page.goto("/bureau/assessments?state=visiting")
    page.locator("summary", has_text="导出").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Excel，和现在看到的一样").click()
    coming.value.save_as(tmp_path / "sent.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "sent.xlsx").worksheets[0]
    names = {cell.value for row in sheet.iter_rows() for cell in row}
    assert names >= _visited(live_server)


def _visited(live_server) -> set[str]:
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine) as session:
        query = select(Firm.name).join(Assessment, Assessment.firm_id == Firm.id)
        found = set(session.scalars(query.where(Assessment.state == AssessmentState.VISITING)))
    engine.dispose()
    assert len(found) == 10
    return found
