"""An officer brings a list with faults in a browser: on a tablet to the preview, on a desk to its end."""

from __future__ import annotations

import openpyxl
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Role
from tests.support.browsing import DESK, next_page, too_wide
from tests.support.bureau import a_district
from tests.support.people import PASSWORD, a_user
from tests.support.rosters import FILES

TABLET = 820


def until_done(page: Page) -> None:
    """Look again, as an impatient officer does, until the work is done."""
    again = page.get_by_role("link", name="刷新看看")
    while again.count():
        with next_page(page):
            again.click()
        page.wait_for_timeout(100)


def test_a_list_with_faults_is_brought_looked_at_and_imported(open_page, live_jobs, axe, tmp_path):
    engine = db.engine_for(live_jobs.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        a_district(session)
        name = a_user(session, Role.OFFICER).username
    engine.dispose()
    page = open_page(TABLET)
    page.goto("/sign-in")
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    page.goto("/bureau/firms/rosters")
    page.set_input_files("#roster", FILES / "codes-and-formulas.xlsx")
    with next_page(page):
        page.get_by_role("button", name="上传，选表头").click()
    page.get_by_label("看不出行业的新企业归入").select_option(label="阀门")
    with next_page(page):
        page.get_by_role("button", name="逐行核对").click()
    until_done(page)

    expect(page.get_by_text("会新增 14 家、改动 0 家")).to_be_visible()
    assert not too_wide(page)
    assert not axe(page)
    page.set_viewport_size({"width": DESK, "height": 900})
    with next_page(page):
        page.locator(".tile", has_text="有问题").click()
    expect(page.get_by_text("照营业执照重新填写")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载带“导入问题”的名单").click()
    coming.value.save_as(tmp_path / "back.xlsx")
    head = [cell.value for cell in openpyxl.load_workbook(tmp_path / "back.xlsx")["名单"][1]]
    assert "导入问题" in head

    with next_page(page):
        page.get_by_role("button", name="导入", exact=True).click()
    until_done(page)

    expect(page.get_by_text("新增 14 家，改动 0 家")).to_be_visible()
    assert not axe(page)
