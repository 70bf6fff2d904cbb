"""How many actions a task takes: a tap, a filled field, or Enter, counted in Chromium on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.joining import db
from survey.lifecycle import assessments as steps
from survey.lifecycle.links import issue_link
from survey.lifecycle.step import Step
from survey.tables import Assessment, AssessmentState, Firm, Role, User
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.instance import BEGAN, BY, SECTION, TRADE, accounts, prepared, signs_in
from tests.support.browsing import CHROMIUM, PHONE, QUIETLY
from tests.support.servers import serving

GROUP = "一件事要几个动作（手机；点一下、填一格、按一次回车各算一个）"
FIRMS = 10
SCREEN = {"width": PHONE, "height": 740}


class Hand:
    """The only way a task acts on a page, so that nothing is done uncounted; looking is free."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.actions = 0

    def arrive(self, address: str) -> None:
        """Press a link somebody sent."""
        self.actions += 1
        self._page.goto(address)

    def tap(self, words: str, *, within: str = "main") -> None:
        """Press the first thing to be seen that bears these words."""
        self.tap_at(f"{within} :is(a, button, summary, label):visible:has-text('{words}')")

    def tap_at(self, place: str) -> None:
        """Press the first thing to be seen at this place, and let what follows come."""
        self.actions += 1
        self._page.locator(place).first.click()
        self._page.wait_for_load_state("networkidle")

    def fill(self, label: str, text: str) -> None:
        """Type into the field whose label begins so."""
        self.actions += 1
        self._page.get_by_label(re.compile(f"^{label}")).first.fill(text)

    def choose(self, label: str, at: int = 1) -> None:
        """Choose from a list: a filled field."""
        self.actions += 1
        self._page.get_by_label(re.compile(f"^{label}")).first.select_option(index=at)

    def sees(self, place: str) -> int:
        """Make sure that something is there to be seen; return how often."""
        expect(self._page.locator(place).first).to_be_visible()
        return self._page.locator(place).count()


Task = Callable[[Hand], object]


def measure(folder: Path) -> list[Figure]:
    """Do each task once over the demonstration and firms of our own."""
    app = prepared(folder)
    with Session(app.extensions["survey_engine"], expire_on_commit=False) as session:
        token = _an_invitation(session)
        first, *_ = _handed_in(app, session)
        _visited(session, first, "guwen")
        waiting = _waiting(session)
    section = f"/visits/{first}/sections/{SECTION}"
    guwen, zhuguan = signs_in(folder, "guwen"), signs_in(folder, "zhuguan")
    with serving(app.config["SURVEY"]) as server, _chromium() as browser:

        def counted(task: Task, reader: tuple[str, str] | None = None, begin: str = "/") -> int:
            return _actions(browser, server.url, task, reader, begin)

        return [
            _figure("从邀请链接到第一题", 12, counted(lambda hand: _join(hand, token)), JOINING),
            _figure("确认一题", 1, counted(_confirm_one, guwen, section)),
            _figure("一个模块其余沿用自评", 3, counted(_leave_the_rest, guwen, section)),
            _figure(f"指派 {waiting} 家企业", 6, counted(_assign, zhuguan), "从首页起，全选"),
        ]


def _figure(title: str, most: int, actions: int, note: str = "") -> Figure:
    return Figure(GROUP, title, actions, "个", at_most(most), note)


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        yield browser
        browser.close()


def _actions(
    browser: Browser, url: str, task: Task, reader: tuple[str, str] | None, begin: str
) -> int:
    """Let a reader, signed in or not, do a task from where it begins; return its actions."""
    context = browser.new_context(base_url=url, viewport=SCREEN, locale="zh-CN", has_touch=True)
    page = context.new_page()
    if reader:
        page.goto("/sign-in")
        page.fill("[name=username]", reader[0])
        page.fill("[name=password]", reader[1])
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda address: "/sign-in" not in address)
        page.goto(begin)
    hand = Hand(page)
    task(hand)
    context.close()
    return hand.actions


# --- the tasks ------------------------------------------------------------------------------------

JOINING = "含设密码、三道工序、规模、规上、人数、电话"


def _join(hand: Hand, token: str) -> None:
    hand.arrive(f"/link/{token}")
    hand.fill("密码", "ceshi-Mima-2026")
    hand.tap("同意，设好密码并进入")
    hand.tap("开始评估")
    for process in ("零件机加工", "装配", "压力试验"):
        hand.tap(process)
    hand.tap("小型")
    hand.tap_at("#above_scale .option:has-text('是')")
    hand.fill("从业人数", "86")
    hand.fill("联系电话", "000-0000-1234")
    hand.tap("保存并进入问卷")
    hand.sees(".question .option")


def _confirm_one(hand: Hand) -> None:
    hand.tap_at(".question .verdict:has-text('确认')")
    hand.sees("[data-verification-chip=verified]")


def _leave_the_rest(hand: Hand) -> None:
    hand.tap("其余沿用自评")
    hand.tap_at("[form=as-said]")
    hand.sees("[data-verification-chip=as_said]")


def _assign(hand: Hand) -> None:
    hand.tap("待指派")
    hand.tap("全选本页")
    hand.tap("指派顾问")
    hand.choose("诊断顾问")
    hand.tap_at("main form.card-panel button[type=submit]")
    hand.sees(".flashes")


# --- what they are done upon ----------------------------------------------------------------------


def _an_invitation(session: Session) -> str:
    """The token of an invitation to the owner of a firm nobody has filled in anything for."""
    with db.writing(session):
        firm = Firm(
            code="91TEST999999999999",
            name="虚构受邀阀门厂",
            trade=TRADE,
            processes=[],
            fictional=True,
            created_at=BEGAN,
        )
        session.add(firm)
        session.flush()
        user = User(
            username="bench-invited",
            name="虚构厂长",
            role=Role.FIRM,
            firm_id=firm.id,
            owner=True,
            created_at=BEGAN,
        )
        session.add(user)
    return issue_link(Step(session, BY, datetime.now(UTC)), user.id).token


def _handed_in(app: Flask, session: Session) -> list[int]:
    """Hand in the sheets of eleven firms; return their numbers."""
    accounts(app, FIRMS + 1)
    ours = select(Assessment.id).join(Firm).where(Firm.name.startswith("虚构测速"))
    numbers = list(session.scalars(ours))
    session.rollback()
    for number in numbers:
        steps.submit(Step(session, BY, datetime.now(UTC)), number, declared_by="虚构人")
    return numbers


def _visited(session: Session, number: int, username: str) -> None:
    """Send a consultant to a firm; nothing is judged yet."""
    person = session.scalars(select(User.id).where(User.username == username)).one()
    session.rollback()
    steps.assign(Step(session, BY, datetime.now(UTC)), number, person)


def _waiting(session: Session) -> int:
    """How many firms wait for a consultant."""
    waiting = select(func.count()).where(Assessment.state == AssessmentState.SUBMITTED)
    return session.scalar(waiting) or 0
