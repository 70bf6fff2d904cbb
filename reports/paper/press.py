"""The press: a process of its own that turns HTML into PDF, one forked child per document.

It reads one JSON order a line and answers one word a line: ``done``, ``too_slow``, ``too_large`` or
``broken``. WeasyPrint and the fonts are loaded once; every document is then made by a fork with
limits on time, memory and stack, which the kernel enforces. When the input ends, so does the press.
"""

from __future__ import annotations

import base64
import gc
import json
import logging
import os
import resource
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from weasyprint import CSS, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from reports.paper.archival import archive
from reports.paper.frames import with_room
from reports.paper.numbers_last import number_last
from reports.paper.once_a_style import ask_once
from reports.paper.plain_lines import break_plainly
from reports.paper.shaped_once import shape_once
from reports.paper.sheets import SHEETS, sheet
from reports.paper.weasyprint_parts import Page, keep_lines, pack_quickly
from reports.paper.writing import write_straight

FONTS = Path(__file__).parents[2] / "static" / "fonts"
FACES = {
    "paper:font/regular": (FONTS / "NotoSansSC-Regular.ttf", 400),
    "paper:font/bold": (FONTS / "NotoSansSC-Bold.ttf", 700),
}
FAMILY = "Noto Sans SC"
TOO_LARGE = 3
QUICKER = (keep_lines, ask_once, break_plainly, shape_once, number_last, write_straight)
"""What lets WeasyPrint do the same with less work; none of it changes a byte of what is printed."""


class RefusedAddress(ValueError):
    """A document asked for something the press does not hold."""


class OnlyOurs(URLFetcher):
    """Serves our fonts and the pictures of one order from memory, and refuses everything else."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__(allow_redirects=False, allowed_protocols=("paper",))
        self._pictures = dict(pictures or {})

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url in self._pictures:
            return URLFetcherResponse(url, self._pictures[url], {"Content-Type": "image/jpeg"})
        if url in FACES:
            content = FACES[url][0].read_bytes()
            return URLFetcherResponse(url, content, {"Content-Type": "font/ttf"})
        raise RefusedAddress(url)


@cache
def _fonts() -> FontConfiguration:
    """Load the fonts once, before the first fork; they stay in the configuration."""
    fonts = FontConfiguration()
    rules = "".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: url("{address}") }}'
        for address, (_, weight) in FACES.items()
    )
    CSS(string=rules, font_config=fonts, url_fetcher=OnlyOurs())
    return fonts


@cache
def _known() -> dict[str, CSS]:
    """Our own style sheets by their text, parsed once before the first fork."""
    return {sheet(name): CSS(string=sheet(name)) for name in SHEETS}


def _apart(html: str) -> tuple[str, list[CSS]]:
    """A page without its style sheet, and that sheet parsed, if it is one of ours."""
    before, _, after = html.partition("<style>")
    text, _, rest = after.partition("</style>")
    known = _known().get(text)
    return (before + rest, [known]) if known else (html, [])


SAMPLE = """<!DOCTYPE html><html lang="zh-CN"><title>热身</title>
<style>@page { @bottom-right { content: counter(page) } } html { font-family: "Noto Sans SC" }
table { table-layout: fixed; width: 100% }</style>
<h1>诊断报告</h1><p>总得分率 <strong>45.0%</strong></p><ul><li>甲</li></ul>
<table><thead><tr><th>题目</th></tr></thead><tbody><tr><td>答案</td></tr></tbody></table>
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>图</title>
<rect width="9" height="9"/><text y="9" font-family="Noto Sans SC">图</text></svg>"""
"""A little of everything a report uses, set once before the first fork so that children inherit
loaded glyph tables and parsed style sheets."""


def typeset(
    html: str, pictures: Mapping[str, bytes], attachments: Sequence[Mapping[str, str]] = ()
) -> bytes:
    """Return one document as PDF; the same HTML and files give the same bytes.

    No file identifier: PDF/UA asks for none, and making one packs every object a second time.
    """
    bare, sheets = _apart(html)
    document = Page(bare, url_fetcher=OnlyOurs(pictures), base_url="paper:")
    pdf: bytes = document.write_pdf(
        font_config=_fonts(),
        stylesheets=sheets,
        pdf_variant="pdf/ua-1",
        hinting=False,
        attachments=[_attachment(each) for each in attachments],
        output_intent="srgb" if attachments else None,
        finisher=_finish if attachments else None,
    )
    return pdf


def _attachment(ordered: Mapping[str, str]) -> Attachment:
    day = datetime.fromisoformat(ordered["on"])
    return Attachment(
        string=base64.b64decode(ordered["content"]),
        name=ordered["name"],
        description=ordered["about"],
        created=day,
        modified=day,
    )


def _finish(_document: Any, pdf: Any) -> None:
    """A document with files says that it was made from them, and may be kept for good."""
    _relate(pdf)
    archive(pdf)


def _relate(pdf: Any) -> None:
    """Say of every attached file that the document was made from it (ISO 32000-2, 14.13)."""
    files = [each for each in pdf.objects if _is_file(each)]
    for file in files:
        file["AFRelationship"] = "/Data"
    pdf.catalog["AF"] = b"[" + b" ".join(file.reference for file in files) + b"]"


def _is_file(each: Any) -> bool:
    return isinstance(each, dict) and each.get("Type") == "/Filespec"


def make(
    html: str,
    target: Path,
    pictures: Mapping[str, bytes],
    attachments: Sequence[Mapping[str, str]] = (),
    under: str = "",
    dpi: int = 0,
) -> None:
    """Typeset one document, perhaps over each page of another, and put it in place whole.

    Args:
        dpi: How fine its first page is drawn as PNG, in place of the document; 0 for none.
    """
    pdf = typeset(html, pictures, attachments)
    if under:
        from reports.paper.overlay import laid_over  # few documents are laid over another

        pdf = laid_over(Path(under), pdf)
    if dpi:
        from reports.paper.drawn import drawn  # few documents are drawn

        pdf = drawn(pdf, dpi)
    part = _part(target, os.getpid())
    with part.open("wb") as file:
        file.write(pdf)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def _part(target: Path, child: int) -> Path:
    """Where a child writes before its document is whole."""
    return target.with_name(f".{target.name}.{child}")


def _in_child(order: Mapping[str, Any]) -> int:
    """Limit this process, then make the document; the exit status is the answer."""
    signal.setitimer(signal.ITIMER_REAL, order["seconds"])
    resource.setrlimit(resource.RLIMIT_CPU, (int(order["seconds"]) + 1,) * 2)
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"],) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pictures = {a: base64.b64decode(p) for a, p in order["pictures"].items()}
    try:
        target, attachments = Path(order["target"]), order["attachments"]
        make(order["html"], target, pictures, attachments, order["under"], order["dpi"])
    except (MemoryError, RecursionError, SystemError):
        return TOO_LARGE  # SystemError is what C code raises when it has no room for a MemoryError
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _answer(status: int) -> str:
    """Read a child's end: it did its work, or what stopped it."""
    if os.WIFSIGNALED(status):
        slow = os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL)
        return "too_slow" if slow else "too_large"
    return {0: "done", TOO_LARGE: "too_large"}.get(os.WEXITSTATUS(status), "broken")


def _print(order: Mapping[str, Any]) -> str:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = with_room(_in_child)(order)
        finally:
            os._exit(status)
    answer = _answer(os.waitpid(child, 0)[1])
    _part(Path(order["target"]), child).unlink(missing_ok=True)
    return answer


def main() -> None:
    """Answer orders until the input ends."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    pack_quickly()
    for hasten in QUICKER:
        hasten()
    typeset(SAMPLE, {})
    # A child lives for one document: collecting its cycles would only cost time and copied pages.
    gc.collect()
    gc.disable()
    gc.freeze()
    for line in sys.stdin:
        print(_print(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
