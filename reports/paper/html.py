"""A diagnosis as a printed report: its HTML, and the PDF made from it in a child process.

Rendering runs in a press (``press.py``): a warm process of its own that forks once per document, so
that a document that takes too long or too much memory dies alone. The HTML is whole in itself apart
from fonts and photos, which the press holds in memory; it can reach nothing else.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from reports.diagnosis import Diagnosis
from reports.diagnosis.advice import DISCLAIMER
from reports.diagnosis.sections import LONG
from reports.facts import SIZES
from reports.figures import date_text
from reports.paper import charts
from reports.paper.photos import printable

HERE = Path(__file__).parents[1]
ROOT = HERE.parent
TOKENS = ROOT / "static" / "css" / "tokens.css"
SECONDS = 60
MEMORY = 1024 * 1024 * 1024
"""Address space of one document, in bytes; five hundred pages of table fit."""


class PrintingFailed(RuntimeError):
    """The press made no PDF; ``reason`` is ``too_slow``, ``too_large`` or ``broken``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# --- HTML -----------------------------------------------------------------------------------------


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["day"] = date_text
    return templates


@cache
def _stylesheet() -> Markup:
    """The paper sheet with the screen's tokens written into it.

    Custom properties are inherited by every element, which costs a third of the printing time.
    """
    tokens = dict(re.findall(r"(--[a-z0-9-]+):\s*([^;]+);", TOKENS.read_text(encoding="utf-8")))
    sheet = (HERE / "templates" / "paper.css").read_text(encoding="utf-8")
    return _ours(re.sub(r"var\((--[a-z0-9-]+)\)", lambda found: tokens[found[1]], sheet))


def _ours(markup: str) -> Markup:
    """Mark as safe what we made ourselves: the style sheet, and SVG rebuilt by ``charts``."""
    return Markup(markup)  # noqa: S704 - never anything a user typed


@dataclass(frozen=True)
class Chapter:
    """One chapter as it is numbered in this report."""

    id: str
    title: str
    numeral: str


CHAPTERS: tuple[tuple[str, str, Callable[[Diagnosis], bool]], ...] = (
    ("summary", "结论摘要", lambda it: True),
    ("firm", "企业概况与评估方法", lambda it: True),
    ("ladder", "阶梯与必备条件", lambda it: True),
    ("scores", "各模块得分", lambda it: True),
    ("comparison", "自评与现场诊断对照", lambda it: it.comparison is not None),
    ("findings", "现场发现的问题", lambda it: bool(it.findings)),
    ("gaps", "差距清单", lambda it: bool(it.gaps)),
    ("advice", "提升建议", lambda it: True),
    ("key_figures", "关键指标与参考区间", lambda it: bool(it.key_figures)),
    ("conditions", "申报条件核对", lambda it: bool(it.conditions)),
    ("crosswalk", "多标准对照", lambda it: bool(it.crosswalk)),
    ("appendix", "附录：全部答案与计分过程", lambda it: True),
)
"""(template, title, whether this report has it), in reading order."""
NUMERALS = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()


def chapters(diagnosis: Diagnosis) -> tuple[Chapter, ...]:
    """The chapters of this report, numbered without gaps."""
    present = [(name, title) for name, title, has in CHAPTERS if has(diagnosis)]
    return tuple(
        Chapter(name, title, numeral)
        for (name, title), numeral in zip(present, NUMERALS, strict=False)
    )


def render_html(diagnosis: Diagnosis, pictures: Mapping[str, bytes | None] | None = None) -> str:
    """Return the report as one HTML page with its styles and charts inside.

    Args:
        pictures: What ``photos`` gave for this diagnosis, where the caller has it already.
    """
    words = _shares_in_words(diagnosis)
    template = _templates().get_template("report.html")
    return template.render(
        it=diagnosis,
        chapters=chapters(diagnosis),
        size=SIZES.get(diagnosis.facts.size or "", ""),
        disclaimer=DISCLAIMER,
        long=LONG,
        stylesheet=_stylesheet(),
        ladder=_ours(charts.ladder(diagnosis.ladder, _ladder_in_words(diagnosis))),
        radar=_ours(charts.svg(charts.radar(diagnosis), 640, 430, words)),
        photos=photos(diagnosis) if pictures is None else pictures,
        photo_address=photo_address,
    )


def _ladder_in_words(diagnosis: Diagnosis) -> str:
    return f"阶梯图：{diagnosis.rung}，总得分率 {diagnosis.share.text}"


def _shares_in_words(diagnosis: Diagnosis) -> str:
    shares = "，".join(f"{s.title} {s.share_text}" for s in diagnosis.scored_sections)
    return f"各模块得分率：{shares}"


def photos(diagnosis: Diagnosis) -> dict[str, bytes | None]:
    """The findings' photos by address, made safe to print; None where one cannot be shown."""
    return {
        photo_address(number, index): printable(photo.content)
        for number, finding in enumerate(diagnosis.findings)
        for index, photo in enumerate(finding.photos)
    }


def photo_address(finding: int, photo: int) -> str:
    """The invented address under which the press finds a photo."""
    return f"paper:photo/{finding}/{photo}"


# --- the press ------------------------------------------------------------------------------------


def print_report(diagnosis: Diagnosis, path: Path) -> None:
    """Write a diagnosis as PDF."""
    pictures = photos(diagnosis)
    shown = {address: picture for address, picture in pictures.items() if picture}
    write_pdf(render_html(diagnosis, pictures), path, pictures=shown)


def write_pdf(
    html: str,
    path: Path,
    *,
    pictures: Mapping[str, bytes] | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> None:
    """Write HTML as a tagged PDF; the file appears whole or not at all.

    Raises:
        PrintingFailed: It took longer than ``seconds``, more than ``memory`` bytes, or broke.
    """
    order = {
        "html": html,
        "target": str(path.absolute()),
        "pictures": {
            address: base64.b64encode(picture).decode()
            for address, picture in (pictures or {}).items()
        },
        "seconds": seconds,
        "memory": memory,
    }
    answer = _PRESS.order(order)
    if answer != "done":
        raise PrintingFailed(answer)


def warm_up() -> None:
    """Start the press before the first order, so that the first reader does not wait for it."""
    _PRESS.order({})


class _Press:
    """The press as seen from here: started on first use, once per process, one order at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0

    def order(self, order: Mapping[str, object]) -> str:
        """Send an order and wait for its answer; a press that died is replaced once."""
        line = json.dumps(order)
        with self._lock:
            return self._send(line) or self._send(line) or "broken"

    def _send(self, line: str) -> str:
        process = self._running()
        try:
            _pipe(process.stdin).write(line + "\n")
            _pipe(process.stdin).flush()
            return _pipe(process.stdout).readline().strip()
        except OSError:
            return ""

    def _running(self) -> subprocess.Popen[str]:
        alive = self._process is not None and self._process.poll() is None
        if self._process is None or not alive or self._owner != os.getpid():
            self._leave()
            self._process = _start()
            self._owner = os.getpid()
        return self._process

    def close(self) -> None:
        """Let the press go; it ends by itself when its input does."""
        if self._process is not None and self._owner == os.getpid():
            _pipe(self._process.stdin).close()
            self._process.wait(timeout=5)
        self._leave()

    def _leave(self) -> None:
        """Close our ends of the pipes; after a fork, of the parent's press as well."""
        for pipe in (self._process.stdin, self._process.stdout) if self._process else ():
            with suppress(OSError):
                _pipe(pipe).close()
        self._process = None


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise PrintingFailed("broken")
    return pipe


def _start() -> subprocess.Popen[str]:
    """Start a press that knows nothing of our settings: no addresses, no keys."""
    known = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "reports.paper.press"],
        cwd=ROOT,
        env=known | {"PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


_NEEDED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE")
_PRESS = _Press()
atexit.register(_PRESS.close)
