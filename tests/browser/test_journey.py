"""The whole way of one firm in a real browser: by touch on a phone, by keyboard on a desk.

The answers are a worked example of the edition, so every number is known before the first click.
Each page on the way is held to its width and to axe.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from questionnaires.answers import percent_text, plain
from questionnaires.checking import examples
from questionnaires.checking.examples import Example
from questionnaires.library import EDITIONS, SHIPPED
from questionnaires.model import Question, Section
from reports.district import Target
from survey import db
from survey.store.settings import District, keep
from survey.tables import Firm, Role, User
from tests.support.browsing import DESK, PHONE, next_page, too_wide
from tests.support.files import a_photo
from tests.support.people import PASSWORD, a_firm, a_round, a_user
from tests.support.servers import Server

Axe = Callable[[Page], list[Any]]
REASON = "抽查三份记录，系统里没有。"


@dataclass(frozen=True)
class Cast:
    """Who takes part, by user name."""

    firm: str
    consultant: str
    officer: str


@cache
def worked_example() -> Example:
    """The valve firm that reaches 数字化车间."""
    found = [example for _, example in examples.load(EDITIONS / "2026").values() if example]
    return next(e for e in found if e.trade == "valve" and e.expects.rung == "workshop")


@pytest.fixture
def cast(live_jobs: Server) -> Cast:
    """A district, a round, a firm with its processes ticked, and three people."""
    engine = db.engine_for(live_jobs.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        with db.writing(session):
            rungs = ("workshop", "factory", "future")
            keep(session, District("某区", "某区经济商务局", targets=(Target(2027, 4, rungs),)))
        a_round(session, title="首轮评估")
        firm = a_firm(session, "云碓阀门（虚构）", processes=sorted(worked_example().processes))
        people = (
            a_user(session, firm=firm),
            a_user(session, Role.CONSULTANT),
            a_user(session, Role.OFFICER),
        )
        cast = Cast(*(person.username for person in people))
        assert session.query(User).count() == 3
        assert session.query(Firm).count() == 1
    engine.dispose()
    return cast


@pytest.mark.parametrize(
    "width",
    [pytest.param(PHONE, marks=pytest.mark.nightly), DESK],
    ids=["by touch on a phone", "by keyboard"],
)
def test_the_whole_way_in_a_browser(
    open_page: Callable[[int], Page], axe: Axe, cast: Cast, width: int, tmp_path: Path
):
    example = worked_example()
    share = percent_text(example.expects.share * 100)
    hand = Hand(open_page(width), axe, keyboard=width == DESK)

    hand.sign_in(cast.firm)
    number = _begin_and_answer(hand, example)
    _submit(hand, number)
    _read_result(hand, number, "self", share, "数字化车间", tmp_path)

    officer = Hand(open_page(width), axe, keyboard=width == DESK)
    officer.sign_in(cast.officer)
    _assign(officer, number)

    visitor = Hand(open_page(width), axe, keyboard=width == DESK)
    visitor.sign_in(cast.consultant)
    _verify(visitor, number)
    _read_result(visitor, number, "onsite", None, "智能化生产线", tmp_path)

    _decide(officer, number)


class Hand:
    """A reader at a page: touches it, or uses nothing but the keyboard."""

    def __init__(self, page: Page, axe: Axe, *, keyboard: bool) -> None:
        self.page = page
        self._axe = axe
        self._keyboard = keyboard

    def sign_in(self, username: str) -> None:
        self.open("/sign-in")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.follow(self.page.get_by_role("button", name="登录", exact=True))
        assert "/sign-in" not in self.page.url

    def open(self, path: str) -> None:
        self.page.goto(path)
        self.look()

    def look(self) -> None:
        """Hold the page to its window and to axe."""
        assert too_wide(self.page) == 0, self.page.url
        assert self._axe(self.page) == [], self.page.url

    def press(self, target: Locator) -> None:
        if not self._keyboard:
            target.click()
            return
        kind = target.evaluate("element => element.type || ''")
        target.press("Space" if kind in ("radio", "checkbox") else "Enter")

    def follow(self, target: Locator) -> None:
        """Press what leads to another page, and wait for that page."""
        with next_page(self.page):
            self.press(target)

    def choose(self, name: str, value: str) -> None:
        """Pick a radio button."""
        button = self.page.locator(f'input[name="{name}"][value="{value}"]')
        if self._keyboard:
            button.press("Space")
        else:
            self.page.locator("label", has=button).click()
        expect(button).to_be_checked()


def _begin_and_answer(hand: Hand, example: Example) -> int:
    page = hand.page
    hand.look()
    hand.follow(page.get_by_role("button", name=re.compile("开始")).first)
    number = int(re.findall(r"/assessments/(\d+)", page.url)[0])
    questionnaire = SHIPPED.load("2026").questionnaire("valve")
    answers = examples.sheet(example, questionnaire)
    processes = frozenset(example.processes)
    for section in questionnaire.sections:
        if not section.optional:
            hand.open(f"/firm/assessments/{number}/sections/{section.id}")
            for question in questionnaire.asked(section, processes):
                _answer(hand, question, plain(answers[question.id]))
            _wait_until_saved(hand, section)
    hand.open(f"/firm/assessments/{number}/sections/quality")
    more = page.locator("#question-traceability")
    hand.press(more.locator("summary", has_text="备注与佐证材料"))
    more.locator("input[type=file]").first.set_input_files(
        {"name": "追溯演练.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    )
    expect(more.get_by_text("追溯演练.jpg").first).to_be_visible()
    return number


def _answer(hand: Hand, question: Question, wire: object) -> None:
    name = f"q_{question.id}"
    if isinstance(wire, dict) and "part" in wire:
        hand.page.fill(f'[name="{name}-part"]', str(wire["part"]))
        hand.page.fill(f'[name="{name}-whole"]', str(wire["whole"]))
        hand.page.keyboard.press("Tab")
    elif isinstance(wire, dict):
        hand.choose(name, "not_applicable")
    else:
        hand.choose(name, str(wire))


def _wait_until_saved(hand: Hand, section: Section) -> None:
    expect(hand.page.locator("[data-save-state]")).to_contain_text("已保存")
    hand.page.reload()
    answered = hand.page.locator("fieldset.question[data-answered]")
    assert answered.count() == hand.page.locator("fieldset.question").count(), section.id


def _submit(hand: Hand, number: int) -> None:
    hand.open(f"/firm/assessments/{number}/review")
    hand.press(hand.page.locator("#agreed"))
    hand.page.fill("#declared_by", "厂长虚构人")
    hand.follow(hand.page.get_by_role("button", name="提交答卷"))
    expect(hand.page.get_by_text("答卷已锁定").first).to_be_visible()


def _read_result(
    hand: Hand, number: int, kind: str, share: str | None, rung: str, folder: Path
) -> None:
    """Compare what the page says with what the paper says."""
    page = hand.page
    hand.open(f"/assessments/{number}/result/{kind}")
    expect(page.locator(".result-verdict__rung")).to_contain_text(rung)
    shown = page.locator(".result-verdict__share strong").inner_text()
    assert share is None or shown == share
    expect(page.locator("#shares .share-bar__picture").first).to_be_visible()
    hand.follow(page.get_by_role("button", name="生成 PDF 报告"))
    ready = page.get_by_role("link", name=re.compile("下载 PDF"))
    ready.wait_for()
    with page.expect_download() as download:
        ready.click()
    target = folder / f"{kind}.pdf"
    download.value.save_as(target)
    with pymupdf.open(target) as paper:
        text = "".join(leaf.get_text() for leaf in paper).replace("\n", "")
    assert rung in text
    assert shown in text
    for line in page.locator("#shares .share-bar__value").all_inner_texts():
        assert line.split()[0] in text


def _assign(officer: Hand, number: int) -> None:
    page = officer.page
    officer.open("/bureau/assessments")
    expect(page.get_by_text("云碓阀门（虚构）").first).to_be_visible()
    officer.open(f"/bureau/assessments/{number}")
    officer.press(page.locator("summary", has_text="指派诊断顾问"))
    page.locator("#assign-consultant").select_option(index=1)
    officer.follow(page.get_by_role("button", name="确定指派"))
    expect(page.get_by_text("现场诊断中").first).to_be_visible()


def _verify(visitor: Hand, number: int) -> None:
    """Confirm every answer but one, which falls by two levels: reason and photo, then close."""
    page = visitor.page
    visitor.look()
    questionnaire = SHIPPED.load("2026").questionnaire("valve")
    for section in questionnaire.sections:
        if section.optional:
            continue
        visitor.open(f"/visits/{number}/sections/{section.id}")
        for question in questionnaire.asked(section, frozenset(worked_example().processes)):
            name = f"q_{question.id}"
            if question.id == "progress_reporting":
                visitor.choose(f"{name}-verification", "changed")
                visitor.choose(name, "1")
                page.fill(f"#question-{question.id}-reason", REASON)
                page.keyboard.press("Tab")
            else:
                visitor.choose(f"{name}-verification", "verified")
        expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    visitor.open(f"/visits/{number}/sections/production")
    card = page.locator("#question-progress_reporting")
    if not card.locator("input[type=file]").first.is_visible():
        visitor.press(card.locator("summary", has_text="发现与现场照片"))
    card.locator("input[type=file]").first.set_input_files(
        {"name": "报工看板.jpg", "mimeType": "image/jpeg", "buffer": a_photo("gray")}
    )
    expect(card.get_by_text("报工看板.jpg").first).to_be_visible()
    visitor.open(f"/visits/{number}/conclusion")
    page.fill("[name=problems]", "报工滞后，进度靠问。")
    visitor.follow(page.get_by_role("button", name="保存结论"))
    expect(page.locator(".flashes")).to_be_visible()
    visitor.open(f"/visits/{number}/confirm")
    visitor.follow(page.locator("form.card-panel button[type=submit]"))
    expect(page.get_by_text("已核定").first).to_be_visible()


def _decide(officer: Hand, number: int) -> None:
    page = officer.page
    officer.open(f"/bureau/assessments/{number}")
    officer.press(page.locator("summary", has_text=re.compile("^入库")))
    page.locator("#admit-target_rung").select_option("workshop")
    page.fill("#admit-reason", "差距明确，投入已落实。")
    officer.follow(page.get_by_role("button", name="确定入库"))
    expect(page.get_by_text("在库").first).to_be_visible()
    officer.open("/bureau/pool")
    officer.follow(page.get_by_role("link", name="云碓阀门（虚构）").first)
    officer.look()
    officer.press(page.locator("summary", has_text="认定"))
    page.locator("#recognise-rung").select_option("equipment")
    page.fill("#recognise-document", "某文〔2026〕1号（虚构）")
    page.fill("#recognise-recognised_on", "2026-06-30")
    officer.follow(page.get_by_role("button", name="登记认定", exact=True))
    expect(page.get_by_text("已认定").first).to_be_visible()
    officer.look()
    officer.open("/bureau/pool")
    expect(page.get_by_text("某文〔2026〕1号（虚构）").first).to_be_visible()
    officer.open("/bureau/audit")
