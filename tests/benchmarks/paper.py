"""What one report takes, beside a warm headless Chromium that prints the same page.

Wall time and processor time of both are taken in one run, in turns. Processor time is that of the
press and of its child, and of all of Chromium's processes; what asks for the page is left out.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

import pymupdf
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.diagnosis import Diagnosis
from reports.paper import presses
from reports.paper.html import print_report, render_html
from reports.paper.press import FACES, FAMILY
from reports.paper.presses import write_pdf
from survey.readings.diagnoses import diagnosis_of
from survey.store import assessments as store
from survey.store.settings import read
from survey.tables import Assessment, AssessmentState, SheetKind
from tests.benchmarks import processes
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.instance import TRADE, prepared
from tests.support.browsing import CHROMIUM, QUIETLY

TIMES = 10
GROUP = f"诊断报告 PDF（阀门，自评版；预热后 {TIMES} 次的中位数，两边交替）"


@dataclass
class Side:
    """One of the two that print: what each time took, in seconds."""

    print: Callable[[], None]
    processes: Callable[[], list[int]]
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def once(self) -> None:
        """Print once and note what it took."""
        before = self._taken()
        self.wall.append(_seconds(self.print))
        self.processor.append(self._taken() - before)

    def _taken(self) -> float:
        return processes.processor_seconds_with_ended(self.processes())


def measure(folder: Path) -> list[Figure]:
    """Print one report of the demonstration ten times with each, warm, in turns."""
    diagnosis = _diagnosis(folder)
    html = render_html(diagnosis)
    page_file = folder / "report.html"
    page_file.write_text(_with_faces(html), encoding="utf-8")
    paper, theirs = folder / "ours.pdf", folder / "theirs.pdf"
    first = _seconds(lambda: print_report(diagnosis, paper))
    whole: list[float] = []
    with sync_playwright() as playwright, _heaviest_child(_press()) as heaviest:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        page = browser.new_page()
        ours = Side(lambda: write_pdf(html, paper), lambda: [_press()])
        chromium = Side(lambda: _print(page, page_file, theirs), _of_chromium)
        chromium.once()  # the first is not warm
        chromium = Side(chromium.print, chromium.processes)
        for _ in range(TIMES):
            whole.append(_seconds(lambda: print_report(diagnosis, paper)))
            ours.once()
            chromium.once()
        browser.close()
    return _figures(ours, chromium, (first, median(whole)), (paper, theirs), max(heaviest))


def _figures(
    ours: Side,
    chromium: Side,
    whole: tuple[float, float],
    files: tuple[Path, Path],
    heaviest: float,
) -> list[Figure]:
    wall, there = median(ours.wall), median(chromium.wall)
    pages, pages_there = map(_pages, files)
    size, size_there = (file.stat().st_size / 1000 for file in files)
    a_page = sum(ours.processor) / TIMES / pages
    a_page_there = sum(chromium.processor) / TIMES / pages_there
    note = f"{pages_there} 页、{size_there:.0f} kB"
    return [
        Figure(GROUP, "一份报告", whole[1], "秒", at_most(0.9), f"{pages} 页，从诊断到文件"),
        Figure(GROUP, "其中打印 HTML", wall, "秒"),
        Figure(GROUP, "Chromium 打印同一 HTML", there, "秒", note=note),
        Figure(GROUP, "打印与 Chromium 之比", wall / there, "", at_most(1.5)),
        Figure(GROUP, "每页处理器时间", a_page, "秒", at_most(0.08)),
        Figure(GROUP, "Chromium 每页处理器时间", a_page_there, "秒"),
        Figure(GROUP, "每页处理器时间之比", a_page / a_page_there),
        Figure(GROUP, "不含照片的大小", size, "kB", at_most(1200)),
        Figure(GROUP, "印一份时的内存（RSS）", heaviest, "MB", at_most(300)),
        Figure(GROUP, "首次（启动排版进程）", whole[0], "秒"),
        Figure(GROUP, "页数", pages, "页", note="正文不超过 16 页"),
    ]


def _press() -> int:
    """The press that runs in this process's name."""
    press = presses._PRESS._process
    assert press is not None, "it was begun by the first report"
    return press.pid


def _of_chromium() -> list[int]:
    return processes.named("chrom", os.getpid())


@contextmanager
def _heaviest_child(process: int) -> Iterator[list[float]]:
    """Look at what the children of a process hold, again and again, in MB."""
    seen, ended = [0.0], threading.Event()

    def look() -> None:
        while not ended.wait(0.02):
            children = processes.family(process)[1:]
            seen.extend(filter(None, map(processes.resident, children)))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield seen
    finally:
        ended.set()
        watching.join()


def _diagnosis(folder: Path) -> Diagnosis:
    app = prepared(folder)
    with Session(app.extensions["survey_engine"]) as session:
        query = select(Assessment.id).where(
            Assessment.trade == TRADE, Assessment.state == AssessmentState.CONFIRMED
        )
        assessment = store.assessment(
            session, session.scalars(query.order_by(Assessment.id)).first() or 0
        )
        assert assessment is not None, "the demonstration has a confirmed valve firm"
        return diagnosis_of(
            session,
            assessment,
            SheetKind.SELF,
            district=read(session),
            issued=date(2026, 11, 1),
            number="测速",
        )


def _with_faces(html: str) -> str:
    """Let a browser find the fonts that the press holds in memory."""
    rules = "".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: url("{file.as_uri()}") }}'
        for file, weight in FACES.values()
    )
    return html.replace("</head>", f"<style>{rules}</style></head>", 1)


def _print(page: Page, source: Path, target: Path) -> None:
    page.goto(source.as_uri())
    page.evaluate("document.fonts.ready")
    page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True)


def _seconds(work: Callable[[], None]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _pages(file: Path) -> int:
    with pymupdf.open(file) as document:
        return int(document.page_count)
