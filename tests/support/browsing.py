"""What browser tests share: how Chromium is started, and what no page may do in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.support.patience import PATIENCE_SECONDS

CHROMIUM = "/usr/bin/chromium"
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PHONE, DESK = 360, 1280


class Guard:
    """What a page must never do: ask another host, or complain in its console."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Say which complaint a test provokes on purpose (a regular expression)."""
        self._expected.append(pattern)

    def watch(self, context: BrowserContext, origin: str) -> None:
        context.on("request", lambda request: self._see(request.url, origin))
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))

    def _see(self, url: str, origin: str) -> None:
        """Look at a request without stopping it: what is stopped is never read from the cache.

        Chromium itself is told to find no other host.
        """
        if not url.startswith((origin + "/", "data:", "blob:")):
            self.faults.append(f"asked another host: {url}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} {message.location.get('url', '')}")

    @property
    def unexpected(self) -> list[str]:
        return [
            fault
            for fault in self.faults
            if not any(re.search(pattern, fault) for pattern in self._expected)
        ]


def opened_at(browser: Browser, url: str, width: int, guard: Guard) -> BrowserContext:
    """Open a browser of its own (cookies apart) at a width in px, watched by ``guard``."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": 800},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=width < 600,
    )
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    guard.watch(context, url)
    return context


@contextmanager
def next_page(page: Page) -> Iterator[None]:
    """Wait until what the block does has brought another page, wholly loaded.

    A page still to be replaced answers as well, so that a look at it may come too soon.
    """
    with page.expect_navigation(wait_until="load"):
        yield


def too_wide(page: Page) -> int:
    """Return how many px the page is wider than its window; 0 for a page that fits."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
