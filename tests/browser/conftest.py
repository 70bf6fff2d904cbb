"""A real headless Chromium in front of a real server; nothing but that server may be asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from survey.config import Config, sqlite_url
from tests.support.browsing import CHROMIUM, DESK, PHONE, QUIETLY, Guard, opened_at
from tests.support.patience import PATIENCE_SECONDS
from tests.support.servers import Server, serving

AXE = Path(__file__).parent / "axe.min.js"
# Every rule is tried; what passed is not described: a third of the time went into that.
ONLY_FAULTS = {"resultTypes": ["violations"]}

OpenPage = Callable[[int], Page]


@pytest.fixture
def live_server(instance: Path, migrated_file: Path) -> Iterator[Server]:
    """gunicorn over an empty instance on SQLite; fill it through `server.config` before use."""
    shutil.copyfile(migrated_file, instance / "survey.db")
    config = Config(
        instance=instance,
        database_url=sqlite_url(instance / "survey.db"),
        secret_key="tests-only-" + "0" * 32,
    )
    with serving(config) as server:
        yield server


@pytest.fixture
def live_jobs(live_server: Server) -> Server:
    """The same server with the job worker beside it, for tests that wait for a report."""
    live_server.start_jobs()
    return live_server


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one driver of all browsers: a process may not start a second."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
    yield browser
    browser.close()


@pytest.fixture
def guard() -> Guard:
    return Guard()


@pytest.fixture
def open_page(browser: Browser, live_server: Server, guard: Guard) -> Iterator[OpenPage]:
    """Open a browser of its own (cookies apart) at a width in px; checked when the test ends."""
    contexts = []

    def open_at(width: int) -> Page:
        context = opened_at(browser, live_server.url, width, guard)
        contexts.append(context)
        return context.new_page()

    yield open_at
    for context in contexts:
        context.close()
    assert not guard.unexpected, "\n".join(guard.unexpected)


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """A page on a phone, then on a desk."""
    return open_page(request.param)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return a function giving what axe finds wrong on the page as it stands, in words."""
    script = AXE.read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(script)
        found = page.evaluate("async (only) => (await axe.run(only)).violations", ONLY_FAULTS)
        return [
            f"{violation['id']}: {violation['help']} — {node['html'][:200]}"
            for violation in found
            for node in violation["nodes"]
        ]

    return violations
