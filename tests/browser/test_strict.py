"""Where the standard goes before convenience: a firm's first sign-in, at a server whose key comes from a vault."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from survey import db
from tests.support.browsed import sign_in
from tests.support.browsing import DESK, PHONE, next_page, opened_at, too_wide
from tests.support.factors import codes_on
from tests.support.people import a_user
from tests.support.strict import strictly_serving
from tests.support.virtual import with_device


@pytest.fixture
def server(instance, migrated_file):
    with strictly_serving(instance, migrated_file) as server:
        yield server


@pytest.fixture
def session(server):
    engine = db.engine_for(server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_firm_comes_in_by_a_passkey_of_its_phone(browser, server, session, guard, axe, width):
    user = a_user(session)
    context = opened_at(browser, server.url, width, guard)
    page = context.new_page()
    with_device(page)
    sign_in(page, user)
    expect(page.get_by_role("heading", name="添加通行密钥")).to_be_visible()
    assert not axe(page)
    assert too_wide(page) == 0

    with next_page(page):
        page.get_by_role("button", name="添加").click()
    assert len(codes_on(page.content())) == 10
    page.context.clear_cookies()
    sign_in(page, user)
    assert not axe(page)
    with next_page(page):
        page.get_by_role("button", name="用通行密钥验证").click()

    expect(page.locator(".site-nav")).to_have_count(1)
    context.close()
    assert not guard.unexpected, "\n".join(guard.unexpected)
