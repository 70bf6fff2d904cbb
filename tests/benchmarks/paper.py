"""Seconds for one report, beside a warm headless Chromium that prints the same page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

import pymupdf
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.diagnosis import Diagnosis
from reports.paper.html import print_report, render_html
from reports.paper.press import FACES, FAMILY
from reports.paper.presses import write_pdf
from survey.readings.diagnoses import diagnosis_of
from survey.store import assessments as store
from survey.store.settings import read
from survey.tables import Assessment, AssessmentState, SheetKind
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.instance import TRADE, prepared
from tests.support.browsing import CHROMIUM, QUIETLY

TIMES = 10
GROUP = f"诊断报告 PDF（阀门，自评版；预热后 {TIMES} 次的中位数，两边交替）"


def measure(folder: Path) -> list[Figure]:
    """Print one report of the demonstration ten times with each, warm, in turns."""
    diagnosis = _diagnosis(folder)
    html = render_html(diagnosis)
    page_file = folder / "report.html"
    page_file.write_text(_with_faces(html), encoding="utf-8")
    ours, theirs = folder / "ours.pdf", folder / "theirs.pdf"
    whole: list[float] = []
    mine: list[float] = []
    other: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        page = browser.new_page()
        for _ in range(TIMES + 1):
            whole.append(_seconds(lambda: print_report(diagnosis, ours)))
            mine.append(_seconds(lambda: write_pdf(html, ours)))
            other.append(_seconds(lambda: _print(page, page_file, theirs)))
        browser.close()
    took, printing, took_there = (median(seconds[1:]) for seconds in (whole, mine, other))
    pages, size = _pages(ours), ours.stat().st_size / 1000
    there = f"{_pages(theirs)} 页、{theirs.stat().st_size / 1000:.0f} kB"
    return [
        Figure(
            GROUP, "一份报告", took, "秒", at_most(0.9), f"{pages} 页、{size:.0f} kB，从诊断到文件"
        ),
        Figure(GROUP, "其中打印 HTML", printing, "秒"),
        Figure(GROUP, "Chromium 打印同一 HTML", took_there, "秒", note=there),
        Figure(GROUP, "打印与 Chromium 之比", printing / took_there, "", at_most(1.5)),
        Figure(GROUP, "首次（启动排版进程）", whole[0], "秒"),
        Figure(GROUP, "页数", pages, "页", note="10 至 14 页"),
    ]


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


def _seconds(work: object) -> float:
    assert callable(work)
    started = perf_counter()
    work()
    return perf_counter() - started


def _pages(file: Path) -> int:
    with pymupdf.open(file) as document:
        return int(document.page_count)
