"""What a visit notes without a network: kept on the device, sent once, and shown when two differ."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle.notes import NoteChange, save_note
from survey.lifecycle.step import Actor, Step
from survey.store import accounts
from survey.store import notes as store
from survey.tables import NoteKind, NoteRevision
from tests.browser.test_offline import (
    Tablet,
    files,
    sent,
    sign_in_here,
    tablet,
    taken,
    visit,
    waits,
)
from tests.support.files import a_photo
from tests.support.people import moment
from tests.support.servers import Server

__all__ = ["tablet", "taken", "visit"]  # the fixtures of a visit that was taken along

FINDING = {"stands": "三台车床各记各的", "gap": "产量对不上", "severity": "serious"}


def notes(server: Server, number: int):
    with Session(db.engine_for(server.config.database_url)) as session:
        return store.notes(session, [number])[number]


def revisions(server: Server):
    with Session(db.engine_for(server.config.database_url)) as session:
        return session.scalars(select(NoteRevision)).all()


def open_notes(page: Page, number: int) -> None:
    page.goto(f"/visits/{number}/notes")
    expect(page.locator("[data-notes]")).to_have_attribute("data-listens", "device")


def add(page: Page, kind: str, fields: dict[str, str]) -> None:
    box = page.locator(f"#{kind} [data-add]")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    write(page, f"#{kind} [data-add] form", fields)


def write(page: Page, form: str, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        field = page.locator(f"{form} [name={name}]")
        is_list = field.evaluate("element => element.tagName") == "SELECT"
        field.select_option(value) if is_list else field.fill(value)
    page.locator(f"{form} button[type=submit]").first.click()


def test_finding_photo_and_drill_of_a_hall_without_a_network_arrive_once_each(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, username = visit
    tablet.offline(True)
    open_notes(taken, number)
    add(taken, "finding", FINDING)
    finding = taken.locator("#finding [data-note]")
    expect(finding).to_contain_text("三台车床各记各的")
    photo = {"name": "车床.jpg", "mimeType": "image/jpeg", "buffer": a_photo("navy", (800, 600))}
    finding.locator("[data-upload]").nth(1).set_input_files(photo)
    expect(finding.locator("[data-files]")).to_contain_text("已存本机，等待送出")
    taken.locator("#drill [data-add] summary").click()
    taken.get_by_role("button", name="开始计时").click()
    taken.reload()
    page = tablet.restart_away(live_server)
    open_notes(page, number)
    page.get_by_role("button", name="停止，填入用时").click()
    add(page, "drill", {"drill": "trace", "traced": "DN50 闸阀", "outcome": "partly"})
    waits(page, "2 条记录和 1 张照片")
    expect(page.locator("#finding [data-note]")).to_contain_text("产量对不上")
    write_again(page, "finding", {"gap": "差一个班"})
    waits(page, "3 条记录和 1 张照片")
    assert notes(live_server, number) == []

    tablet.come_back(live_server)
    page.locator("[data-device-sign-in]").click()
    sign_in_here(page, username)
    sent(page)

    kept = {row.kind: row for row in notes(live_server, number)}
    assert kept[NoteKind.FINDING].content["gap"] == "差一个班"
    assert kept[NoteKind.DRILL].content["seconds"] >= 1
    assert sorted(row.revision for row in revisions(live_server)) == [1, 1, 2]
    (file,) = files(live_server)
    assert file.question_id == f"note.{kept[NoteKind.FINDING].item_id}"
    expect(page.locator("#finding [data-note]")).to_have_count(1)
    expect(page.locator("#finding .file-list__picture")).to_have_count(1)


def write_again(page: Page, kind: str, fields: dict[str, str]) -> None:
    page.locator(f"#{kind} [data-edit]").first.click()
    write(page, f"#{kind} [data-editing]", fields)


def test_a_note_changed_elsewhere_meanwhile_is_shown_on_both_sides(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, username = visit
    open_notes(taken, number)
    add(taken, "place", {"name": "仓库"})
    expect(taken.locator("#place [data-note-state]")).to_contain_text("已保存")
    tablet.offline(True)
    write_again(taken, "place", {"seen": "账卡物不符"})
    elsewhere(live_server, number, username, {"name": "仓库", "seen": "账卡物相符"})

    tablet.offline(False)

    said = taken.locator("#place [data-note-state]")
    expect(said).to_contain_text("账卡物相符")
    expect(taken.locator("#place [data-words]")).to_contain_text("账卡物不符")
    taken.get_by_role("button", name="保留我的").click()
    expect(said).to_contain_text("已保存")
    assert [row.content["seen"] for row in notes(live_server, number)] == ["账卡物不符"]


def elsewhere(server: Server, number: int, username: str, fields: dict[str, str]) -> None:
    with Session(db.engine_for(server.config.database_url)) as session:
        user = accounts.user_named(session, username)
        item = store.notes(session, [number])[number][0].item_id
        session.rollback()
        step = Step(session, Actor(user.id, user.name), moment())
        save_note(step, number, NoteChange(item, NoteKind.PLACE, "elsewhere.1", 1, fields))


def test_a_note_removed_without_a_network_is_gone_when_it_is_back(
    tablet: Tablet, taken: Page, visit: tuple[int, str], live_server: Server
) -> None:
    number, _ = visit
    open_notes(taken, number)
    add(taken, "person", {"name": "陈厂长"})
    expect(taken.locator("#person [data-note-state]")).to_contain_text("已保存")
    tablet.offline(True)
    taken.locator("#person .note__remove summary").click()
    taken.get_by_role("button", name="确定删除这一条").click()
    waits(taken, "1 条记录")
    tablet.offline(False)
    sent(taken)

    expect(taken.locator("#person [data-note]")).to_have_count(0)
    assert notes(live_server, number) == []
    assert len(revisions(live_server)) == 2
