"""The press reads pages as a browser does, reaches nothing, waits for nothing and runs out of nothing."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from xml.etree.ElementTree import Element

import pymupdf
import pytest
from tinyhtml5 import parse
from weasyprint import CSS, HTML

from reports.diagnosis import Diagnosis
from reports.diagnosis.sections import Notes
from reports.paper import press, presses
from reports.paper.html import print_report, render_html, render_short
from reports.paper.presses import PrintingFailed, write_pdf
from reports.paper.sheets import TEMPLATES
from reports.paper.weasyprint_parts import WEASYPRINT_DEFAULTS, Page, lean_defaults, well_formed
from tests.support.patience import PATIENCE_SECONDS, joined
from tests.support.printed import MARKUP, PLAIN, VERIFIABLE, squeezed, words
from tests.support.reporting import a_valve_diagnosis, some_facts


def test_our_leaner_defaults_keep_markers_tables_and_emphasis(tmp_path: Path) -> None:
    defaults = WEASYPRINT_DEFAULTS.read_text("utf-8")
    html = PLAIN.format("<ol><li>甲</li></ol><p><b>乙</b></p><table><tr><th>丙</th></tr></table>")

    write_pdf(html, tmp_path / "r.pdf")

    assert "\n::footnote-call {" in defaults
    assert not re.search(r"^::", lean_defaults(defaults), re.MULTILINE)
    assert sorted(words(tmp_path / "r.pdf")) == sorted("1.甲乙丙")


def test_weasyprint_still_asks_a_document_itself_for_its_default_styles() -> None:
    class Asked(Page):
        def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
            asked.append(forms)
            return super()._ua_stylesheets(forms)

    asked: list[bool] = []

    Asked(string=PLAIN.format("<p>字</p>")).render()

    assert len(asked) == 1
    assert list(signature(HTML._ua_stylesheets).parameters) == ["self", "forms"]
    assert [type(sheet) for sheet in HTML(string="字")._ua_stylesheets()] == [CSS]


def outline(element: Element) -> list[object]:
    """An element and all in it as names, attributes and words; blanks between elements aside."""
    own = {name: value for name, value in element.attrib.items() if "xmlns" not in name}
    found: list[object] = [element.tag, own, (element.text or "").strip()]
    return found + [said for one in element for said in (outline(one), (one.tail or "").strip())]


@pytest.mark.parametrize(
    "firm", ["某阀门厂", MARKUP, "]]> <!-- \x01 \ufffe &nbsp; <!ENTITY a 'b'>"]
)
def test_a_report_is_read_as_xml_and_is_what_a_browser_reads(firm: str) -> None:
    it = a_valve_diagnosis(facts=some_facts(firm=firm))

    for html in (render_html(it, {}, VERIFIABLE), render_short(it)):
        bare, sheets = press._apart(html)
        read = well_formed(bare)

        assert len(sheets) == 1
        assert read is not None
        assert outline(read) == outline(parse(bare, namespace_html_elements=False))


def test_a_page_that_is_no_xml_or_declares_entities_is_read_as_html(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "金丝雀">]><html><body><p>照常&amp;印出</p></body></html>'

    assert well_formed(PLAIN.format("<p>字<br>字")) is None
    assert well_formed(bomb) is None
    write_pdf(bomb, tmp_path / "r.pdf")
    assert words(tmp_path / "r.pdf").endswith("照常&印出")


def test_pydyf_still_packs_by_the_module_it_names_zlib(report: Path) -> None:
    quick, tightest = b"stream\n\x78\x5e", b"stream\n\x78\xda"

    assert quick in report.read_bytes()
    assert tightest not in report.read_bytes()


TO_PAINT = PLAIN.format(
    "<style>@page { size: 90mm 60mm; @bottom-left { content: string(名) counter(page) '/' counter(pages) } }"
    " html { font: 9pt Noto Sans SC; overflow-wrap: anywhere } h2 { string-set: 名 content() }"
    " .on::after { content: target-counter(attr(href), page) }</style>{numbers}"
    '<h2 id="beginning">开头</h2>'
    "<p>从毛坯到装配 heat number 炉号 𠮷 怎样 <b>跟着走</b>？" + "流转卡 card " * 12 + "</p>"
    '<p style="white-space: pre-wrap">一行\n\n两行  空格\t制表\n' + "x" * 90 + "</p>"
    '<p style="text-align: justify; width: 40mm">' + "stretched words 阀 " * 9 + "</p>"
    '<p style="letter-spacing: 1mm; word-spacing: 2mm">宽 字 距</p>'
    '<p style="text-decoration: underline">划线</p>'
    '<table style="table-layout: fixed; width: 100%; border-collapse: collapse"><thead><tr>'
    '<th style="width: 30%; border: 2pt solid">题目</th><th>答案</th></tr></thead><tbody>'
    + "<tr><td style='padding: 2% 1mm'>炉号</td><td><p>二级</p><ul><li>扫码</li></ul></td></tr>"
    * 9
    + "<tr><td colspan='2' style='border: 1pt solid; box-sizing: border-box'>合计</td></tr></tbody></table>"
    '<div style="width: 50%; min-height: 9mm; margin: 5% auto; position: relative">半宽</div>'
    '<div>散的字<table><tr><td rowspan="2">甲</td><td>乙 </td></tr>\n<tr> <td>丙<br/>丁</td></tr></table></div>'
    "<ol><li>一</li> <li><b>二</b> 三</li></ol><p style='text-align: center'>居中的一行</p>"
    '<div style="float: left; width: 30mm">浮在左边的字</div><p>绕着它走的字' + "绕行" * 20 + "</p>"
    '<h2 id="end">结尾</h2>'
)
TO_NUMBER = '<p style="text-align: {align}"><a class="on" href="#{to}"></a>{after}</p>'
"""A number of a page that is known last."""


EACH = """
import hashlib, json, os, sys
from reports.paper import press, weasyprint_parts
page, all_at_once = json.loads(sys.stdin.read())
ways = [[], list(press.QUICKER)] + ([] if all_at_once else [[one] for one in press.QUICKER])
for way in ways:
    if os.fork() == 0:
        for hasten in way:
            hasten()
        if not way:
            weasyprint_parts.drop_blanks = lambda root: None
        print(hashlib.sha256(press.typeset(page, {})).hexdigest(), flush=True)
        os._exit(0)
    os.wait()
"""
"""Sets a page as WeasyPrint does, with all that makes the press quicker, and with each of it alone."""


def set_in_turn(page: str, *, all_at_once: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", EACH], input=json.dumps([page, all_at_once]),
        capture_output=True, timeout=PATIENCE_SECONDS * 5, check=True, encoding="utf-8",
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.parametrize(
    "all_at_once", [True, pytest.param(False, marks=pytest.mark.nightly)], ids=["together", "each"]
)
@pytest.mark.parametrize(("align", "after"), [("right", ""), ("left", "（页）")])
def test_what_makes_the_press_quicker_changes_no_byte(
    align: str, after: str, all_at_once: bool
) -> None:
    numbers = (TO_NUMBER.format(align=align, after=after, to=to) for to in ("beginning", "end"))

    plain, *quicker = set_in_turn(
        TO_PAINT.replace("{numbers}", "".join(numbers)), all_at_once=all_at_once
    )

    assert len(plain) == 64
    assert quicker == [plain] * (1 if all_at_once else 1 + len(press.QUICKER))


def test_a_whole_report_is_printed_quicker_to_the_byte(diagnosis: Diagnosis) -> None:
    plain, quicker = set_in_turn(render_html(diagnosis), all_at_once=True)

    assert quicker == plain


def test_no_paper_has_boxes_whose_style_is_changed_while_they_are_laid_out() -> None:
    sheets = [*TEMPLATES.rglob("*.css"), *TEMPLATES.rglob("*.html")]

    assert sheets
    for sheet in sheets:
        assert not re.search(r"display:\s*(inline-)?(flex|grid)", sheet.read_text(encoding="utf-8"))


# --- the press reaches nothing ------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server of our own that nobody may call: its address and the calls it got."""
    calls: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            connection.settimeout(PATIENCE_SECONDS)
            with connection:
                calls.append(connection.recv(1000).decode("latin-1"))

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
    stopping.set()
    joined(thread)
    server.close()


CHANNELS = """
<link rel="attachment" href="{0}"><a rel="attachment" href="{0}">附件</a>
<link rel="stylesheet" href="{0}"><style>@import url("{0}");
@font-face {{ font-family: x; src: url("{0}") }}
p {{ background: url("{0}"); list-style: url("{0}"); font-family: x }}
p::before {{ content: url("{0}") }}</style>
<img src="{0}"><object data="{0}"></object><embed src="{0}"><iframe src="{0}"></iframe>
<img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'
 xmlns:xlink='http://www.w3.org/1999/xlink' width='9' height='9'%3E%3Cimage width='9' height='9'
 href='{0}' xlink:href='{0}'/%3E%3C/svg%3E">
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>图</title>
<image href="{0}" width="9" height="9"/><use href="{0}#x"/></svg><p>照常印出</p>
"""


def test_even_live_markup_fetches_nothing(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    address, calls = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("金丝雀-7f3a")
    base = f'<base href="{address}/">'

    for reference in (f"{address}/x", secret.as_uri(), str(secret), "relative.png"):
        target = tmp_path / "r.pdf"
        write_pdf(PLAIN.format(base + CHANNELS.format(reference)), target)

        assert "照常印出" in words(target)
        assert not _holds(target, "金丝雀-7f3a".encode())
    assert calls == []


def _holds(path: Path, secret: bytes) -> bool:
    with pymupdf.open(path) as document:
        streams = [document.xref_stream(x) or b"" for x in range(1, document.xref_length())]
        return document.embfile_count() > 0 or any(secret in stream for stream in streams)


def test_references_users_typed_are_words(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    address, calls = listener
    typed = CHANNELS.format(f"{address}/x")
    it = a_valve_diagnosis(
        facts=some_facts(firm=typed[:200]), notes=Notes(remarks={"item_coding": typed})
    )

    print_report(it, tmp_path / "r.pdf")

    assert squeezed(f'<img src="{address}/x">') in words(tmp_path / "r.pdf")
    assert calls == []


def test_the_press_knows_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    press = presses._start()

    environment = Path(f"/proc/{press.pid}/environ").read_bytes()
    press.communicate(timeout=PATIENCE_SECONDS)

    assert b"secret" not in environment


# --- limits ---------------------------------------------------------------------------------------------


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_printed(
    tmp_path: Path,
) -> None:
    endless = PLAIN.format("<table>" + "<tr><td>字</td></tr>" * 20_000 + "</table>")

    with pytest.raises(PrintingFailed) as failed:
        write_pdf(endless, tmp_path / "r.pdf", seconds=0.5)
    write_pdf(PLAIN.format("<p>下一份</p>"), tmp_path / "next.pdf")

    assert failed.value.reason == "too_slow"
    assert [path.name for path in tmp_path.iterdir()] == ["next.pdf"]


@pytest.mark.parametrize(
    ("html", "memory"),
    [
        (PLAIN.format("<table>" + "<tr><td>字</td></tr>" * 20_000 + "</table>"), 300_000_000),
        (PLAIN.format("<div>" * 3000), presses.MEMORY),
    ],
)
def test_a_document_that_is_too_large_or_too_deep_is_given_up(
    html: str, memory: int, tmp_path: Path
) -> None:
    with pytest.raises(PrintingFailed) as failed:
        write_pdf(html, tmp_path / "r.pdf", memory=memory, seconds=PATIENCE_SECONDS * 5)

    assert failed.value.reason == "too_large"
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(PrintingFailed) as failed:
        write_pdf(PLAIN.format("<p>纸</p>"), tmp_path / "missing" / "r.pdf")

    assert failed.value.reason == "broken"


def test_a_press_that_was_begun_prints_what_comes_next(tmp_path):
    presses._PRESS.close()
    presses.begin()
    begun = presses._PRESS._process

    write_pdf(PLAIN.format("<p>一页</p>"), tmp_path / "page.pdf")

    assert presses._PRESS._process is begun
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_a_press_that_died_is_replaced(tmp_path: Path) -> None:
    write_pdf(PLAIN.format("<p>第一份</p>"), tmp_path / "first.pdf")
    running = presses._PRESS._process
    assert running is not None
    running.kill()
    running.wait()

    write_pdf(PLAIN.format("<p>照常</p>"), tmp_path / "r.pdf")

    assert "照常" in words(tmp_path / "r.pdf")
