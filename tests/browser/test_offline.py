"""A visit taken along: opened, answered and photographed without a network, sent once when it is back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db
from survey.files.stores import contents_of
from survey.lifecycle import assessments as steps
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.step import Actor, Step
from survey.store import accounts
from survey.tables import Evidence, SheetKind
from tests.support.browsing import next_page, too_wide
from tests.support.files import a_photo
from tests.support.patience import until
from tests.support.people import TESTER, a_consultant, a_user, moment, visited
from tests.support.servers import Server, next_release
from tests.support.tablets import (
    QUESTION,
    Tablet,
    deliver_by_pages,
    revisions,
    sent,
    sign_in,
    sign_in_here,
    take_along,
    waits,
)


@pytest.fixture
def visit(live_server: Server) -> tuple[int, str]:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        consultant = a_consultant(session)
        assessment = visited(session, a_user(session), consultant, level=2)
        return assessment.id, consultant.username


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path, live_server: Server) -> Iterator[Tablet]:
    tablet = Tablet(playwright, tmp_path / "browser", live_server.url)
    yield tablet
    assert tablet.faults == []
    tablet.close()


@pytest.fixture
def taken(tablet: Tablet, visit: tuple[int, str]) -> Page:
    """The overview of a visit that has been taken along."""
    page = tablet.page()
    sign_in(page, visit[1])
    take_along(page, visit[0])
    return page


def press(page: Page, words: str, question: str = QUESTION) -> None:
    """Touch a verdict once the page listens."""
    assert page.locator(f"#question-{question}").count(), page.locator("main").inner_text()
    expect(page.locator(".action-bar [data-plain-save]")).to_be_hidden()
    page.locator(f"#question-{question} .verdict", has_text=words).click()


def files(server: Server):
    with Session(db.engine_for(server.config.database_url)) as session:
        return session.scalars(select(Evidence)).all()


def test_a_visit_taken_along_opens_and_is_answered_without_a_network(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, _ = visit
    tablet.offline(True)
    taken.goto(f"/visits/{number}/sections/production")
    press(taken, "确认")
    waits(taken, "1 项答案")
    expect(taken.locator("[data-save-state]")).to_have_text("1 题已存本机，等待送出")
    assert len(revisions(live_server, number)) == 1

    page = tablet.restart_away(live_server)
    page.goto(f"/visits/{number}/sections/production")
    waits(page, "1 项答案")
    expect(page.locator(f"#question-{QUESTION}")).to_have_attribute("data-verification", "verified")
    tablet.come_back(live_server)
    # A closed browser forgets the session, not what waits.
    waits(page, "请重新登录")
    page.locator("[data-device-sign-in]").click()
    sign_in_here(page, visit[1])

    sent(page)
    assert [row.verification for row in revisions(live_server, number)][-1] == "verified"
    assert len(revisions(live_server, number)) == 2


def test_a_conflict_with_an_edit_made_elsewhere_shows_both(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, username = visit
    tablet.offline(True)
    taken.goto(f"/visits/{number}/sections/production")
    press(taken, "更改")
    taken.locator(f'#question-{QUESTION} .visit-change .option__input[value="4"]').check()
    waits(taken, "1 项答案")
    change_elsewhere(live_server, number, username)
    tablet.offline(False)

    clash = taken.locator(f"#question-{QUESTION} .clash")
    expect(clash).to_be_visible()
    waits(taken, "需要您处理")
    assert [row.value for row in revisions(live_server, number)] == [2, 3]
    clash.get_by_role("button", name="保留我的").click()

    sent(taken)
    assert [row.value for row in revisions(live_server, number)] == [2, 3, 4]


def change_elsewhere(server: Server, number: int, username: str) -> None:
    with Session(db.engine_for(server.config.database_url)) as session:
        who = accounts.user_who_types(session, username)
        by = Actor(who.id, "另一台平板")
        change = Change(QUESTION, "other.1", 1, value=3)
        save_answer(Step(session, by, moment()), number, SheetKind.ONSITE, change)


def test_photos_wait_on_the_device_scaled_and_are_sent_with_their_words(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, _ = visit
    tablet.offline(True)
    taken.goto(f"/visits/{number}/sections/production")
    card = taken.locator(f"#question-{QUESTION}")
    card.locator("[data-more] > summary").click()
    card.get_by_label("照片说明").fill("三号机床看板")
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_photo(size=(4000, 3000))}
    other = photo | {"name": "b.jpg", "buffer": LYING}
    card.locator("[data-upload][multiple]").set_input_files([photo, other])
    waits(taken, "2 张照片")
    expect(card.locator(".file-list__item--waiting")).to_have_count(2)
    taken.reload()
    expect(card.locator(".file-list__item--waiting")).to_have_count(2)
    tablet.offline(False)

    sent(taken)
    kept = files(live_server)
    assert [(file.name, file.caption) for file in kept] == [
        ("a.jpg", "三号机床看板"),
        ("b.jpg", "三号机床看板"),
    ]
    assert all(file.taken_at is not None for file in kept)
    assert [sides(live_server, file) for file in kept] == [(2000, 1500), (667, 2000)]
    expect(card.locator("[data-file]")).to_have_count(2)


def lying(size: tuple[int, int]) -> bytes:
    """A photo of a camera that was held upright: it lies, and says that it is to be turned."""
    said = Image.Exif()
    said[0x0112] = 6
    stream = BytesIO()
    Image.new("RGB", size, "maroon").save(stream, "JPEG", exif=said)
    return stream.getvalue()


LYING = lying((3000, 1000))


def sides(server: Server, file: Evidence) -> tuple[int, int]:
    return Image.open(BytesIO(contents_of(server.config).read(file.sha256))).size


def test_another_person_on_the_device_reads_nothing_of_the_first(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, username = visit
    tablet.offline(True)
    taken.goto(f"/visits/{number}/sections/production")
    press(taken, "确认")
    waits(taken, "1 项答案")
    tablet.offline(False)
    with Session(db.engine_for(live_server.config.database_url)) as session:
        other = a_consultant(session).username
    taken.context.clear_cookies()
    sign_in(taken, other)
    tablet.offline(True)
    taken.goto(f"/visits/{number}/sections/production")

    expect(taken.locator("h1")).to_have_text("现在没有网络")
    expect(taken.locator("[data-nothing]")).to_be_visible()
    assert taken.evaluate(KEYS) == []

    tablet.offline(False)
    # The page comes back by itself: it is not this person's.
    expect(taken.locator("h1")).not_to_have_text("现在没有网络")
    taken.context.clear_cookies()
    sign_in(taken, username)
    sent(taken)
    assert len(revisions(live_server, number)) == 2


KEYS = """() => new Promise((done, refuse) => {
  setTimeout(() => refuse(new Error("the database does not open")), 5000);
  const asked = indexedDB.open("survey-device");
  asked.onerror = asked.onblocked = refuse;
  asked.onsuccess = () => {
    const found = asked.result.transaction("accounts").objectStore("accounts").getAllKeys();
    found.onsuccess = () => { asked.result.close(); done(found.result); };
  };
})"""


def test_a_killed_browser_opens_the_visit_though_it_forgot_who_was_signed_in(
    tablet: Tablet, taken: Page, visit: tuple[int, str]
) -> None:
    page = tablet.crash(offline=False)
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.wait_for_load_state("networkidle")
    tablet.offline(True)
    page.goto(f"/visits/{visit[0]}/sections/production")
    press(page, "确认")
    waits(page, "1 项答案")


def test_a_touch_before_the_page_listens_is_kept(
    tablet: Tablet, taken: Page, visit: tuple[int, str]
) -> None:
    taken.evaluate(BUSY)
    tablet.offline(True)
    page = tablet.context.new_page()
    page.goto(f"/visits/{visit[0]}/sections/production")
    page.locator(f"#question-{QUESTION} .verdict", has_text="确认").click()
    expect(page.locator(".action-bar [data-plain-save]")).to_be_visible()
    taken.evaluate("() => { window.letGo = true; }")
    waits(page, "1 项答案")
    expect(page.locator(f"#question-{QUESTION}")).to_have_attribute("data-verification", "verified")


BUSY = """() => new Promise((done) => {
  const asked = indexedDB.open("survey-device");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("rows", "readwrite").objectStore("rows");
    const again = () => { if (window.letGo) asked.result.close(); else rows.count().onsuccess = again; };
    again();
    done();
  };
})"""
"""Another page writes, and goes on writing until it is let go: a section cannot read what it holds."""


def test_a_page_without_a_network_opens_by_itself_once_it_is_back(
    tablet: Tablet, taken: Page, visit: tuple[int, str]
) -> None:
    tablet.offline(True)
    taken.goto(f"/visits/{visit[0]}/conclusion")
    expect(taken.locator("h1")).to_have_text("现在没有网络")
    expect(taken.locator("[data-taken] a")).to_have_attribute("href", f"/visits/{visit[0]}")
    tablet.offline(False)
    expect(taken.locator("h1")).not_to_have_text("现在没有网络")


PAGE_OF_A_PORTAL = "<title>欢迎使用无线网络</title><form><button>登录</button></form>"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, PAGE_OF_A_PORTAL, "这个网络要先在它自己的网页上登录"),
        (200, "{}", "现在登录的不是本机内容的主人"),
        pytest.param(
            *(502, "<h1>Bad Gateway</h1>", "网络中间的设备没有把内容送到系统"),
            marks=pytest.mark.nightly,  # by day `tests/scripts/device.test.mjs` tells the two apart
        ),
    ],
    ids=["a portal", "somebody who answers as we do", "a proxy"],
)
def test_who_stands_between_is_recognised_and_said_and_nothing_is_called_saved(
    taken: Page,
    visit: tuple[int, str],
    live_server: Server,
    status: int,
    body: str,
    words: str,
) -> None:
    between = re.compile(r"/visits/(device|\d+/answers)$")
    taken.route(between, lambda route: route.fulfill(status=status, body=body))
    taken.goto(f"/visits/{visit[0]}/sections/production")
    press(taken, "确认")
    waits(taken, words)
    expect(taken.locator("[data-save-state]")).to_have_text("1 题已存本机，等待送出")
    assert len(revisions(live_server, visit[0])) == 1
    taken.unroute(between)
    taken.reload()
    sent(taken)
    assert len(revisions(live_server, visit[0])) == 2


NO_ROOM = """const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...given) {
  if (this.name === "outbox") throw new DOMException("no room", "QuotaExceededError");
  return put.apply(this, given);
};"""
NOT_ALLOWED = (
    """indexedDB.open = () => { throw new DOMException("not allowed", "SecurityError"); };"""
)


@pytest.mark.parametrize(
    "fault",
    [pytest.param(NO_ROOM, marks=pytest.mark.nightly), NOT_ALLOWED],  # full by day: device.test.mjs
    ids=["full", "forbidden"],
)
def test_a_device_that_keeps_nothing_says_so_and_works_online(
    taken: Page, visit: tuple[int, str], live_server: Server, fault: str
) -> None:
    cut = re.compile(r"/answers$")
    taken.route(cut, lambda route: route.abort())
    taken.add_init_script(fault)
    taken.goto(f"/visits/{visit[0]}/sections/production")
    press(taken, "确认")
    waits(taken, "这台设备存不下，或不允许网页保存内容")
    expect(taken.locator("[data-save-state]")).not_to_contain_text("已保存")
    taken.unroute(cut)
    until(lambda: len(revisions(live_server, visit[0])) == 2)
    expect(taken.locator("[data-save-state]")).to_have_attribute("data-tone", "good")


@pytest.mark.parametrize(
    "days", [-1, pytest.param(1, marks=pytest.mark.nightly)], ids=["behind", "ahead"]
)
def test_a_clock_wrong_by_a_day_decides_nothing(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server, days: int
) -> None:
    tablet.offline(True)
    taken.goto(f"/visits/{visit[0]}/sections/production")
    press(taken, "确认")
    waits(taken, "1 项答案")
    taken.add_init_script(f"const now = Date.now; Date.now = () => now() + {days * 86_400_000};")
    tablet.offline(False)
    taken.reload()
    sent(taken)
    press(taken, "未能查看")
    expect(taken.locator("[data-save-state]")).to_have_attribute("data-tone", "good")
    sent(taken)
    kept = revisions(live_server, visit[0])
    assert [row.verification for row in kept] == ["unverified", "verified", "not_seen"]
    assert abs((moment() - kept[-1].saved_at).total_seconds()) < 86_400 / 2


def test_a_visit_taken_away_leaves_the_device(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, _ = visit
    tablet.offline(True)
    taken.goto(f"/visits/{number}/sections/production")
    press(taken, "确认")
    waits(taken, "1 项答案")
    with Session(db.engine_for(live_server.config.database_url)) as session:
        steps.assign(Step(session, TESTER, moment()), number, a_consultant(session).id)
    tablet.offline(False)
    waits(taken, "已改由他人进行")
    tablet.offline(True)
    taken.goto(f"/visits/{number}/sections/production")

    expect(taken.locator("h1")).to_have_text("现在没有网络")
    assert len(revisions(live_server, number)) == 1


def test_signing_out_warns_of_what_is_unsent_and_locks_it(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, username = visit
    taken.route("**/answers", lambda route: route.abort())
    taken.goto(f"/visits/{number}/sections/production")
    press(taken, "确认")
    waits(taken, "1 项答案")
    asked: list[str] = []
    taken.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    taken.locator(".menu__button").click()
    with next_page(taken):
        taken.get_by_role("button", name="退出登录").click()

    assert "还有 1 项答案没有送出" in asked[0]
    assert taken.evaluate(KEYS) == []
    taken.unroute("**/answers")
    sign_in(taken, username)
    sent(taken)
    assert len(revisions(live_server, number)) == 2


def test_what_one_device_cannot_send_goes_by_a_file_from_another_and_once(
    tablet: Tablet,
    taken: Page,
    visit: tuple[int, str],
    live_server: Server,
    playwright: Playwright,
    tmp_path: Path,
) -> None:
    number, username = visit
    tablet.offline(True)
    taken.goto(f"/visits/{number}/sections/production")
    press(taken, "确认")
    card = taken.locator(f"#question-{QUESTION}")
    card.locator("[data-more] > summary").click()
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_photo(size=(800, 600))}
    card.locator("[data-upload][multiple]").set_input_files([photo])
    waits(taken, "1 项答案和 1 张照片")
    with taken.expect_download() as saving:
        taken.get_by_role("button", name="存成文件").click()
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    expect(taken.locator("[data-device-file-state]")).to_contain_text("已存成文件“未送出的诊断-")

    other = Tablet(playwright, tmp_path / "other", live_server.url)
    page = other.page()
    sign_in(page, username)
    page.get_by_role("link", name="递交设备文件").click()
    for _ in range(2):
        page.locator("#file").set_input_files(file)
        page.get_by_role("button", name="打开并送出").click()
        expect(page.locator("[data-hand-in-state]")).to_contain_text("全部送出")
    other.close()
    tablet.offline(False)
    sent(taken)

    assert [row.verification for row in revisions(live_server, number)] == [
        "unverified",
        "verified",
    ]
    assert [kept.name for kept in files(live_server)] == ["a.jpg"]


def test_a_new_release_sends_what_an_older_one_left_and_keeps_its_pages_until_taken_again(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server, tmp_path: Path
) -> None:
    number, username = visit
    where = f"/visits/{number}/sections/production"
    [old] = releases(taken)
    tablet.offline(True)
    taken.goto(where)
    press(taken, "确认")
    waits(taken, "1 项答案")
    live_server.kill()
    live_server.project = next_release(tmp_path / "next")
    live_server.start()
    taken.add_init_script(NO_MORE_PAGES)

    tablet.offline(False)
    taken.goto("/visits")
    sent(taken)
    assert len(revisions(live_server, number)) == 2
    until(lambda: len(shells(taken)) == 2 and not is_installing(taken))
    # The older worker goes for certain when the browser does.
    page = tablet.restart_away(live_server)
    page.goto(where)
    assert releases(page) == [old]
    press(page, "未能查看")
    waits(page, "1 项答案")

    tablet.come_back(live_server)
    page.goto("/sign-in")
    if page.locator("[name=username]").count():
        sign_in_here(page, username)
    sent(page)
    until(lambda: old not in releases(page))
    [new] = releases(page)
    tablet.offline(True)
    page.goto(where)
    assert f"/static/{new}/" in page.content()
    press(page, "确认")
    waits(page, "1 项答案")
    tablet.offline(False)
    sent(page)
    assert [row.verification for row in revisions(live_server, number)] == [
        *("unverified", "verified", "not_seen", "verified")
    ]


NO_MORE_PAGES = """const plainly = window.fetch;
window.fetch = (what, ...how) => typeof what === "string"
  ? Promise.reject(new TypeError("cut")) : plainly(what, ...how);"""
"""No page is taken along again; what waits is sent all the same."""


def shells(page: Page) -> list[str]:
    names: list[str] = page.evaluate("caches.keys()")
    return names


def is_installing(page: Page) -> bool:
    installing: bool = page.evaluate(
        "async () => Boolean((await navigator.serviceWorker.getRegistration()).installing)"
    )
    return installing


def releases(page: Page) -> list[str]:
    """The releases whose pages lie on the device."""
    found: list[str] = page.evaluate(RELEASES)
    return sorted(set(found))


RELEASES = """() => new Promise((done) => {
  const asked = indexedDB.open("survey-device");
  asked.onsuccess = () => {
    const found = asked.result.transaction("pages").objectStore("pages").getAll();
    found.onsuccess = () => { asked.result.close(); done(found.result.map(({ release }) => release)); };
  };
})"""


def test_the_pages_of_the_device_fit_and_are_accessible(
    tablet: Tablet, taken: Page, visit: tuple[int, str], axe: Callable[[Page], list[str]]
) -> None:
    number, _ = visit
    tablet.offline(True)
    for width in (360, 820, 1280):
        taken.set_viewport_size({"width": width, "height": 900})
        for where in (f"/visits/{number}", f"/visits/{number}/sections/production", "/visits"):
            taken.goto(where)
            if "sections" in where:
                press(taken, "确认")
                waits(taken, "1 项答案")
            assert too_wide(taken) == 0, (width, where)
            assert axe(taken) == [], (width, where)


@pytest.mark.parametrize("number", [12, pytest.param(500, marks=pytest.mark.nightly)])
def test_what_real_pages_deliver_arrives_once_and_in_order(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server, number: int
) -> None:
    """The network is cut and restored, the page left, the browser killed, the server restarted."""
    delivered = deliver_by_pages(tablet, taken, live_server, *visit, deliveries=number)
    print(delivered)  # noqa: T201  # the counts are what one wants to read
    assert delivered.kept == delivered.meant
