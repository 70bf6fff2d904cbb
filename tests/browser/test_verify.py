"""Whoever holds a document compares it in the browser: nothing is sent, each way of being wrong is told."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey import db
from survey.config import Config
from survey.tables import ScoreRow
from tests.support.browsing import PHONE, too_wide
from tests.support.people import a_firm, a_user, handed_in, moment
from tests.support.signed import a_pdf, a_signed_report, also_signed, of_another, signed


def changed(file: bytes, at: bytes) -> bytes:
    place = file.index(at)
    return file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]


def _issued(config: Config) -> tuple[str, list[tuple[str, bytes]]]:
    """A report is issued; return the word of its page, and files with what is said of them."""
    with Session(db.engine_for(config.database_url)) as session:
        user = a_user(session, firm=a_firm(session, "丽水虚构阀门有限公司"))
        document, file = a_signed_report(session, config, handed_in(session, user), user)
        return document.token, [
            ("一致", file),
            ("文件被改动过", changed(file, b"595")),
            ("文件被改动过", also_signed(config, file, document.number)),
            ("文件被改动过", also_signed(config, file, "2020-000001", by_another=False)),
            ("附件被改动过", changed(file, b"{}")),
            ("由别的系统签名", of_another(config, document.number)),
            ("这是另一份文件", signed(config, "2020-000001")),
            ("签名被去掉了", a_pdf()),
            ("不是签发的文件", a_pdf(answers='{"of": "nobody"}')),
            ("不是 PDF", b"PK"),
        ]


def test_a_file_is_compared_on_the_device_of_whoever_holds_it(open_page, live_server, axe) -> None:
    word, files = _issued(live_server.config)
    page = open_page(PHONE)
    page.goto(f"/verify/{word}")
    ways: list[str] = []
    page.on("request", lambda request: ways.append(request.method))

    for verdict, content in files:
        page.set_input_files(
            "#file", {"name": "报告.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        shown = page.locator("[data-verdict]:not([hidden])")
        expect(shown).to_have_count(1)
        expect(shown).to_contain_text(verdict)

    assert set(ways) <= {"GET"}
    assert not too_wide(page)
    assert axe(page) == []


def test_the_page_of_a_superseded_report_knows_its_file_and_says_what_counts(
    open_page, live_server
) -> None:
    with Session(db.engine_for(live_server.config.database_url)) as session:
        user = a_user(session, firm=a_firm(session, "丽水虚构阀门有限公司"))
        assessment = handed_in(session, user)
        old, file = a_signed_report(session, live_server.config, assessment, user)
        with db.writing(session):
            session.execute(update(ScoreRow).values(scored_at=moment()))
        newer, second = a_signed_report(session, live_server.config, assessment, user, words="再次")
        word, number = old.token, newer.number
    page = open_page(PHONE)
    page.goto(f"/verify/{word}")

    expect(page.locator("main")).to_contain_text("已被替代")
    expect(page.locator("main")).to_contain_text(f"{number} 号为准")
    for verdict, content in [("一致", file), ("这是另一份文件", second)]:
        page.set_input_files(
            "#file", {"name": "报告.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        expect(page.locator("[data-verdict]:not([hidden])")).to_contain_text(verdict)
        expect(page.locator("main")).to_contain_text("请不要再使用")
