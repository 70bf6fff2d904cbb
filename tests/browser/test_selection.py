"""Lists of the bureau in a browser: few touches for many firms, the first firm in sight."""

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Assessment, AssessmentState, Role, User
from tests.support.browsing import DESK, PHONE, next_page, too_wide
from tests.support.bureau import a_district, admitted, an_assessment
from tests.support.people import PASSWORD, a_consultant, a_round, a_user

TABLET = 820
FIRMS = 34
MOST_TOUCHES = 6
FIRST_SCREEN = 740
LONG = "名字很长的虚构制造有限责任公司" * 2


@pytest.fixture
def officer(live_server):
    """More firms than a page holds wait for a consultant; the name an officer signs in by."""
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        a_district(session)
        round_ = a_round(session)
        for number in range(FIRMS):
            name = f"{number:02d} {LONG if number % 7 == 0 else ''}厂（虚构）"
            an_assessment(session, round_, name, township="碧湖镇")
        a_consultant(session, name="顾问虚构人")
        name = a_user(session, Role.OFFICER).username
    yield name
    engine.dispose()


@pytest.fixture
def at(open_page, officer):
    """Open the officer's browser at a width."""

    def opened(width):
        page = open_page(width)
        page.goto("/sign-in")
        page.fill("#username", officer)
        page.fill("#password", PASSWORD)
        with next_page(page):
            page.locator("main button[type=submit]").click()
        return page

    return opened


def states(live_server):
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine) as session:
        found = [one.state for one in session.query(Assessment)]
    engine.dispose()
    return found


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_page_of_firms_is_assigned_in_few_touches(at, live_server, width):
    page = at(width)
    page.goto("/bureau/assessments")
    touches = 0

    def touch(work, *, leads=False):
        nonlocal touches
        touches += 1
        if leads:
            with next_page(page):
                work()
        else:
            work()

    touch(page.locator(".tile", has_text="待指派").click, leads=True)
    touch(page.get_by_role("link", name="全选本页").click)
    expect(page.locator("[data-count]")).to_have_text("已选 30 项")
    touch(page.get_by_role("button", name="指派顾问").click, leads=True)
    touch(lambda: page.get_by_label("诊断顾问").select_option(index=1))
    touch(page.get_by_role("button", name="指派", exact=True).click, leads=True)

    expect(page.locator(".flashes")).to_contain_text("已指派 30 家")
    assert touches <= MOST_TOUCHES
    assert states(live_server).count(AssessmentState.VISITING) == 30


def test_what_was_ticked_stays_ticked_on_the_other_pages(at):
    page = at(PHONE)
    page.goto("/bureau/assessments?sort=firm")
    page.locator("[name=chosen]").first.check()

    with next_page(page):
        page.get_by_role("link", name="下一页").click()
    page.locator("tbody [name=chosen]").first.check()

    expect(page.locator("[data-count]")).to_have_text("已选 2 项，其中 1 项在别的页")
    with next_page(page):
        page.get_by_role("button", name="指派顾问").click()
    assert page.locator(".picked__row").count() == 2
    page.go_back()
    expect(page.locator("[data-count]")).to_have_text("已选 2 项，其中 1 项在别的页")
    page.locator("[data-none]").click()
    expect(page.locator("[data-bar]")).to_be_hidden()


def test_nothing_ticked_offers_nothing(at):
    page = at(DESK)
    page.goto("/bureau/assessments")

    expect(page.locator("[data-bar]")).to_be_hidden()
    page.locator("tbody [name=chosen]").first.check()
    expect(page.get_by_role("button", name="指派顾问")).to_be_enabled()
    page.locator("tbody [name=chosen]").first.uncheck()
    expect(page.locator("[data-bar]")).to_be_hidden()


def test_on_a_phone_the_pool_s_many_steps_are_one_line_that_opens(at, live_server):
    with Session(db.engine_for(live_server.config.database_url)) as session:
        officer = session.query(User).filter_by(role=Role.OFFICER).one()
        for one in session.query(Assessment).limit(3):
            admitted(session, one, officer)
    page = at(PHONE)
    page.goto("/bureau/pool")
    page.locator("tbody [name=chosen]").first.check()
    bar, withdraw = page.locator("[data-bar]"), page.get_by_role("button", name="退库")

    assert bar.bounding_box()["height"] < 80
    expect(withdraw).to_be_hidden()
    bar.locator("summary").click()
    expect(withdraw).to_be_enabled()
    page.set_viewport_size({"width": DESK, "height": FIRST_SCREEN})
    expect(bar.locator("summary")).to_be_hidden()
    expect(withdraw).to_be_visible()
    with next_page(page):
        page.get_by_role("button", name="调高目标").click()


@pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
def test_the_first_firm_is_on_the_first_screen_and_no_column_is_cut(at, width):
    page = at(width)
    page.set_viewport_size({"width": width, "height": FIRST_SCREEN})
    for listed in ("assessments", "firms", "rounds/1"):
        page.goto(f"/bureau/{listed}")

        name = page.locator("tbody th a").first.bounding_box()
        assert name["y"] + name["height"] <= FIRST_SCREEN, listed
        inside = page.locator(".data-scroll").evaluate("box => [box.scrollWidth, box.clientWidth]")
        assert inside[0] <= inside[1], listed
        assert too_wide(page) == 0


def test_a_step_that_is_opened_is_in_sight_and_ready_to_be_filled(at, guard):
    guard.expect("status of 422")
    page = at(PHONE)
    page.set_viewport_size({"width": PHONE, "height": FIRST_SCREEN})
    page.goto("/bureau/assessments")
    with next_page(page):
        page.locator("tbody th a").first.click()

    step = page.locator("#step-admit")
    assert step.bounding_box()["y"] < FIRST_SCREEN
    step.locator("summary").click()

    expect(step.locator("select").first).to_be_focused()
    with next_page(page):
        step.locator("button[type=submit]").click()
    expect(page.locator("#step-admit [role=alert]")).to_be_in_viewport()
