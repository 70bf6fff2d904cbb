"""The Word edition of a report has every chapter of its paper, with the same values, and the photos."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image

from reports.benchmarks import ALL, WHOLE, Group, Quartiles, Told
from reports.diagnosis import Diagnosis
from reports.facts import Choice, Finding, Photo, Verdict, Verification
from reports.paper.chapters import APPENDICES, CHAPTERS, chapters
from reports.paper.glossary import glossary
from reports.paper.owner import owners_page
from reports.paper.problems import problems
from reports.peers import Named, peers
from reports.word import diagnosis, templates
from reports.word.chapters import MOST_PHOTOS, PHOTO
from reports.word.fields import complete, shape, values
from survey.files import word
from tests.support.reporting import a_valve_diagnosis, an_onsite_diagnosis


def a_picture(kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


def with_photos(count: int, *, content: bytes | None = None) -> Diagnosis:
    shown = content if content is not None else a_picture()
    photos = tuple(Photo(f"{number}.jpg", number, content=shown) for number in range(count))
    finding = Finding(title="虚构的问题 <b>", text="现场看到的", photos=photos)
    return replace(an_onsite_diagnosis({}, {}), findings=(finding,))


def written(it: Diagnosis) -> tuple[list[str], str, int]:
    """The headings of chapters in a Word edition, all of its words, and how many pictures it holds."""
    drawn, words, book = opened(it)
    headings = [one.text for one in book.paragraphs if one.style.name == "Heading 1"]
    return headings, words, len(book.inline_shapes) - drawn


def opened(it: Diagnosis) -> tuple[int, str, Any]:
    """How many charts a Word edition has, all of its words, and itself."""
    drawn: list = []
    said = values(diagnosis.FIELDS, it, drawn)
    complete(drawn, [a_picture("PNG")] * len(drawn))
    made = word.filled(templates.of_diagnosis(), "模板.docx", shape(diagnosis.FIELDS), said)
    book = Document(BytesIO(made))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    words = "\n".join([*(one.text for one in book.paragraphs), *cells])
    return len(drawn), words, book


def beside_peers(it: Diagnosis) -> Diagnosis:
    told = {Told(WHOLE, "valve", ALL): Quartiles(1, 10, 5, 7, 11)}
    named = Named(Group("valve"), "阀门", "")
    return replace(it, peers=peers({WHOLE: it.score.share}, {}, told, named, date(2026, 11, 1)))


@pytest.mark.parametrize(
    "it", [a_valve_diagnosis(), beside_peers(a_valve_diagnosis()), with_photos(2)]
)
def test_no_chapter_of_the_paper_is_missing_and_none_is_there_that_it_has_not(it):
    headings, _, _ = written(it)

    assert headings == [*(one.heading for one in chapters(it)), "怎样核对这份报告"]


def test_every_chapter_the_paper_may_have_is_in_the_template():
    book = Document(BytesIO(templates.of_diagnosis()))
    headings = [one.text for one in book.paragraphs if one.style.name == "Heading 1"]

    assert len(headings) == len(CHAPTERS) + len(APPENDICES) + 1


def test_the_chapters_say_what_the_paper_says():
    it = beside_peers(a_valve_diagnosis())

    _, words, _ = written(it)

    page = owners_page(it)
    told = [
        *(one.title for one in (*page.reasons, *page.steps)),
        *(one.title for one in problems(it)),
        *(one.evidence for one in problems(it)),
        *(row.target for area in it.areas for row in area.rows),
        *(area.says for area in it.areas),
        *(task.months for task in it.plan.schedule.tasks),
        *(line.total for line in it.plan.schedule.budget),
        *(text for one in it.effects for text in (one.title, one.target, one.how)),
        it.advice_costs.total.once,
        *(row.value for frame in it.crosswalk for row in frame.groups),
        *(name for frame in it.crosswalk for name in frame.missing),
        it.peers.whose,
        it.peers.firms,
        *(one.middle for one in it.peers.lines),
        *(one.headline for one in it.crosswalk),
        *(meaning for _, meaning in glossary(it)),
    ]
    assert len(told) > 100
    assert [one for one in told if one not in words] == []


def test_no_cell_of_facts_is_empty_and_every_long_table_repeats_its_head():
    drawn: list = []
    said = values(diagnosis.FIELDS, a_valve_diagnosis(), drawn)
    complete(drawn, [a_picture("PNG")] * len(drawn))
    made = word.filled(templates.of_diagnosis(), "模板.docx", shape(diagnosis.FIELDS), said)
    tables = Document(BytesIO(made)).tables

    facts = [table for table in tables if len(table.columns) == 2 and not headed(table)]
    assert len(facts) > 5
    assert [
        row.cells[0].text for table in facts for row in table.rows if not row.cells[1].text
    ] == []
    assert [
        len(table.rows) for table in tables if len(table.columns) > 3 and not headed(table)
    ] == []
    # Two tables with nothing between them are one to Word.
    assert [one for one in tables if one._tbl.getnext().tag == qn("w:tbl")] == []


@pytest.mark.parametrize("template", [templates.of_diagnosis, templates.of_annual])
def test_a_template_is_set_in_chinese(template):
    styles = Document(BytesIO(template())).styles

    assert {one.get(qn("w:eastAsia")) for one in styles.element.iter(qn("w:lang"))} == {"zh-CN"}
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3", "表格文字", "表注"):
        fonts = styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("宋体", "黑体", "楷体", "仿宋")


def headed(table) -> bool:
    return table._tbl.find(f".//{qn('w:tblHeader')}") is not None


@pytest.mark.parametrize("count, shown", [(0, 0), (2, 2), (MOST_PHOTOS + 3, MOST_PHOTOS)])
def test_photos_are_pictures_up_to_a_limit(count, shown):
    _, words, pictures = written(with_photos(count))

    assert pictures == shown
    assert "虚构的问题 <b>" in words


def test_a_photo_that_cannot_be_shown_leaves_the_document_whole():
    _, words, pictures = written(with_photos(1, content=b""))

    assert pictures == 0
    assert "虚构的问题" in words


@pytest.mark.parametrize("size", [(40, 30), (60, 90), (30, 140)])
def test_a_photo_is_never_higher_than_its_page_has_room(size):
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, "JPEG")
    _, _, book = opened(with_photos(1, content=out.getvalue()))

    taken = [one for one in book.inline_shapes if one.width <= Mm(PHOTO)]
    assert taken
    assert all(one.height <= Mm(PHOTO * 1.4) + 1 for one in taken)


def test_a_long_reason_is_written_once_in_the_appendix_over_the_whole_width():
    reason = "".join(f"{n:04d}现场查看台账" for n in range(480))
    told = {"item_coding": Verification(Verdict.CHANGED, reason)}

    _, words, book = opened(an_onsite_diagnosis({"item_coding": 0}, told))

    assert words.count(reason) == 1
    assert reason in [one.text for one in book.paragraphs]
    assert "较长，全文见附录一" in words


def test_a_period_that_says_all_in_its_name_has_no_empty_brackets():
    code = a_valve_diagnosis().advice[0].code
    it = an_onsite_diagnosis({}, {}, choices=(Choice(code=code, starts="2027-01"),))

    assert "（）" not in written(it)[1]
