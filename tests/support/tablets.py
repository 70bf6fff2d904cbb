"""A consultant's tablet: a real browser that keeps what it stores, and delivers over a bad network."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db
from survey.store import assessments as store
from survey.tables import AnswerRevision, SheetKind
from tests.support.browsing import CHROMIUM, QUIETLY, next_page
from tests.support.patience import PATIENCE_SECONDS
from tests.support.people import PASSWORD
from tests.support.servers import Server

TABLET = {"width": 820, "height": 1180}
QUESTION = "scheduling"
LEVELS = (0, 1, 3, 4)
"""Never the firm's own level, 2: that would confirm it, and fold the levels away."""


class Tablet:
    """A browser that keeps what it stores when it is killed."""

    def __init__(self, playwright: Playwright, folder: Path, url: str) -> None:
        self._playwright, self._folder, self._url = playwright, folder, url
        self.context = self._launch()

    def _launch(self) -> BrowserContext:
        context = self._playwright.chromium.launch_persistent_context(
            self._folder,
            executable_path=CHROMIUM,
            args=list(QUIETLY),
            base_url=self._url,
            viewport=TABLET,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        self.faults: list[str] = []
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        return context

    def page(self) -> Page:
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def offline(self, away: bool) -> None:
        self.context.set_offline(away)

    def restart_away(self, server: Server) -> Page:
        """Close the browser and open it again where no server is in reach, as it was left.

        The server itself is away, and before the browser closes: what the driver says of the network
        reaches a worker of the browser only some time after it has begun, and no longer once it closes.
        """
        server.kill()
        self.context.close()
        self.context = self._launch()
        self.offline(True)
        return self.page()

    def come_back(self, server: Server) -> None:
        """Put the server in reach again, and the network with it."""
        server.start()
        self.offline(False)

    def crash(self, *, offline: bool) -> Page:
        """Kill the browser with all its processes this instant, and open it again."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"--user-data-dir={self._folder}".encode() in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()
        self.context = self._launch()
        self.offline(offline)
        return self.page()

    def close(self) -> None:
        self.context.close()


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in")
    sign_in_here(page, username)


def sign_in_here(page: Page, username: str) -> None:
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()


def take_along(page: Page, visit: int) -> None:
    page.goto(f"/visits/{visit}")
    page.get_by_role("button", name="带走这次诊断").click()
    expect(page.locator("[data-take-state]")).to_contain_text("已带走")


def waits(page: Page, words: str) -> None:
    expect(page.locator("[data-device-state]")).to_contain_text(words)


def sent(page: Page) -> None:
    expect(page.locator('[data-device][data-waiting="0"]')).to_be_attached()


def revisions(server: Server, number: int, question: str = QUESTION):
    with Session(db.engine_for(server.config.database_url)) as session:
        sheet = store.sheet(session, number, SheetKind.ONSITE)
        query = select(AnswerRevision).where(
            AnswerRevision.sheet_id == sheet.id, AnswerRevision.question_id == question
        )
        return session.scalars(query.order_by(AnswerRevision.revision)).all()


@dataclass(frozen=True)
class Delivered:
    """The levels meant one after another, those the database kept, and what happened on the way."""

    meant: list[int]
    kept: list[Any]
    mix: Counter[str]

    def __str__(self) -> str:
        mix = ", ".join(f"{name} {count}" for name, count in sorted(self.mix.items()))
        return f"{len(self.meant) - 1} deliveries by real pages: {mix}{self._difference}"

    @property
    def _difference(self) -> str:
        """Where meant and kept part, with what stands around it; empty where they do not."""
        pairs = enumerate(zip_longest(self.meant, self.kept))
        at = next((n for n, (meant, kept) in pairs if meant != kept), None)
        if at is None:
            return ""
        around = slice(max(0, at - 2), at + 3)
        counts = f"{len(self.meant)} meant, {len(self.kept)} kept"
        return f"; {counts}; part at {at}: {self.meant[around]}, kept {self.kept[around]}"


def deliver_by_pages(
    tablet: Tablet, page: Page, server: Server, visit: int, username: str, *, deliveries: int
) -> Delivered:
    """Answer one question again and again on a visit taken along, while everything fails in turn."""
    dice, mix = random.Random(7), Counter[str]()  # the same every time, not a secret
    where = f"/visits/{visit}/sections/production"
    meant, away = [2], False
    page.goto(where)
    while len(meant) <= deliveries:
        what = dice.choice(("answer",) * 12 + ("network",) * 2 + ("reload", "crash", "server"))
        if len(meant) == 2 and not mix["crash"]:
            what = "crash"
        mix[what] += 1
        if what == "answer":
            meant.append(dice.choice([level for level in LEVELS if level != meant[-1]]))
            choose(page, meant[-1])
        elif what == "network":
            away = not away
            tablet.offline(away)
        elif what == "server":
            server.kill()
            server.start()
        elif what == "reload":
            page.reload()
        else:
            page, away = _signed_in_after_crash(tablet, username), False
            page.goto(where)
    tablet.offline(False)
    sent(page)
    return Delivered(meant, [row.value for row in revisions(server, visit)], mix)


def choose(page: Page, level: int) -> None:
    """Touch a level, listened to or not yet, and wait until it is the device's or the server's.

    The device's copy of a page may show an answer of before, until it listens and knows better: whoever
    touches what is shown already has touched nothing.
    """
    card = page.locator(f"#question-{QUESTION}")
    assert card.count(), page.locator("main").inner_text()
    option = card.locator(f'.visit-change .option__input[value="{level}"]')
    if not option.is_visible():
        card.locator(".verdict", has_text="更改").click()
    if option.is_checked():
        expect(page.locator(".action-bar [data-plain-save]")).to_be_hidden()
    option.check()
    expect(page.locator(".action-bar [data-plain-save]")).to_be_hidden()
    page.wait_for_function(SETTLED)


SETTLED = """() => !document.querySelector("[data-save-state]").textContent.includes("正在保存")"""


def _signed_in_after_crash(tablet: Tablet, username: str) -> Page:
    """A killed browser may have forgotten the session, never what waited."""
    page = tablet.crash(offline=False)
    page.goto("/sign-in")
    if page.locator("[name=username]").count():
        sign_in_here(page, username)
    return page
