"""Seconds per report, warm, beside a warm headless Chromium that prints the same HTML."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pymupdf
from playwright.sync_api import sync_playwright

from reports import pdf
from reports.press import FACES, FAMILY
from tests.benchmarks.figures import Figure, at_most
from tests.reporting import a_valve_diagnosis

GROUP = "诊断报告（阀门，自评版）"
RUNS = 10
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def measure(folder: Path) -> list[Figure]:
    """Print one report by turns on our press and in Chromium, so that both meet the same load."""
    html = pdf.render_html(a_valve_diagnosis())
    page = folder / "report.html"
    page.write_text(_with_fonts(html), encoding="utf-8")
    ours, theirs = folder / "ours.pdf", folder / "theirs.pdf"
    pdf.warm_up()
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        tab = browser.new_page()

        def by_chromium() -> None:
            tab.goto(page.as_uri())
            tab.evaluate("document.fonts.ready.then(() => true)")
            tab.pdf(path=theirs, prefer_css_page_size=True, tagged=True, print_background=True)

        def by_press() -> None:
            pdf.write_pdf(html, ours)

        times = [(_seconds(by_press), _seconds(by_chromium)) for _ in range(RUNS + 1)][1:]
        browser.close()
    press, chromium = median(t[0] for t in times), median(t[1] for t in times)
    return [
        Figure(GROUP, "页数", _pages(ours), "页", note=f"Chromium {_pages(theirs)} 页"),
        Figure(GROUP, "每份 PDF", press, "秒", at_most(0.9), f"{RUNS} 次的中位数，已预热"),
        Figure(GROUP, "Chromium 打印同一页面", chromium, "秒", note="打开并打印，已预热"),
        Figure(GROUP, "与 Chromium 之比", press / chromium, "倍", at_most(1.5)),
    ]


def _with_fonts(html: str) -> str:
    """Give Chromium the two fonts the press holds in memory."""
    faces = "".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: url({file.as_uri()}) }}'
        for file, weight in FACES.values()
    )
    return html.replace("<style>", f"<style>{faces}", 1)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _pages(path: Path) -> int:
    with pymupdf.open(path) as document:
        return len(document)
