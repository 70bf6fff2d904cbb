"""A firm copies a sample on its phone: from its first page to a project of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.joining import db
from survey.tables import Project, ProjectState
from tests.support.browsing import PHONE, next_page, too_wide
from tests.support.people import PASSWORD, a_firm, a_user
from tests.support.samples import a_sample


@pytest.fixture
def served(live_server):
    """A firm, and a card of another's: its user name and number."""
    engine = db.engine_for(live_server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        person = a_user(session)
        a_sample(session, a_firm(session, "虚构样本厂"))
        yield person, session
    engine.dispose()


def test_a_firm_copies_a_sample_on_its_phone(open_page, served):
    person, session = served
    page = open_page(PHONE)

    def follow(target):
        with next_page(page):
            target.click(timeout=15_000)
        assert too_wide(page) == 0, page.url

    page.goto("/sign-in")
    page.fill("#username", person.username)
    page.fill("#password", PASSWORD)
    follow(page.get_by_role("button", name="登录", exact=True))
    follow(page.get_by_role("link", name="看同行怎么做的"))
    follow(page.get_by_role("link", name="小型阀门厂扫码报工样本"))
    expect(page.get_by_text("准时交付率")).to_be_visible()
    follow(page.get_by_role("link", name="照着做"))
    page.locator("#quantity-N01").fill("")
    page.get_by_label("不做的原因").fill("去年已经做过。")
    page.locator("#quantity-N05").fill("1")
    follow(page.get_by_role("button", name="照着做，立项"))

    expect(page.get_by_role("status")).to_contain_text("已照样本立了 1 个项目")
    session.rollback()
    (project,) = session.scalars(select(Project)).all()
    assert (project.firm_id, project.state) == (person.firm_id, ProjectState.PLANNED)
