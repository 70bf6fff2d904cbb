"""What was handed over comes back, in a real browser on a tablet, by touch and by keyboard.

A colleague fills the module it was given; the sheet is asked back, changed and handed in again; a
gate nobody saw makes the rung provisional; an objection is upheld; a recognition is revoked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from reports.district import Target
from survey import db
from survey.lifecycle import contradictions
from survey.lifecycle.readiness import open_contradictions
from survey.lifecycle.step import Actor, Step
from survey.store import assessments as store
from survey.store.settings import District, keep
from survey.tables import Role, SheetKind, Verdict
from tests.browser.test_journey import Axe, Cast, Hand
from tests.support.browsing import next_page
from tests.support.people import PASSWORD, a_firm, a_user, fill, filled, moment
from tests.support.servers import Server

TABLET = 820
GATE = "progress_reporting"
WHY = "检验那一题填高了。"


@pytest.fixture
def cast(live_server: Server) -> Cast:
    """A firm with a complete draft, its visitor and its officer."""
    with Session(db.engine_for(live_server.config.database_url)) as session:
        with db.writing(session):
            rungs = ("line", "workshop", "factory", "future")
            keep(session, District("某区", "某区经济商务局", targets=(Target(2027, 4, rungs),)))
        owner = a_user(session, firm=a_firm(session, "云碓阀门（虚构）"))
        filled(session, owner, level=3)
        people = (owner, a_user(session, Role.CONSULTANT), a_user(session, Role.OFFICER))
        return Cast(*(person.username for person in people))


@pytest.mark.parametrize(
    "keyboard",
    [False, pytest.param(True, marks=pytest.mark.nightly)],
    ids=["by touch", "by keyboard"],
)
def test_what_was_handed_over_comes_back(
    open_page: Callable[[int], Page], axe: Axe, cast: Cast, live_server: Server, keyboard: bool
) -> None:
    def hand(username: str = "") -> Hand:
        one = Hand(open_page(TABLET), axe, keyboard=keyboard)
        if username:
            one.sign_in(username)
        return one

    firm, officer = hand(cast.firm), hand(cast.officer)
    _a_colleague_fills_its_module(firm, hand())
    number = _handed_in(firm)
    _asked_back_and_handed_in_again(firm, officer, number)
    _assigned(officer, number)

    visitor = hand(cast.consultant)
    _everything_is_confirmed(live_server, number)
    _the_gate_is(visitor, number, "未能查看", "当天停机，没有看到。")
    _closed(visitor, number, "有异议", "那天没有人带看现场。")
    _the_objection_is_upheld(firm, officer, number)
    _the_gate_is(visitor, number, "确认")
    _closed(visitor, number, "签认")
    firm.open(f"/assessments/{number}/result/onsite")
    assert "暂核" not in firm.page.inner_text("main")
    firm.open(f"/assessments/{number}/versions")
    expect(firm.page.get_by_text("第 2 版").first).to_be_visible()

    _recognised_and_revoked(officer, number)


def _a_colleague_fills_its_module(firm: Hand, colleague: Hand) -> None:
    firm.open("/firm/colleagues")
    firm.page.fill("[name=name]", "质检虚构人")
    firm.choose("reach", "some")
    firm.press(firm.page.locator("aside").get_by_label("质量管理", exact=True))
    firm.follow(firm.page.locator("aside form button[type=submit]"))
    firm.look()
    link = firm.page.locator("#link").input_value().strip()
    colleague.open(link)
    colleague.page.fill("[name=password]", PASSWORD)
    colleague.follow(colleague.page.locator("main button[type=submit]"))
    colleague.look()
    colleague.follow(colleague.page.locator("main a[href*='/firm/assessments/']").first)
    if "/sections/" not in colleague.page.url:
        colleague.follow(colleague.page.locator("main a[href*='/sections/quality']").first)
    colleague.choose("q_traceability", "2")
    expect(colleague.page.locator("[data-save-state]")).to_contain_text("已保存")
    links = colleague.page.locator("nav a[href*='/sections/']")
    assert all("/sections/quality" in one.get_attribute("href") for one in links.all())


def _handed_in(firm: Hand) -> int:
    firm.open("/firm/")
    firm.follow(firm.page.locator("main a[href*='/firm/assessments/']").first)
    number = int(re.findall(r"/assessments/(\d+)", firm.page.url)[0])
    _hand_in(firm, number)
    return number


def _hand_in(firm: Hand, number: int) -> None:
    firm.open(f"/firm/assessments/{number}/review")
    firm.press(firm.page.locator("#agreed"))
    firm.page.fill("#declared_by", "厂长虚构人")
    firm.follow(firm.page.get_by_role("button", name="提交答卷"))
    expect(firm.page.get_by_text("答卷已锁定").first).to_be_visible()


def _asked_back_and_handed_in_again(firm: Hand, officer: Hand, number: int) -> None:
    firm.open(f"/firm/assessments/{number}/")
    firm.press(firm.page.locator("summary", has_text="申请退回修改"))
    firm.page.fill("#ask-reason", WHY)
    firm.follow(firm.page.get_by_role("button", name="提交申请"))
    officer.open(f"/bureau/assessments/{number}")
    expect(officer.page.get_by_text(WHY).first).to_be_visible()
    officer.press(officer.page.locator("#step-return > summary"))
    officer.press(officer.page.locator("#step-return summary", has_text="点名要看的题"))
    officer.press(officer.page.locator("#step-return summary", has_text="质量管理"))
    officer.press(officer.page.locator("#named-traceability"))
    officer.page.fill("#return-reason", WHY)
    officer.follow(officer.page.locator("#step-return button[type=submit]"))
    officer.look()
    firm.open(f"/firm/assessments/{number}/")
    firm.follow(firm.page.locator("main a[href*='/sections/quality#']").first)
    firm.choose("q_traceability", "3")
    expect(firm.page.locator("[data-save-state]")).to_contain_text("已保存")
    _hand_in(firm, number)
    firm.open(f"/assessments/{number}/versions")
    firm.follow(firm.page.locator("main a[href*='/versions/compare']").first)
    firm.look()
    expect(firm.page.get_by_text("C11").first).to_be_visible()


def _assigned(officer: Hand, number: int) -> None:
    officer.open(f"/bureau/assessments/{number}")
    officer.press(officer.page.locator("summary", has_text="指派诊断顾问"))
    officer.page.locator("#assign-consultant").select_option(index=1)
    officer.follow(officer.page.get_by_role("button", name="确定指派"))


def _everything_is_confirmed(server: Server, number: int) -> None:
    """What a consultant does all day is in the other journey; here it is there."""
    with Session(db.engine_for(server.config.database_url)) as session:
        visit = store.assessment(session, number)
        assert visit is not None
        assert visit.consultant_id
        by = Step(session, Actor(visit.consultant_id, "顾问"), moment())
        author = a_user(session, Role.CONSULTANT)
        fill(session, visit, author, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
        for check in open_contradictions(session, visit):
            contradictions.explain(by, number, check, "现场看过，属实。")


def _the_gate_is(visitor: Hand, number: int, verdict: str, reason: str = "") -> None:
    visitor.open(f"/visits/{number}/sections/production")
    card = visitor.page.locator(f"#question-{GATE}")
    value = {"确认": "verified", "未能查看": "not_seen"}[verdict]
    visitor.choose(f"q_{GATE}-verification", value)
    if reason:
        card.locator(f"[name=q_{GATE}-reason]").fill(reason)
        visitor.page.keyboard.press("Tab")
    expect(visitor.page.locator("[data-save-state]")).to_contain_text("已保存")
    expect(card.locator(".status-chip", has_text=verdict).first).to_be_visible()


def _closed(visitor: Hand, number: int, word: str, says: str = "") -> None:
    visitor.open(f"/visits/{number}/confirm")
    visitor.choose("word", {"签认": "acknowledged", "有异议": "objected"}[word])
    visitor.page.locator("[name=name]").fill("厂长虚构人")
    if says:
        visitor.page.locator("[name=says]").fill(says)
    visitor.follow(visitor.page.get_by_role("button", name="核定这次现场诊断"))
    expect(visitor.page.get_by_text("已核定").first).to_be_visible()


def _the_objection_is_upheld(firm: Hand, officer: Hand, number: int) -> None:
    for reader in (firm, officer):
        reader.open(f"/assessments/{number}/result/onsite")
        expect(reader.page.get_by_text("暂核").first).to_be_visible()
    officer.open(f"/assessments/{number}/confirmation")
    officer.page.fill("#word-reason", "异议成立，请补看。")
    with next_page(officer.page):
        officer.press(officer.page.get_by_role("button", name="异议成立，重新打开"))
    officer.look()


def _recognised_and_revoked(officer: Hand, number: int) -> None:
    page = officer.page
    officer.open(f"/bureau/assessments/{number}")
    officer.press(page.locator("#step-admit > summary"))
    page.locator("#admit-target_rung").select_option("workshop")
    page.fill("#admit-reason", "差距明确，投入已落实。")
    officer.follow(page.get_by_role("button", name="确定入库"))
    officer.open("/bureau/pool")
    officer.follow(page.get_by_role("link", name="云碓阀门（虚构）").first)
    officer.press(page.locator("#step-recognise > summary"))
    page.locator("#recognise-rung").select_option("line")
    page.fill("#recognise-document", "某文〔2026〕1号（虚构）")
    page.fill("#recognise-recognised_on", "2026-06-30")
    officer.follow(page.get_by_role("button", name="登记认定", exact=True))
    officer.open("/bureau/pool")
    expect(page.get_by_text("1/4").first).to_be_visible()
    officer.follow(page.get_by_role("link", name="云碓阀门（虚构）").first)
    officer.press(page.locator("summary", has_text=re.compile("^撤销")).first)
    page.locator("[id^=step-revoke-] [name$=reason]").first.fill("公示期内举报属实。")
    officer.follow(page.get_by_role("button", name="确定撤销"))
    officer.look()
    officer.open("/bureau/pool")
    expect(page.get_by_text("0/4").first).to_be_visible()
