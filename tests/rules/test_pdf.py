"""The printed report: every figure of the diagnosis, and whatever users typed as mere words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from questionnaires.answers import NOT_APPLICABLE
from questionnaires.floor import resting
from reports.diagnosis import Diagnosis
from reports.diagnosis.sections import Notes
from reports.facts import File, Finding, FirmsWord, InUse, Photo, Use, Verdict, Verification
from reports.paper.chapters import NUMERALS, chapters
from reports.paper.html import print_report, render_html
from reports.paper.presses import write_pdf
from tests.support.files import a_photo
from tests.support.printed import MARKUP, PLAIN, VERIFIABLE, squeezed, words, xmp_of
from tests.support.reporting import TODAY, a_valve_diagnosis, an_onsite_diagnosis, some_facts

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
    assert b"pdfuaid" in xmp_of(report)


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
