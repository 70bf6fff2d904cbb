"""An officer plans visits in a browser: days changed, the list taken along, three firms given to a consultant."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Assessment, AssessmentState, Role
from tests.support.browsing import next_page, too_wide
from tests.support.bureau import a_district, an_assessment
from tests.support.forecasts import a_forecast, a_model
from tests.support.people import PASSWORD, a_consultant, a_round, a_user

PAGE = "/bureau/assessments/visits"
TABLET, WIDE = 820, 1280
CHANCES = (700, 500, 300, 100)


@pytest.fixture
def officer(live_server):
    """Four firms wait, each less likely to be found lower; the name an officer signs in by."""
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        a_district(session)
        round_ = a_round(session)
        firms = [
            an_assessment(session, round_, f"虚构第{n}厂", step=2, size="small") for n in range(4)
        ]
        a_consultant(session, name="顾问虚构人")
        name = a_user(session, Role.OFFICER).username
        with db.writing(session):
            session.add(a_model())
            for firm, chance in zip(firms, CHANCES, strict=True):
                rungs = [0, chance, 1000 - chance, 0, 0, 0]
                session.add(a_forecast(firm.id, overturned=chance, rungs=rungs))
    yield name
    engine.dispose()


@pytest.mark.parametrize("width", [TABLET, WIDE])
def test_days_are_changed_the_list_is_taken_along_and_three_visits_are_assigned(
    open_page, officer, live_server, axe, width
):
    page = open_page(width)
    page.goto("/sign-in")
    page.fill("#username", officer)
    page.fill("#password", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()

    page.goto("/bureau/assessments")
    with next_page(page):
        page.get_by_role("link", name="先核验哪些企业").click()
    rows = page.locator(".visits-table tbody tr")
    expect(rows).to_have_count(4)
    page.get_by_label("顾问天数（几位加起来）").fill("1.5")
    with next_page(page):
        page.get_by_role("button", name="排出名单").click()
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("虚构第0厂")
    assert not too_wide(page)
    assert axe(page) == []

    with page.expect_download() as taken:
        page.get_by_role("link", name="导出 Excel").click()
    assert taken.value.suggested_filename.startswith("先核验的企业-")

    expect(page.locator("[data-count]")).to_have_text("已选 3 家")
    with next_page(page):
        page.get_by_role("button", name="指派顾问").click()
    page.get_by_label("诊断顾问").select_option(index=1)
    with next_page(page):
        page.get_by_role("button", name="指派", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已指派 3 家")
    expect(page).to_have_url(re.compile(rf"{PAGE}\?days=1\.5&"))
    expect(rows).to_have_count(1)
    assert _visiting(live_server) == 3


def _visiting(live_server):
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine) as session:
        found = [one.state for one in session.query(Assessment)]
    engine.dispose()
    return found.count(AssessmentState.VISITING)
