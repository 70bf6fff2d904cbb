"""A passkey in a browser with a device of its own: made on the account, shown at the door and again."""

import shutil
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from survey.config import Config, sqlite_url
from survey.joining import db
from survey.tables import UserSession
from tests.support.browsed import an_officer_at, sign_in
from tests.support.browsing import DESK, PHONE, next_page, opened_at, too_wide
from tests.support.factors import codes_on
from tests.support.people import moment
from tests.support.servers import Server
from tests.support.virtual import with_device


@pytest.fixture
def server(instance, migrated_file):
    """A server at a name: browsers make no passkeys for an address of numbers."""
    shutil.copyfile(migrated_file, instance / "survey.db")
    config = Config(
        instance=instance,
        database_url=sqlite_url(instance / "survey.db"),
        secret_key="tests-only-" + "0" * 32,
        second_factor=frozenset({"officer"}),
    )
    server = Server(config)
    server.url = f"http://localhost:{server.port}"
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def world(server):
    with an_officer_at(server) as found:
        yield found


@pytest.fixture
def a_page(browser, server, guard):
    """Open a page at a width, in a browser of its own."""
    contexts = []

    def opened(width):
        contexts.append(opened_at(browser, server.url, width, guard))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()
    assert not guard.unexpected, "\n".join(guard.unexpected)


def looked_at(page, axe):
    assert not axe(page)
    assert too_wide(page) == 0


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_passkey_is_made_shown_at_the_door_and_once_more(a_page, axe, world, width):
    session, user, round_ = world
    page = a_page(width)
    know_holder = with_device(page)
    sign_in(page, user)
    page.get_by_role("link", name="改用通行密钥").click()
    looked_at(page, axe)
    page.fill("#name", "办公室电脑（虚构）")
    with next_page(page):
        page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("heading", name="保存恢复码")).to_be_visible()
    assert len(codes_on(page.content())) == 10
    page.goto("/account")
    looked_at(page, axe)
    expect(page.get_by_text("办公室电脑（虚构）")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, user)
    looked_at(page, axe)
    know_holder(known=False)
    page.get_by_role("button", name="用通行密钥验证").click()
    expect(page.get_by_text("没有完成")).to_be_visible()
    know_holder(known=True)
    with next_page(page):
        page.get_by_role("button", name="用通行密钥验证").click()
    expect(page.locator(".site-nav")).to_have_count(1)

    with db.writing(session):
        session.execute(update(UserSession).values(factor_at=moment() - timedelta(minutes=11)))
    page.goto(f"/bureau/rounds/{round_.id}")
    page.locator("main summary", has_text="删除").click()
    with next_page(page):
        page.locator("form[action$='/delete'] button[type=submit]").click()
    expect(page.get_by_role("heading", name="再验证一次")).to_be_visible()
    with next_page(page):
        page.get_by_role("button", name="用通行密钥验证").click()
    expect(page.get_by_text("请再按一次")).to_be_visible()


def test_one_device_is_not_added_twice_and_one_that_is_gone_says_so(a_page, world):
    _, user, _ = world
    page = a_page(DESK)
    with_device(page)
    sign_in(page, user)
    page.goto("/account/passkeys")
    with next_page(page):
        page.get_by_role("button", name="添加").click()
    page.goto("/account/passkeys")
    page.get_by_role("button", name="添加").click()

    expect(page.get_by_text("这台设备已经添加过了")).to_be_visible()


def test_without_script_the_pages_say_what_to_use_instead(browser, server, world):
    _, user, _ = world
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, user)
    page.get_by_role("link", name="改用通行密钥").click()

    expect(page.get_by_text("通行密钥要浏览器允许运行脚本才能用")).to_be_visible()
    expect(page.locator("main button[type=submit]")).to_be_hidden()
    page.get_by_role("main").get_by_role("link", name="动态码").click()
    expect(page.locator("#code")).to_be_visible()
    context.close()
