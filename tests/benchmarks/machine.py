"""What ``make run`` asks of a machine: time to start, memory while idle, bytes of the first page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urljoin

import brotli

from tests.benchmarks import processes
from tests.benchmarks.browser import Browser
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.instance import SIGN_IN
from tests.benchmarks.web import wait_until_well
from tests.support.servers import PROJECT, free_port

IDLE_SECONDS = 5
STOP_SECONDS = 30
PATIENCE_SECONDS = 60
STARTING = "启动与内存（make run，演示数据；网页服务与报告进程合计）"
BYTES = "首页传输（登录页，brotli，不含字体）"
LARGEST = 4
"""Files of the first page that are named in the report."""
RESULT = re.compile(r'href="(/[^"]*/result/self)"')


def measure(folder: Path) -> list[Figure]:
    """Start twice; weigh the second one idle and after use; load its first page."""
    with _started(folder) as (_, first, _process):
        pass
    with _started(folder) as (url, second, process):
        time.sleep(IDLE_SECONDS)
        idle = processes.memory(process)
        page = first_page(url)
        waited = _use(url, folder)
        time.sleep(IDLE_SECONDS)
        used = processes.memory(process)
    shared = "RSS {:.0f} MB，共享页重复计算"
    return [
        Figure(STARTING, "首次启动（载入演示数据）", first, "秒"),
        Figure(STARTING, "再次启动", second, "秒", at_most(5)),
        Figure(STARTING, "空闲（PSS）", idle[0], "MB", at_most(198), shared.format(idle[1])),
        Figure(
            STARTING,
            "看过各页、印过报告后空闲（PSS）",
            used[0],
            "MB",
            at_most(450),
            f"{shared.format(used[1])}；含预热的排版进程",
        ),
        Figure(STARTING, "从按下“生成报告”到能下载", median(waited), "秒", at_most(3)),
        Figure(BYTES, "合计", sum(page.values()) / 1000, "kB", at_most(150), f"{len(page)} 个文件"),
        *(
            Figure(BYTES, Path(path).name, size / 1000, "kB")
            for path, size in sorted(page.items(), key=lambda one: -one[1])[:LARGEST]
        ),
    ]


def _use(url: str, folder: Path) -> list[float]:
    """Let each reader of the demonstration look round, and print a report; how long it took each."""
    waited: list[float] = []
    kept = (folder / "instance" / "sign-ins.txt").read_text(encoding="utf-8")
    for username, password in SIGN_IN.findall(kept):
        browser = Browser(url)
        browser.sign_in(username, password)
        for path in set(re.findall(r'class="site-nav__link" href="([^"]+)"', browser.page)):
            browser.open(path)
        if results := RESULT.findall(browser.open("/")):
            browser.open(results[0])
            pressed = time.perf_counter()
            browser.send(f"{results[0]}/report")
            _wait_for_report(browser, results[0])
            waited.append(time.perf_counter() - pressed)
    return waited


def _wait_for_report(browser: Browser, result: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while ".pdf" not in browser.open(result):
        if time.monotonic() > until:
            raise TimeoutError("no report was made")
        time.sleep(0.1)


@contextmanager
def _started(folder: Path) -> Iterator[tuple[str, float, int]]:
    """Run ``make run`` as a reader does; give its address, seconds to the first answer, and pid."""
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen(
        ["make", "--silent", "run", f"PORT={port}"],
        cwd=PROJECT,
        env=os.environ | {"INSTANCE": str(folder / "instance")},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_well(url, process)
        yield url, time.perf_counter() - started, process.pid
    finally:
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        process.wait(STOP_SECONDS)


def first_page(url: str) -> dict[str, int]:
    """Return the bytes sent for the first page and all it asks for, fonts left out, by path."""
    sizes: dict[str, int] = {}
    waiting = [f"{url}/sign-in"]
    while waiting:
        address = waiting.pop()
        if address in sizes or address.endswith((".woff2", ".ttf")):
            continue
        request = urllib.request.Request(address, headers={"Accept-Encoding": "br"})
        with urllib.request.urlopen(request) as answer:
            sent = answer.read()
            packed = answer.headers.get("Content-Encoding") == "br"
            kind = answer.headers.get_content_type()
        sizes[address] = len(sent)
        content = brotli.decompress(sent) if packed else sent
        waiting += [urljoin(address, found) for found in _asked(kind, content)]
    return {address.removeprefix(url): size for address, size in sizes.items()}


ASKS = {
    "text/html": r'<(?:link|script|img|use)\b[^>]*?\b(?:href|src)="([^"#]+)',
    "text/css": r'(?:@import\s+"|url\(["\']?)(?!data:)([^"\')#]+)',
    "text/javascript": r'(?:\bfrom|\bimport)\s*"(\.[^"]+)"',
}
"""How each kind of file names the files it needs."""


def _asked(kind: str, content: bytes) -> list[str]:
    pattern = ASKS.get(kind)
    return re.findall(pattern, content.decode()) if pattern else []
