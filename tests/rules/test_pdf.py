"""The printed report: every figure of the diagnosis, whatever users typed as mere words, and a
press that reaches nothing, waits for nothing and runs out of nothing."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pymupdf
import pypdfium2
import pytest
from pypdf import PdfReader
from tinyhtml5 import parse
from weasyprint import CSS, HTML

from questionnaires.answers import NOT_APPLICABLE
from questionnaires.floor import resting
from reports import readd
from reports.diagnosis import Diagnosis
from reports.diagnosis.sections import Notes
from reports.facts import File, Finding, FirmsWord, InUse, Photo, Use, Verdict, Verification
from reports.paper import press, presses
from reports.paper import signature as signing
from reports.paper.chapters import NUMERALS, chapters
from reports.paper.html import print_report, render_html, render_short
from reports.paper.presses import PrintingFailed, write_pdf
from reports.paper.sheets import TEMPLATES
from reports.paper.stamp import stamp
from reports.paper.weasyprint_parts import WEASYPRINT_DEFAULTS, Page, lean_defaults, well_formed
from reports.proof import RULES_NAME, Verifiable, rules_of
from survey.config import Config
from survey.files import certificates
from tests.support.files import a_photo
from tests.support.patience import PATIENCE_SECONDS
from tests.support.reporting import TODAY, a_valve_diagnosis, an_onsite_diagnosis, some_facts

VERIFIABLE = Verifiable(f"https://example.invalid/verify/{'A' * 43}", 3, "5" * 64)
"""By what an issued report is verified."""
PLAIN = '<!doctype html><html lang="zh-CN"><head><title>纸</title></head><body>{}</body></html>'


def words(path: Path) -> str:
    """All text of a PDF without blanks, so that line ends do not matter."""
    with pymupdf.open(path) as document:
        return "".join("".join(page.get_text().split()) for page in document)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    return a_valve_diagnosis()


@pytest.fixture(scope="module")
def report(diagnosis: Diagnosis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reports") / "报告.pdf"
    print_report(diagnosis, path, VERIFIABLE)
    return path


# --- what it says ---------------------------------------------------------------------------------


def figures(it: Diagnosis) -> Iterator[str]:
    """Every figure a reader may compare between page, paper and table."""
    yield it.share.text
    yield from (share.text for share in (it.core_share, it.trade_share) if share)
    yield from (step.threshold.text for step in it.ladder)
    yield from (section.share_text for section in it.scored_sections)
    yield from (section.contribution.text for section in it.scored_sections)
    yield from (a.contribution.text for s in it.scored_sections for a in s.answers)
    yield from (gap.worth.text for gap in it.gaps)
    yield from (a.cost for wave in it.waves for a in wave.advice)
    yield from (a.gain.text for wave in it.waves for a in wave.advice)
    yield from (figure.value for figure in it.key_figures)
    yield it.advice_costs.once


def test_every_figure_of_the_diagnosis_stands_in_the_report(
    diagnosis: Diagnosis, report: Path
) -> None:
    html, printed = render_html(diagnosis), words(report)

    found = set(figures(diagnosis))
    assert len(found) > 50
    for figure in found:
        assert figure in html
        assert squeezed(figure) in printed


def test_every_answer_stands_in_the_appendix(diagnosis: Diagnosis, report: Path) -> None:
    printed = words(report)

    answers = [a for s in diagnosis.sections for a in s.answers if a.state == "scored"]
    assert len(answers) >= 57
    for line in answers:
        assert squeezed(f"{line.code}{line.text}") in printed
        assert squeezed(line.answer) in printed


def test_the_figures_beside_a_section_are_that_section_s(diagnosis: Diagnosis) -> None:
    html = render_html(diagnosis)

    for section in diagnosis.scored_sections:
        row = re.search(
            rf"<tr>\s*<td>{section.title}</td>\s*<td>{section.weight}<.*?</tr>", html, re.DOTALL
        )
        assert row is not None
        assert f"<strong>{section.share_text}</strong>" in row[0]
        assert re.search(rf"<td>{re.escape(section.contribution.text)}</td>\s*</tr>$", row[0])


def test_a_self_assessment_says_what_it_is_and_that_the_firm_is_invented(report: Path) -> None:
    printed = words(report)

    assert "诊断报告（自评版）" in printed
    assert "不是任何主管部门的官方认定结论" in printed
    assert "企业、人员和答案均为虚构" in printed
    assert "造价为估算，以供应商报价和验收为准；补助以当地当年政策为准。" in printed
    assert "对照估算，非官方结论" in printed


def test_a_real_firm_s_report_is_not_called_invented() -> None:
    html = render_html(a_valve_diagnosis(facts=some_facts(demonstration=False)))

    assert "演示数据" not in html


def test_an_on_site_report_shows_both_answers_and_the_reason() -> None:
    reason = "抽查三张工单，只有一张有记录"
    it = an_onsite_diagnosis(
        {"item_coding": 0}, {"item_coding": Verification(Verdict.CHANGED, reason)}
    )

    html = render_html(it)

    assert "诊断报告（现场诊断版）" in html
    assert it.comparison is not None
    (line,) = it.comparison.differences
    for said in (line.own, line.onsite, line.change, reason, it.comparison.own_share.text):
        assert said in html


def test_the_report_names_missing_facts_instead_of_a_score_that_tells_nothing(
    diagnosis: Diagnosis,
) -> None:
    html = render_html(diagnosis)

    assert "不给分数和总等级" in html
    assert "还缺：E11 网络建设" in html
    assert "国家智能工厂梯度 · 基础级" in html
    assert not re.search(r"计分 [0-9.]+–[0-9.]+ 分", html)


def test_a_valve_report_is_no_longer_than_sixteen_pages_and_its_appendices_seven(
    report: Path,
) -> None:
    with pymupdf.open(report) as document:
        pages = [squeezed(page.get_text()) for page in document]

    appendix = next(n for n, page in enumerate(pages) if "附录一全部答案" in page and n > 3)
    assert appendix <= 16
    assert len(pages) - appendix <= 7
    assert "页" not in pages[0][-10:]
    for number, page in enumerate(pages[1:], start=2):
        assert f"第{number}/{len(pages)}页" in page
        assert "墨岭阀门（虚构）样本V-07" in page


def filled(page: pymupdf.Page) -> float:
    """How far down a page's own words reach, of the height between its head and its foot."""
    top, bottom = 62, 790
    ends = [block[3] for block in page.get_text("blocks") if top < block[3] < bottom]
    return (max(ends) - top) / (bottom - top) if ends else 0


def test_no_page_of_a_report_is_nearly_empty(report: Path, tmp_path: Path) -> None:
    print_report(an_onsite_diagnosis({"item_coding": 0}, {}), tmp_path / "onsite.pdf", VERIFIABLE)

    for path in (report, tmp_path / "onsite.pdf"):
        with pymupdf.open(path) as document:
            *others, last = [filled(page) for page in document]
        assert min(others) >= 0.6, others
        assert last >= 0.3


def test_a_report_is_tagged_titled_and_in_chinese(report: Path) -> None:
    with pymupdf.open(report) as document:
        catalog = document.xref_object(document.pdf_catalog())
        metadata = document.metadata

    assert "/Lang(zh-CN)" in catalog.replace(" ", "")
    assert "/Marked true" in catalog
    assert metadata["title"] == "诊断报告（自评版） · 墨岭阀门（虚构）样本V-07"
    assert metadata["author"] == "莲都区经济商务局"
    assert b"pdfuaid" in _metadata(report)


def test_every_chapter_has_a_bookmark_and_a_link_that_leads_to_its_page(
    diagnosis: Diagnosis, report: Path
) -> None:
    with pymupdf.open(report) as document:
        marks = {title: page for level, title, page in document.get_toc() if level == 2}
        led_to = {link["page"] + 1 for link in document[2].get_links()}

    assert [c.heading for c in chapters(diagnosis)] == [
        t for t in marks if t[0] in "附一二三四五六七八九十"
    ]
    assert {page for title, page in marks.items() if "、" in title or "附录" in title} <= led_to


def test_no_heading_stands_alone_at_the_foot_of_a_page(report: Path) -> None:
    with pymupdf.open(report) as document:
        feet = [max(_lines(page), key=lambda line: line["bbox"][3]) for page in document][1:]

    assert len(feet) > 10
    assert {round(line["spans"][0]["size"], 1) for line in feet} <= {7.8, 8.0, 8.5, 9.0}


def _lines(page: pymupdf.Page) -> list[dict[str, Any]]:
    """A page's own lines of words, without its head and foot."""
    blocks = page.get_text("dict", clip=pymupdf.Rect(0, 62, 600, 790))["blocks"]
    return [line for block in blocks for line in block.get("lines", ())]


def test_no_half_width_mark_stands_between_chinese_letters(diagnosis: Diagnosis) -> None:
    said = re.sub(r"<style>.*?</style>", "", render_html(diagnosis), flags=re.DOTALL)

    assert re.findall(r"[\u4e00-\u9fff][,;:?!()][\u4e00-\u9fff]", said) == []


def _metadata(path: Path) -> bytes:
    with pymupdf.open(path) as document:
        return document.get_xml_metadata().encode()


def fonts(path: Path) -> set[str]:
    with pymupdf.open(path) as document:
        found = {font[:4] for page in document for font in page.get_fonts()}
        assert all(document.extract_font(xref)[3] for xref, *_ in found), "a font is not embedded"
        return {name.partition("+")[2] for _, _, _, name in found}


def test_chinese_is_set_in_our_embedded_font(report: Path) -> None:
    assert fonts(report) == {"Noto-Sans-SC", "Noto-Sans-SC-Bold"}


def test_the_same_diagnosis_gives_the_same_file(diagnosis: Diagnosis, tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        print_report(diagnosis, tmp_path / name)

    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


# --- whatever users typed ---------------------------------------------------------------------------

MARKUP = "<b>粗</b><script>x</script><style>*{display:none}</style>{{ 7*7 }}{% raw %}\"'&amp;"


def test_markup_in_names_remarks_and_reasons_stays_words(tmp_path: Path) -> None:
    notes = Notes(remarks={"item_coding": MARKUP}, evidence={"item_coding": (File(MARKUP, 1),)})
    used = (InUse(Use.SYSTEM, MARKUP, MARKUP, 2021), InUse(Use.MACHINE, MARKUP))
    facts = some_facts(firm=MARKUP, park=MARKUP, in_use=used)
    it = a_valve_diagnosis(facts=facts, notes=notes)

    print_report(it, tmp_path / "r.pdf")

    assert words(tmp_path / "r.pdf").count(squeezed(MARKUP)) >= 7


def test_everything_not_applicable_still_makes_a_report(tmp_path: Path) -> None:
    it = a_valve_diagnosis({"welding_control": NOT_APPLICABLE, "coating": NOT_APPLICABLE})

    print_report(it, tmp_path / "r.pdf")

    assert words(tmp_path / "r.pdf").count("不适用") >= 2


@pytest.mark.parametrize("characters", [5_000, 20_000])
def test_a_very_long_remark_is_printed_whole(characters: int, tmp_path: Path) -> None:
    remark = "".join(f"{n:05d}阀门车间流转卡记录" for n in range(characters // 14 + 1))[:characters]
    it = a_valve_diagnosis(notes=Notes(remarks={"item_coding": remark}))

    print_report(it, tmp_path / "r.pdf")

    assert remark in words_without_page_heads(tmp_path / "r.pdf")


def words_without_page_heads(path: Path) -> str:
    with pymupdf.open(path) as document:
        body = pymupdf.Rect(0, 62, 600, 788)
        return "".join(squeezed(page.get_text("text", clip=body)) for page in document)


@pytest.mark.parametrize("name", ["W" * 400, "https://example.invalid/" + "a" * 480])
def test_words_without_a_break_stay_on_the_page(name: str, tmp_path: Path) -> None:
    it = a_valve_diagnosis(
        facts=some_facts(firm=name, processes=(name,)),
        notes=Notes(remarks={"item_coding": name}),
    )

    print_report(it, tmp_path / "r.pdf")

    with pymupdf.open(tmp_path / "r.pdf") as document:
        for page in document:
            for x0, _, x1, *_ in page.get_text("words"):
                assert x0 >= 0
                assert x1 <= page.rect.width


def test_rare_characters_get_real_glyphs(tmp_path: Path) -> None:
    rare = "𠮷㛃赟堃𰻝"
    write_pdf(PLAIN.format(f'<p style="font: 12pt Noto Sans SC">{rare}</p>'), tmp_path / "r.pdf")

    with pymupdf.open(tmp_path / "r.pdf") as document:
        glyphs = [
            (chr(code), glyph)
            for span in document[0].get_texttrace()
            for code, glyph, *_ in span["chars"]
        ]
    assert "".join(character for character, _ in glyphs) == rare
    assert all(glyph != 0 for _, glyph in glyphs)


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
    usual, tightest = b"stream\n\x78\x9c", b"stream\n\x78\xda"

    assert usual in report.read_bytes()
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


@pytest.mark.parametrize(("align", "after"), [("right", ""), ("left", "（页）")])
def test_what_makes_the_press_quicker_changes_no_byte(align: str, after: str) -> None:
    numbers = (TO_NUMBER.format(align=align, after=after, to=to) for to in ("beginning", "end"))

    plain, *quicker = set_in_turn(
        TO_PAINT.replace("{numbers}", "".join(numbers)), all_at_once=False
    )

    assert len(plain) == 64
    assert quicker == [plain] * (1 + len(press.QUICKER))


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
            with connection:
                calls.append(connection.recv(1000).decode("latin-1"))

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
    stopping.set()
    thread.join()
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
    press.communicate()

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


# --- photos ---------------------------------------------------------------------------------------------


def with_photo(content: bytes | None) -> Diagnosis:
    finding = Finding("保压时间没有记录", "试压记录", photos=(Photo("试压台.jpg", 1, content),))
    return an_onsite_diagnosis({}, {}, findings=(finding,))


def test_a_finding_is_printed_with_its_photo(tmp_path: Path) -> None:
    print_report(with_photo(a_photo()), tmp_path / "r.pdf")

    with pymupdf.open(tmp_path / "r.pdf") as document:
        assert len({image[0] for page in document for image in page.get_images()}) == 1
    assert "保压时间没有记录" in words(tmp_path / "r.pdf")


def test_a_picture_that_cannot_be_shown_says_so_and_the_report_is_made() -> None:
    html = render_html(with_photo(None))

    assert "图片无法显示（试压台.jpg）" in html
    assert "<img" not in html


def test_the_chapters_are_numbered_without_gaps(diagnosis: Diagnosis) -> None:
    plain = replace(diagnosis, crosswalk=(), conditions=())

    numerals = [chapter.numeral for chapter in chapters(plain) if not chapter.is_appendix]
    appendices = [chapter.heading for chapter in chapters(plain) if chapter.is_appendix]

    assert numerals == NUMERALS[: len(numerals)]
    assert len(numerals) == 9
    assert appendices == ["附录一　全部答案与计分过程", "附录二　名词解释"]


def test_the_cover_says_what_nobody_saw_that_the_rung_is_provisional_and_what_the_firm_says() -> (
    None
):
    away = Verification(Verdict.NOT_SEEN, "试压台当天送检。")
    gate = next(iter(sorted(resting(an_onsite_diagnosis({}, {}).score))))
    word = FirmsWord(True, "虚构代表", "厂长", TODAY, "那天系统停机。", "维持核定", "查过记录。")

    it = an_onsite_diagnosis({}, {gate: away}, words=(word,))
    html = render_html(it)

    cover = html.partition("</header>")[0]
    assert it.standing == "现场诊断，暂核"
    assert it.unseen.provisional is not None
    assert [line.question_id for line in it.unseen.provisional.holding] == [gate]
    for words_ in ("（暂核）", "试压台当天送检。", "未能查看 1 题", "那天系统停机。", "维持核定"):
        assert words_ in cover
    assert "确认" not in cover.partition("未能查看")[2].partition("</td>")[0]


def test_a_signed_report_names_who_signed_and_when() -> None:
    word = FirmsWord(False, "虚构代表", "厂长", TODAY)

    cover = render_html(an_onsite_diagnosis({}, {}, words=(word,))).partition("</header>")[0]

    assert "已签认：虚构代表，厂长" in cover
    assert "暂核" not in cover


# --- issued ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signed_report(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report with an instance's signature."""
    instance = tmp_path_factory.mktemp("instance")
    signer = certificates.signer_of(Config(instance, "", ""), datetime.now(UTC))
    path = instance / "issued.pdf"
    path.write_bytes(signing.signed(report.read_bytes(), signer, "2026-000007"))
    return path


def test_an_issued_report_says_how_it_is_verified(diagnosis: Diagnosis, report: Path) -> None:
    said = words(report)

    assert "怎样核对这份报告" in said
    assert VERIFIABLE.address in said
    assert "自评答卷第3版" in said
    assert "怎样核对这份报告" not in render_html(diagnosis)


def drawn_elsewhere(pdf: Path) -> bytes:
    """The first page as a second program draws it, small."""
    with pypdfium2.PdfDocument(pdf) as document:
        return bytes(document[0].render(scale=20 / 72).buffer)


def test_a_signature_changes_nothing_that_is_seen_or_read_aloud(
    report: Path, signed_report: Path
) -> None:
    after = PdfReader(signed_report)
    root = after.trailer["/Root"]
    (field,) = root["/AcroForm"]["/Fields"]
    left, bottom, right, top = field.get_object()["/Rect"]
    page = after.pages[0].cropbox

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-CN"
    assert "/StructParent" not in field.get_object()  # outside the page it needs no tag
    assert right <= page.left or left >= page.right or top <= page.bottom or bottom >= page.top
    assert {page["/Tabs"] for page in after.pages} == {"/S"}
    assert words(signed_report) == words(report)
    with pymupdf.open(report) as old, pymupdf.open(signed_report) as new:
        tags = [one.xref_get_key(one.pdf_catalog(), "StructTreeRoot")[1] for one in (old, new)]
        at = int(tags[0].split()[0])
        assert tags[0] == tags[1]
        assert old.xref_object(at) == new.xref_object(at)
        for number in (0, len(old) - 1):
            assert old[number].get_pixmap().samples == new[number].get_pixmap().samples
    assert drawn_elsewhere(signed_report) == drawn_elsewhere(report)
    assert signed_report.stat().st_size - report.stat().st_size < 12_000


def test_the_proof_that_is_attached_adds_up_by_the_rules_of_the_edition(
    diagnosis: Diagnosis, signed_report: Path
) -> None:
    reader = PdfReader(signed_report)
    (proof,) = reader.attachments["score-proof.json"]
    rules = signed_report.with_name(RULES_NAME)
    rules.write_bytes(rules_of(diagnosis.score.questionnaire, VERIFIABLE.seal))

    ended = subprocess.run(
        [sys.executable, "-I", readd.__file__, signed_report, rules], capture_output=True, text=True, timeout=60
    )  # fmt: skip

    assert json.loads(proof)["version"] == 3
    (related,) = reader.trailer["/Root"]["/AF"]
    assert related.get_object()["/AFRelationship"] == "/Data"
    assert (ended.returncode, readd.AGREES in ended.stdout) == (0, True), ended.stdout


def test_an_issued_report_keeps_to_what_pdf_a_3a_asks_beside_pdf_ua_1(signed_report: Path) -> None:
    reader = PdfReader(signed_report)
    root, info = reader.trailer["/Root"], reader.trailer["/Info"]
    said = root["/Metadata"].get_data().decode()
    (intent,) = root["/OutputIntents"]
    annotations = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]

    assert signed_report.read_bytes().startswith(b"%PDF-1.7")
    assert "/Version" not in root
    assert len(reader.trailer["/ID"]) == 2
    assert "/Encrypt" not in reader.trailer
    assert 'pdfaid:part="3" pdfaid:conformance="A"' in said
    assert 'pdfuaid:part="1"' in said
    assert (
        'pdfaSchema:prefix="pdfuaid"' in said
    )  # PDF/A wants a schema that it does not know described
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object()["/N"] == 3
    assert f'pdf:Producer="{info["/Producer"]}"' in said
    assert {f">{info[name]}<" in said for name in ("/Title", "/Author", "/Subject")} == {True}
    assert {"/Link", "/Widget"} == {each["/Subtype"] for each in annotations}
    for each in annotations:
        assert each["/F"] & 0b100111 == 0b100  # printed, and neither hidden nor invisible
        assert each.get("/A", {}).get("/S", "/URI") in {"/URI", "/GoTo"}
    (widget,) = (each for each in annotations if each["/Subtype"] == "/Widget")
    assert widget["/Rect"][:2] == widget["/Rect"][2:]  # of no size, it needs no appearance
    assert not {"/OpenAction", "/AA", "/NeedAppearances"} & {*root, *root["/AcroForm"]}


def test_what_is_attached_to_an_issued_report_is_described_for_good(signed_report: Path) -> None:
    (file,) = PdfReader(signed_report).trailer["/Root"]["/AF"]
    file = file.get_object()
    content = file["/EF"]["/F"].get_object()

    assert file["/AFRelationship"] == "/Data"
    assert file["/F"] == file["/UF"] == "score-proof.json"
    assert file["/Desc"]
    assert content["/Subtype"] == "/application/json"
    assert {"/ModDate", "/Size"} <= set(content["/Params"])


def test_every_letter_of_an_issued_report_has_its_glyph_and_its_character(
    signed_report: Path,
) -> None:
    reader = PdfReader(signed_report)
    used = {
        font.get_object()["/BaseFont"]: font.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert len(used) == 2
    for font in used.values():
        (descendant,) = font["/DescendantFonts"]
        described = descendant.get_object()["/FontDescriptor"].get_object()
        assert font["/ToUnicode"].get_object().get_data()
        assert {"/FontFile2", "/FontFile3"} & set(described)
    with pymupdf.open(signed_report) as document:
        glyphs = {
            glyph
            for page in document
            for span in page.get_texttrace()
            for _, glyph, *_ in span["chars"]
        }
    assert 0 not in glyphs


def test_what_is_not_issued_does_not_claim_to_be_kept_for_good(
    diagnosis: Diagnosis, tmp_path: Path
) -> None:
    print_report(diagnosis, tmp_path / "r.pdf")

    assert b"pdfuaid" in _metadata(tmp_path / "r.pdf")
    assert b"pdfaid" not in _metadata(tmp_path / "r.pdf")


def test_the_copy_of_a_superseded_report_does_not_claim_it_either(
    signed_report: Path, tmp_path: Path
) -> None:
    stamp(signed_report, tmp_path / "copy.pdf", since=TODAY, newer="2026-000008")

    assert b"pdfaid:part" in _metadata(signed_report)
    assert b"pdfaid:part" not in _metadata(tmp_path / "copy.pdf")
    assert b"pdfuaid:part" in _metadata(tmp_path / "copy.pdf")
