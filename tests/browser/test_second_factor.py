"""The second factor in a browser: set up on a phone, asked at the door and before what cannot be undone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from survey.joining import db
from survey.tables import Role, SecondFactor, UserSession
from tests.support.browsed import an_officer_at, sign_in
from tests.support.browsing import DESK, PHONE, next_page, too_wide
from tests.support.factors import App, codes_on
from tests.support.people import PASSWORD, a_user, moment


@pytest.fixture
def world(live_server):
    """An officer, a round to be deleted, and the database."""
    with an_officer_at(live_server) as found:
        yield found


def looked_at(page, axe):
    assert not axe(page)
    assert too_wide(page) == 0


def forget_time(session, **values):
    """Let the code that was used be old, and the factor be shown long ago."""
    with db.writing(session):
        session.execute(update(SecondFactor).values(last_counter=0))
        if values:
            session.execute(update(UserSession).values(**values))


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_factor_is_set_up_asked_for_and_asked_for_again(open_page, axe, world, width):
    session, user, round_ = world
    page = open_page(width)
    sign_in(page, user)
    page.goto("/account/second-factor")
    looked_at(page, axe)
    phone = App.scanning(page.content())
    page.fill("#code", phone.code(moment()))
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name="保存恢复码")).to_be_visible()
    looked_at(page, axe)
    codes = codes_on(page.content())
    page.get_by_role("link", name="我已保存好，继续").click()

    page.goto("/account")
    looked_at(page, axe)
    page.context.clear_cookies()
    sign_in(page, user)
    expect(page.get_by_role("heading", name="两步验证")).to_be_visible()
    expect(page.locator("#code")).to_be_focused()
    expect(page.locator(".site-nav")).to_have_count(0)
    looked_at(page, axe)
    with next_page(page):
        page.fill("#code", codes[0])
        page.keyboard.press("Enter")
    expect(page.get_by_text("还剩 9 个")).to_be_visible()

    forget_time(session, factor_at=moment() - timedelta(minutes=11))
    page.goto(f"/bureau/rounds/{round_.id}")
    page.locator("main summary", has_text="删除").click()
    with next_page(page):
        page.locator("form[action$='/delete'] button[type=submit]").click()
    expect(page.get_by_role("heading", name="再验证一次")).to_be_visible()
    looked_at(page, axe)
    with next_page(page):
        page.fill("#code", phone.code(moment()))
        page.keyboard.press("Enter")
    expect(page.get_by_text("请再按一次")).to_be_visible()
    assert page.url.endswith(f"/bureau/rounds/{round_.id}")


def test_without_a_factor_the_password_is_asked_for_before_another_device_is_signed_out(
    open_page, axe, world
):
    session, user, _ = world
    page = open_page(PHONE)
    sign_in(page, user)
    page.context.clear_cookies()
    sign_in(page, user)
    forget_time(session, created_at=moment() - timedelta(minutes=11))
    page.goto("/account")
    with next_page(page):
        page.get_by_role("button", name="退出这台设备").click()
    expect(page.get_by_role("heading", name="再输一次密码")).to_be_visible()
    expect(page.locator("#password")).to_be_focused()
    looked_at(page, axe)

    with next_page(page):
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
    expect(page.get_by_text("请再按一次")).to_be_visible()
    with next_page(page):
        page.get_by_role("button", name="退出这台设备").click()

    expect(page.get_by_text("那台设备上的登录已退出")).to_be_visible()


def test_what_was_typed_before_a_destructive_step_is_put_back_after_the_code(open_page, world):
    session, _, _ = world
    admin, person = a_user(session, Role.ADMINISTRATOR), a_user(session, Role.OFFICER)
    page = open_page(DESK)
    sign_in(page, admin)
    page.goto("/account/second-factor")
    phone = App.scanning(page.content())
    page.fill("#code", phone.code(moment()))
    page.locator("main form button[type=submit]").click()
    page.get_by_role("link", name="我已保存好，继续").click()
    forget_time(session, factor_at=moment() - timedelta(minutes=11))
    page.goto(f"/admin/privacy/users/{person.id}")
    page.fill("#reason", "本人于今天来电提出（虚构）")
    page.fill("#sure", "抄错了的名字")
    with next_page(page):
        page.locator("form[action$='/erase'] button[type=submit]").click()
    with next_page(page):
        page.fill("#code", phone.code(moment()))
        page.keyboard.press("Enter")

    expect(page.locator("#reason")).to_have_value("本人于今天来电提出（虚构）")
    assert page.url.endswith(f"/admin/privacy/users/{person.id}")
