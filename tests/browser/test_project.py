"""A firm's project on its phone: from a recommended package to an accepted project, by touch."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Project, ProjectState, Role
from tests.support.browsing import PHONE, next_page, too_wide
from tests.support.people import PASSWORD, a_user, handed_in


@dataclass
class Hand:
    """Somebody at a phone; counts what they touch."""

    page: Page
    touches: int = 0

    def sign_in(self, username: str) -> None:
        self.page.goto("/sign-in")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.follow(self.page.get_by_role("button", name="登录", exact=True))

    def follow(self, target: Locator) -> None:
        with next_page(self.page):
            self.touch(target)
        assert too_wide(self.page) == 0, self.page.url

    def touch(self, target: Locator) -> None:
        target.click()
        self.touches += 1

    def press(self, name: str) -> None:
        self.follow(self.page.get_by_role("button", name=name, exact=True))


@pytest.fixture
def served(live_server):
    """A firm that handed its sheet in, and an officer: their user names and the result."""
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        person = a_user(session)
        assessment = handed_in(session, person, level=1)
        names = person.username, a_user(session, Role.OFFICER).username
        yield (*names, assessment.id, session)
    engine.dispose()


def test_a_firm_takes_a_package_to_an_accepted_project_on_its_phone(open_page, served):
    firm_name, officer_name, assessment, session = served
    firm, officer = Hand(open_page(PHONE)), Hand(open_page(PHONE))
    firm.sign_in(firm_name)
    officer.sign_in(officer_name)

    page = firm.page
    page.goto(f"/assessments/{assessment}/result/self")
    page.locator("details:has(> #advice) > summary").click()
    firm.follow(page.locator("#advice").get_by_role("link", name="立项").first)
    expect(page.get_by_label("项目名称")).not_to_be_empty()
    firm.press("立项")
    firm.follow(page.get_by_role("link", name="登记合同"))
    page.get_by_label("合同签订日期").fill("2026-03-02")
    page.get_by_label("服务商名称").fill("虚构软件公司")
    page.get_by_label("软件（万元）").fill("12.5")
    firm.press("保存")
    address = page.url

    officer.page.goto(address.replace("/firm/", "/bureau/"))
    officer.press("合同无误")

    page.goto("/firm/")
    firm.touches = 0
    firm.follow(page.locator(".project-card a"))
    firm.touch(page.locator("label", has_text="60%"))
    firm.press("报进度")
    assert firm.touches == 3
    expect(page.locator("main")).to_contain_text("进度已报")
    firm.touch(page.locator("summary", has_text="全部做完了"))
    page.fill("#finish-invested", "13")
    firm.press("报完工")

    officer.page.goto("/bureau/")
    officer.follow(officer.page.locator(".todo__kind", has_text="待验收").locator("a").first)
    for label in officer.page.get_by_label("达到", exact=True).all():
        label.check()
    officer.press("通过验收")

    page.goto(address)
    expect(page.locator("main")).to_contain_text("已通过验收")
    row = session.scalars(select(Project)).one()
    assert (row.state, row.price_software, row.invested) == (ProjectState.ACCEPTED, 1250, 1300)
