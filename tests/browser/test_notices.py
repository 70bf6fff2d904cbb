"""An officer's month in a browser: from a notice to the recommendation list that goes upward."""

from __future__ import annotations

from datetime import timedelta

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Notice, Role
from tests.support.browsing import DESK, PHONE, next_page, too_wide
from tests.support.bureau import a_district
from tests.support.notices import judged
from tests.support.people import PASSWORD, a_firm, a_user, moment

TITLE = "2026 年虚构数字化车间征集"
FIRM = "虚构申报阀门厂"


@pytest.fixture
def officer(live_server):
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        a_district(session)
        a_user(session, firm=a_firm(session, FIRM, revenue=3000))
        name = a_user(session, Role.OFFICER).username
    yield name
    engine.dispose()


def hold_firms(live_server) -> None:
    """Do what the worker does about the notice that was published."""
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        judged(session, session.scalars(select(Notice)).one())
    engine.dispose()


def press(page: Page, name: str) -> None:
    with next_page(page):
        page.get_by_role("button", name=name, exact=True).click()


def test_a_notice_is_published_its_firms_found_and_recommended_upward(
    open_page, live_server, officer, axe, tmp_path
):
    page = open_page(DESK)
    page.goto("/sign-in")
    page.fill("#username", officer)
    page.fill("#password", PASSWORD)
    press(page, "登录")

    page.goto("/bureau/notices/new")
    page.get_by_label("通知名称").fill(TITLE)
    page.get_by_label("发文单位").fill("虚构省厅")
    page.get_by_label("级别").select_option("province")
    page.get_by_label("依据").select_option("copy")
    page.get_by_label("区级初审截止").fill((moment() + timedelta(days=20)).date().isoformat())
    page.get_by_label("材料清单").fill("申报书\n自评报告")
    press(page, "存成草稿")
    page.locator("#step-own-figure > summary").click()
    form = page.locator("#step-own-figure")
    form.get_by_label("条件").fill("上年营业收入够")
    form.get_by_label("数值").fill("2000")
    with next_page(page):
        form.get_by_role("button", name="加上").click()
    page.get_by_text("发布", exact=True).first.click()
    press(page, "确定发布")
    hold_firms(live_server)

    page.goto("/bureau/notices")
    assert axe(page) == []
    page.get_by_role("link", name="申报对象 1 家").click()
    expect(page.get_by_role("status").filter(has_text="共 1 家企业")).to_be_visible()
    page.get_by_role("link", name=FIRM).click()
    expect(page.get_by_text("3000 万元")).to_be_visible()
    assert axe(page) == []
    page.locator("#step-intend > summary").click()
    press(page, "拟申报")
    page.get_by_label("申报书").check()
    press(page, "保存材料核对")

    page.goto("/bureau/notices/1/recommendation")
    page.get_by_label("名次").fill("1")
    page.get_by_label("项目（车间）名称").fill("虚构一车间")
    page.get_by_label("总投资（万元）").fill("2360.5")
    press(page, "保存名次")
    page.get_by_label("会议纪要文号").fill("虚构纪要〔2026〕6 号")
    page.get_by_label("会议日期").fill(moment().date().isoformat())
    press(page, "登记推荐")
    assert axe(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    kept = tmp_path / "recommended.xlsx"
    download.value.save_as(kept)

    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(kept).active.iter_rows()]
    heads = next(row for row in rows if "企业名称" in row)
    line = rows[rows.index(heads) + 1]
    assert line[heads.index("企业名称")] == FIRM
    assert line[heads.index("总投资（万元）")] == 2360.5
    page.set_viewport_size({"width": PHONE, "height": 740})
    for where in ("", "/1", "/firms?notice=1", "/1/firms/1", "/1/recommendation", "/1/edit"):
        page.goto(f"/bureau/notices{where}")
        assert too_wide(page) == 0, where
