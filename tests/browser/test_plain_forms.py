"""Plain forms: what was typed outlives an ended session, and a button counts once."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey import db
from tests.support.browsing import PHONE, Guard, next_page
from tests.support.people import PASSWORD, a_consultant, a_user, visited
from tests.support.servers import Server

PROFILE = "/firm/profile"
TYPED = "虚构路 8 号"


def sign_in(page: Page, username: str) -> None:
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    assert "/sign-in" not in page.url


def save(page: Page) -> None:
    with next_page(page):
        page.locator("main form.profile button[type=submit]").last.click()


def test_what_was_typed_comes_back_to_its_reader_after_signing_in_and_to_nobody_else(
    open_page: Callable[[int], Page], live_server: Server
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        users = [a_user(session), a_user(session)]
        mine, other = (user.username for user in users)
    page = open_page(PHONE)
    page.goto("/sign-in?next=/firm/profile")
    expect(page.locator("[data-kept]")).to_be_hidden()  # nothing was typed, nothing is promised
    sign_in(page, mine)
    page.goto(PROFILE)
    page.fill("[name=address]", TYPED)
    page.context.clear_cookies()
    save(page)
    assert "/sign-in" in page.url
    expect(page.locator("[data-kept]")).to_be_visible()
    sign_in(page, mine)

    assert page.url.endswith(PROFILE)
    expect(page.locator("[name=address]")).to_have_value(TYPED)
    expect(page.get_by_role("alert").first).to_contain_text("刚才没有保存")
    save(page)
    page.goto(PROFILE)
    expect(page.locator("[name=address]")).to_have_value(TYPED)
    expect(page.get_by_text("刚才没有保存")).to_have_count(0)

    page.fill("[name=address]", f"{TYPED}乙")
    page.context.clear_cookies()
    save(page)
    sign_in(page, other)
    page.goto(PROFILE)
    expect(page.locator("[name=address]")).not_to_have_value(f"{TYPED}乙")


def test_a_button_pressed_twice_is_sent_once(
    open_page: Callable[[int], Page], live_server: Server
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        username = a_user(session).username
    page = open_page(PHONE)
    page.goto("/sign-in")
    sign_in(page, username)
    page.goto(PROFILE)
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    with next_page(page):
        page.evaluate(
            "() => { const b = document.querySelector('main form.profile button[type=submit]');"
            " b.click(); b.click(); }"
        )

    assert len(sent) == 1


def begin(page: Page, server: Server) -> str:
    """Sign a firm in and open its profile; return its username."""
    with Session(db.engine_for(server.config.database_url)) as session:
        username = a_user(session).username
    page.goto("/sign-in")
    sign_in(page, username)
    page.goto(PROFILE)
    return username


def test_without_a_network_nothing_is_sent_and_the_page_stays(
    open_page: Callable[[int], Page], live_server: Server, guard: Guard
) -> None:
    guard.expect("ERR_INTERNET_DISCONNECTED")
    page = open_page(PHONE)
    begin(page, live_server)
    page.fill("[name=address]", TYPED)
    page.context.set_offline(True)
    page.locator("main form.profile button[type=submit]").last.click()
    expect(page.get_by_role("alert")).to_contain_text("没有提交。内容都还在")
    expect(page.locator("[name=address]")).to_have_value(TYPED)
    page.context.set_offline(False)
    save(page)
    page.goto(PROFILE)
    expect(page.locator("[name=address]")).to_have_value(TYPED)


def test_what_was_sent_and_never_answered_is_there_when_its_page_is_opened_again(
    open_page: Callable[[int], Page], live_server: Server, guard: Guard
) -> None:
    guard.expect("ERR_FAILED")
    page = open_page(PHONE)
    begin(page, live_server)
    page.fill("[name=address]", TYPED)
    page.route(f"**{PROFILE}", lambda route: route.abort())
    page.locator("main form.profile button[type=submit]").last.click()
    page.wait_for_url("chrome-error://**")
    page.unroute(f"**{PROFILE}")
    page.goto(PROFILE)

    expect(page.get_by_role("alert").first).to_contain_text("没有收到答复")
    expect(page.locator("[name=address]")).to_have_value(TYPED)
    save(page)
    page.goto(PROFILE)
    expect(page.locator("[name=address]")).to_have_value(TYPED)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_page_older_than_the_session_is_refused_and_leads_back_to_what_was_typed(
    open_page: Callable[[int], Page], live_server: Server, guard: Guard
) -> None:
    guard.expect("status of 400")
    page = open_page(PHONE)
    username = begin(page, live_server)
    page.fill("[name=address]", TYPED)
    page.context.clear_cookies()
    other = page.context.new_page()
    other.goto("/sign-in")
    sign_in(other, username)
    save(page)
    expect(page.locator("h1")).to_have_text("请求不完整")
    with next_page(page):
        page.get_by_role("link", name="回到刚才的页面").click()

    expect(page.get_by_role("alert").first).to_contain_text("刚才没有保存成功")
    expect(page.locator("[name=address]")).to_have_value(TYPED)
    save(page)
    page.goto(PROFILE)
    expect(page.locator("[name=address]")).to_have_value(TYPED)


def test_a_text_that_was_never_sent_waits_on_its_page_until_it_is_not_wanted(
    open_page: Callable[[int], Page], live_server: Server
) -> None:
    text = f"碧湖镇{TYPED}三楼东侧"
    page = open_page(PHONE)
    begin(page, live_server)
    page.locator("[name=address]").press_sequentially(text)
    page.goto("/account")
    page.goto(PROFILE)

    expect(page.get_by_role("alert")).to_contain_text("有内容没有提交")
    expect(page.locator("[name=address]")).to_have_value(text)
    with next_page(page):
        page.get_by_role("button", name="不要了").click()
    expect(page.locator("[name=address]")).to_have_value("")
    expect(page.get_by_role("alert")).to_have_count(0)


BEGIN = """(field, words) => {
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""
PASTE = """(field) => {
  const data = new DataTransfer();
  data.setData("text", "贴".repeat(10000));
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


def test_a_paste_that_is_cut_is_said_to_be(
    open_page: Callable[[int], Page], live_server: Server
) -> None:
    page = open_page(PHONE)
    begin(page, live_server)
    page.locator("[name=address]").evaluate(PASTE)
    expect(page.get_by_role("alert")).to_have_text(
        "最多 200 字，粘贴的内容多出 9800 字，多出的没有贴上。"
    )
    page.fill("[name=address]", TYPED)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_conclusion_outlives_an_ended_session(
    open_page: Callable[[int], Page], live_server: Server
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        consultant = a_consultant(session)
        path = f"/visits/{visited(session, a_user(session), consultant, level=2).id}/conclusion"
        username = consultant.username
    page = open_page(PHONE)
    page.goto("/sign-in")
    sign_in(page, username)
    page.goto(path)
    page.fill("[name=problems]", TYPED)
    page.context.clear_cookies()
    with next_page(page):
        page.get_by_role("button", name="保存结论").click()
    sign_in(page, username)

    assert page.url.endswith(path)
    page.wait_for_load_state()
    expect(page.locator("[name=problems]")).to_have_value(TYPED)


def test_a_note_that_was_begun_is_put_beside_its_own_kind_and_keeps_its_word(
    open_page: Callable[[int], Page], live_server: Server
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        consultant = a_consultant(session)
        path = f"/visits/{visited(session, a_user(session), consultant, level=2).id}/notes"
        username = consultant.username
    page = open_page(PHONE)
    page.goto("/sign-in")
    sign_in(page, username)
    page.goto(path)
    form = page.locator("form[data-made]:has(textarea)").last
    word = form.locator("[name=item]").input_value()
    form.locator("textarea").first.evaluate(BEGIN, f"{TYPED}，装配线东侧")
    page.goto("/account")
    page.goto(path)

    kept = page.locator("form[data-made]:has(textarea)").last
    expect(kept.locator("textarea").first).to_have_value(f"{TYPED}，装配线东侧")
    expect(kept.locator("[name=item]")).to_have_value(word)
    expect(page.get_by_role("alert")).to_have_count(1)
