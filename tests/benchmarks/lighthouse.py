"""What Lighthouse says of the pages most looked at, signed in and on a phone."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.browser import Browser
from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.instance import prepared, signs_in
from tests.support.browsing import CHROMIUM, QUIETLY
from tests.support.servers import PROJECT, serving

PROGRAM = PROJECT / "tests" / "scripts" / "node_modules" / "lighthouse" / "cli" / "index.js"
RUNS = 5
CATEGORIES = {"performance": "性能", "accessibility": "无障碍", "best-practices": "最佳实践"}
TARGETS = {"performance": 95, "accessibility": 100, "best-practices": 100}
PATIENCE_SECONDS = 180
TRIES = 3
"""How often a look is begun: now and then Chromium's recording holds no beginning (NO_NAVSTART)."""
HUB = re.compile(r'href="(/firm/assessments/\d+/)"')
SECTION = re.compile(r'href="(/firm/assessments/\d+/sections/[^"]+)"')
RESULT = re.compile(r'href="(/[^"]*/result/onsite)"')


@dataclass(frozen=True)
class Seen:
    """One run over one page: scores 0–100 by category; its figures in their own units."""

    scores: dict[str, float]
    largest_paint: float
    blocked: float
    kilobytes: float
    nodes: int


def measure(folder: Path) -> list[Figure]:
    """Look at each page five times; the median of each score counts."""
    app = prepared(folder)
    with serving(app.config["SURVEY"], workers=2) as server:
        return [
            figure
            for title, path, cookies in _pages(server.url, folder)
            for figure in _figures(title, [look(server.url + path, cookies) for _ in range(RUNS)])
        ]


def _pages(url: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Title, path and cookies of each page."""
    yield "登录", "/sign-in", ""
    firm, officer = Browser(url), Browser(url)
    firm.sign_in(*signs_in(folder, "qiye"))
    home = firm.page
    hub = HUB.findall(home)[0]
    yield "模块总览", hub, firm.cookies
    yield "模块", SECTION.findall(firm.open(hub))[0], firm.cookies
    officer.sign_in(*signs_in(folder, "zhuguan"))
    yield "培育库", "/bureau/pool", officer.cookies
    yield "评估列表", "/bureau/assessments", officer.cookies
    yield "结果", RESULT.findall(home)[0], firm.cookies


def look(address: str, cookies: str) -> Seen:
    """Run Lighthouse once, as a phone on a slow network, and read what it says."""
    command = [
        *("node", str(PROGRAM), address, "--quiet", "--output=json", "--output-path=stdout"),
        f"--only-categories={','.join(CATEGORIES)}",
        f"--extra-headers={json.dumps({'Cookie': cookies} if cookies else {})}",
        f"--chrome-flags={' '.join(('--headless=new', *QUIETLY))}",
    ]
    for _ in range(TRIES):
        ran = subprocess.run(
            command,
            env=os.environ | {"CHROME_PATH": CHROMIUM},
            stdout=subprocess.PIPE,
            timeout=PATIENCE_SECONDS,
        )
        if not ran.returncode:
            return _read(json.loads(ran.stdout))
    raise RuntimeError(f"Lighthouse could not look at {address} in {TRIES} tries")


def _read(said: dict[str, Any]) -> Seen:
    if said["finalDisplayedUrl"] != said["requestedUrl"]:
        raise RuntimeError(f"Lighthouse was sent to {said['finalDisplayedUrl']}")
    audits = said["audits"]
    return Seen(
        scores={name: 100 * said["categories"][name]["score"] for name in CATEGORIES},
        largest_paint=audits["largest-contentful-paint"]["numericValue"],
        blocked=audits["total-blocking-time"]["numericValue"],
        kilobytes=audits["total-byte-weight"]["numericValue"] / 1000,
        nodes=audits["dom-size"]["numericValue"],
    )


def _figures(title: str, runs: list[Seen]) -> Iterator[Figure]:
    def middle(name: str) -> float:
        return median(getattr(run, name) for run in runs)

    note = (
        f"最大内容 {middle('largest_paint') / 1000:.1f} 秒，阻塞 {middle('blocked'):.0f} 毫秒，"
        f"{middle('kilobytes'):.0f} kB，{middle('nodes'):.0f} 个节点"
    )
    for name, words in CATEGORIES.items():
        score = median(run.scores[name] for run in runs)
        group = f"Lighthouse {title}（手机，{RUNS} 次取中位）"
        yield Figure(
            group,
            words,
            round(score),
            "分",
            at_least(TARGETS[name]),
            note if name == "performance" else "",
        )
