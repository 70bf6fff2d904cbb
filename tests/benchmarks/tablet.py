"""A mid-range tablet (processor slowed down four times): how soon a section is ready, and whether it stays so."""

from __future__ import annotations

from pathlib import Path
from random import Random
from statistics import median

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy.orm import Session

from questionnaires.model import Question
from survey import db
from survey.library import questionnaire_of
from survey.tables import Assessment
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.jobs import installation
from tests.support.people import a_consultant, a_user, visited
from tests.support.servers import serving
from tests.support.tablets import Tablet, sign_in, take_along

SLOWER, RUNS, PHOTOS, EACH = 4, 5, 200, 12
"""Photos in all, and behind one question: no question takes more."""
GROUP = f"平板（处理器放慢 {SLOWER} 倍，{RUNS} 次取中位）"
Asked = tuple[str, tuple[Question, ...]]
"""A section's id and its questions."""
SIZE = (4000, 3000)
SENT_SECONDS = 1200
READY = """addEventListener("DOMContentLoaded", () => {
  const look = () => {
    const save = document.querySelector(".action-bar [data-plain-save]");
    if (save && save.hidden) window.readyAt = performance.now();
    else setTimeout(look, 5);
  };
  look();
});
window.longest = 0;
new PerformanceObserver((seen) => {
  for (const { duration } of seen.getEntries()) window.longest = Math.max(window.longest, duration);
}).observe({ type: "longtask", buffered: true });"""
"""Notes when the page listens, in milliseconds since it was asked for, and its longest task."""


def measure(folder: Path) -> list[Figure]:
    """Open the largest section with and without a network, then photograph while typing."""
    config = installation(folder / "instance")
    with Session(db.engine_for(config.database_url), expire_on_commit=False) as session:
        consultant = a_consultant(session)
        visit = visited(session, a_user(session), consultant, level=2)
        largest, *others = _sections(visit)
    with serving(config) as server, sync_playwright() as playwright:
        tablet = Tablet(playwright, folder / "browser", server.url)
        page = tablet.page()
        sign_in(page, consultant.username)
        take_along(page, visit.id)
        page.add_init_script(READY)
        _slow_down(page)
        where = f"/visits/{visit.id}/sections/"
        online = _ready(page, where + largest[0])
        tablet.offline(True)
        offline = _ready(page, where + largest[0])
        tablet.offline(False)
        longest, taken = _photographed(page, where, [largest, *others], _originals(folder))
        tablet.close()
    questions = f"{len(largest[1])} 题"
    photos = f"{taken} 张，每张原件约 4 MB，送出时不停打字"
    return [
        Figure(GROUP, f"最大的模块可以操作（{questions}）", online, "秒", at_most(2)),
        Figure(GROUP, "没有网络时打开同一模块", offline, "秒", at_most(1)),
        Figure(GROUP, "拍照送出时最长的一次停顿", longest, "毫秒", at_most(200), photos),
    ]


def _sections(visit: Assessment) -> list[Asked]:
    """Return what the visit asks, the largest section first."""
    asked = questionnaire_of(visit).asked_by_section(frozenset(visit.firm.processes))
    return sorted(asked.items(), key=lambda section: -len(section[1]))


def _slow_down(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def _ready(page: Page, where: str) -> float:
    """Return the seconds from asking for a page until it listens."""
    times = []
    for _ in range(RUNS):
        page.goto(where)
        page.wait_for_function("() => window.readyAt")
        times.append(page.evaluate("window.readyAt") / 1000)
    return median(times)


def _originals(folder: Path) -> list[Path]:
    """Draw photos as large as a camera's, each another."""
    dice = Random(7)  # the same every time, not a secret
    paths = [folder / f"photo-{number}.jpg" for number in range(EACH)]
    for path in paths:
        grain = Image.frombytes("L", (2000, 1500), dice.randbytes(3_000_000)).resize(SIZE)
        Image.merge("RGB", (grain, grain, grain.rotate(180))).save(path, quality=80)
    return paths


def _photographed(
    page: Page, where: str, sections: list[Asked], originals: list[Path]
) -> tuple[float, int]:
    """Photograph behind one question after another and type meanwhile.

    Returns the longest task of the page in milliseconds, and how many photos were sent.
    """
    longest, taken = 0.0, 0
    for section, questions in sections:
        if taken == PHOTOS:
            break
        page.goto(where + section)
        page.wait_for_function("() => window.readyAt")
        page.evaluate("window.longest = 0")
        for question in questions:
            if taken < PHOTOS:
                chosen = originals[: PHOTOS - taken]
                card = page.locator(f"#question-{question.id}")
                card.locator("[data-more] > summary").click()
                card.locator("[data-upload][multiple]").set_input_files(chosen)
                card.locator("textarea[name$=-finding]").press_sequentially(
                    "看到的写在这里。", delay=60
                )
                taken += len(chosen)
        _type_until_sent(page)
        longest = max(longest, page.evaluate("window.longest"))
    return longest, taken


def _type_until_sent(page: Page) -> None:
    """Go on typing until nothing waits on the device."""
    words = page.locator("textarea[name$=-finding]:visible").last
    for _ in range(SENT_SECONDS):
        if page.locator('[data-device][data-waiting="0"]').count():
            return
        words.press_sequentially("边拍边写", delay=200)
    expect(page.locator('[data-device][data-waiting="0"]')).to_be_attached()
