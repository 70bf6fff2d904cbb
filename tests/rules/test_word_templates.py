"""A bureau's Word template: what it may say, what is refused and where, and that text stays text."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE

from reports.word import annual, diagnosis, templates
from reports.word.fields import Fields, meanings, shape
from survey.files import word
from survey.files.inside import Verdict, word_law
from survey.files.uploads import BadUpload
from survey.words.word_templates import FAULTS, fault, faults

KNOWN = {
    "企业名称": "text",
    "图": "picture",
    "合计": {"投入": "text"},
    "差距": [{"题目": "text", "场景": [{"名称": "text"}]}],
}


def a_docx(*lines: str, rows: tuple[tuple[str, ...], ...] = (), head: str = "") -> bytes:
    book = Document()
    for line in lines:
        book.add_paragraph(line)
    if rows:
        table = book.add_table(0, len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    book.sections[0].header.paragraphs[0].text = head
    return saved(book)


def saved(book: object) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "source, code, about",
    [
        ("{{ ''.__class__ }}", "forbidden", "const"),
        ("{{ 企业名称.__class__ }}", "unknown", "企业名称.__class__"),
        ("{{ 差距[0] }}", "forbidden", "getitem"),
        ("{{ self._TemplateReference__context }}", "unknown", "self"),
        ("{% for i in range(10**9) %}x{% endfor %}", "forbidden", "call"),
        ("{{ 'a' * 10**9 }}", "forbidden", "mul"),
        ("{{ 企业名称|upper }}", "forbidden", "filter"),
        ("{% if 企业名称 is defined %}x{% endif %}", "forbidden", "test"),
        ("{% include '/etc/passwd' %}", "forbidden", "include"),
        ("{% import 'os' as os %}", "forbidden", "import"),
        ("{% set a = 企业名称 %}", "forbidden", "assign"),
        ("{% macro a() %}{% endmacro %}", "forbidden", "macro"),
        ("{% for 项 in 差距 recursive %}{{ loop(差距) }}{% endfor %}", "forbidden", "for"),
        ("{% for 甲 in 差距 %}{% for 乙 in 差距 %}x{% endfor %}{% endfor %}", "nested", "差距"),
        ("{% for 项 in 企业名称 %}x{% endfor %}", "no_list", "企业名称"),
        ("{{ 差距 }}", "no_text", "差距"),
        ("{{ 企业名 }}", "unknown", "企业名"),
        ("{% for 项 in 差距 %}{{ 项.题 }}{% endfor %}", "unknown", "项.题"),
        ("{% for 项 in 差距 %}x", "unclosed", "for"),
        ("x{% endif %}", "unopened", "endif"),
        ("{{ 企业名称", "unreadable", ""),
    ],
)
def test_a_template_that_says_more_than_names_lists_and_conditions_is_refused(source, code, about):
    [found] = word_law.faults(f"第一行\n{source}", KNOWN)[:1]

    assert (found.code, found.word) == (code, about)
    assert code in FAULTS


@pytest.mark.parametrize(
    "source",
    [
        "{{ 企业名称 }}{% if 企业名称 == '甲厂' and not 差距 %}{{ 图 }}{% endif %}",
        "{% for 项 in 差距 %}{{ loop.index }}{% for 包 in 项.场景 %}{{ 包.名称 }}{% endfor %}{% endfor %}",
        "{{ 合计.投入 if 合计.投入 else '没有' }}",
    ],
)
def test_names_lists_in_lists_and_conditions_are_taken(source):
    assert word_law.faults(source, KNOWN) == []


def test_a_template_kept_before_a_rule_came_is_still_not_run():
    with pytest.raises(word_law.Unlawful):
        word_law.Lawful(KNOWN).from_string("{{ ''.__class__.__mro__ }}")


def test_every_fault_is_said_with_its_place():
    content = a_docx("{{ 企业名 }}", "{% include 'x' %}", head="{{ 页眉名 }}")

    said = faults(word.faults(content, "模板.docx", KNOWN))

    assert "正文“{{ 企业名 }}”：不认识“企业名”" in said
    assert "正文“{% include 'x' %}”：这样写不行（引入别的文件）" in said
    assert "页眉“{{ 页眉名 }}”：不认识“页眉名”" in said


def _with_macro(content: bytes) -> bytes:
    out = BytesIO(content)
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("word/vbaProject.bin", b"macro")
    return out.getvalue()


def _reaching_out(content: bytes) -> bytes:
    book = Document(BytesIO(content))
    book.part.relate_to("https://example.com/a.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    return saved(book)


def _with_object(content: bytes) -> bytes:
    book = Document(BytesIO(content))
    book.part.relate_to("https://example.com/a", RELATIONSHIP_TYPE.OLE_OBJECT, is_external=True)
    return saved(book)


@pytest.mark.parametrize(
    "spoilt, says",
    [
        (_with_macro, "含有宏"),
        (_reaching_out, "正文：引用了外部的文件"),
        (_with_object, "正文：嵌有别的文件或控件（OLE）"),
    ],
)
def test_what_runs_or_reaches_outside_is_named(spoilt: Callable[[bytes], bytes], says: str):
    [found] = word.faults(spoilt(a_docx("{{ 企业名称 }}")), "模板.docx", KNOWN)

    assert says in fault(found)


def test_a_loop_that_cuts_through_a_table_is_found_before_it_is_kept():
    content = a_docx("{%p for 项 in 差距 %}", rows=(("{{ 项.题目 }}", "{%p endfor %}"),))

    [found] = word.faults(content, "模板.docx", KNOWN)

    assert found.code == "unsound"


def test_what_firms_wrote_prints_as_text_and_a_list_without_items_leaves_a_whole_document():
    hostile = "<w:p/>&amp; {{ 7*7 }} {% x %} \x00\x0b]]> 𠮷\n第二行"
    content = a_docx(
        "{{ 企业名称 }}",
        rows=(("题目",), ("{%tr for 项 in 差距 %}",), ("{{ 项.题目 }}",), ("{%tr endfor %}",)),
    )
    known = {"企业名称": "text", "差距": [{"题目": "text"}]}

    for several in (2, 0):
        values = {"企业名称": hostile, "差距": [{"题目": hostile}] * several}
        made = Document(BytesIO(word.filled(content, "模板.docx", known, values)))
        shown = "<w:p/>&amp; {{ 7*7 }} {% x %} ]]> 𠮷\n第二行"
        assert made.paragraphs[0].text == shown
        assert [row.cells[0].text for row in made.tables[0].rows] == ["题目", *[shown] * several]


def test_a_file_that_is_no_document_is_refused():
    with pytest.raises(BadUpload) as refused:
        word.faults(b"PK no zip", "模板.docx", KNOWN)
    assert refused.value.fault == Verdict.BROKEN


@pytest.mark.parametrize(
    "shipped, fields",
    [(templates.of_diagnosis, diagnosis.FIELDS), (templates.of_annual, annual.FIELDS)],
)
def test_a_template_we_ship_can_be_filled_and_every_name_has_a_meaning(
    shipped: Callable[[], bytes], fields: Fields
):
    assert word.faults(shipped(), "模板.docx", shape(fields)) == ()
    explained = list(meanings(fields))
    assert len(explained) > 40
    assert all(one.says for one in explained)
