"""The two sheets for people: how to use the workbook, and the questionnaire as a firm reads it."""

from __future__ import annotations

from typing import Any

from questionnaires.edition import Edition
from questionnaires.model import (
    ChoiceQuestion,
    GridQuestion,
    LevelQuestion,
    MultipleQuestion,
    NumberQuestion,
    Question,
    Questionnaire,
    RatioQuestion,
    Section,
)
from questionnaires.sheets.writing import Pen
from questionnaires.workbook import layout

GUIDE, PAPER = "使用说明", "打印稿"
"""Locked sheets; nothing on them is read back."""

_GUIDE = (
    "这本工作簿写着一个行业的整份问卷，供没有使用本系统的人打印、审阅和修改。",
    "“打印稿”是企业看到的样子，可以直接打印，用来面谈或带到车间；它已锁定，在上面改的内容不会读回系统。",
    "要改内容，请改后面各表的单元格。深色表头的列会读回系统；灰色的列只是方便查看，不会读回。",
    "要增加一题、一个选项或一条要求，就在相应的表里插入一行；要删去，就删掉整行。先后次序按行的先后。",
    "不要改表名和表头，不要合并单元格，不要写公式。数字不带单位和百分号；几个 id 之间用顿号隔开。",
    "id 是题目、模块、等级的固定名字，由小写英文、数字和下划线组成；用过的 id 不改名，也不另作他用。",
    "改好后交给管理员读回，成为草稿；有问题的单元格会逐个列出表名、位置、问题和改法。",
)


def paged(pen: Pen, name: str) -> Any:
    """Add a sheet that prints well on paper."""
    page = pen.sheet(name)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.set_footer("&L&A&R第 &P / &N 页")
    return page


def write_guide(pen: Pen, edition: Edition, trade_id: str) -> None:
    """Write how the workbook is used, and what each sheet holds."""
    page = paged(pen, GUIDE)
    page.protect()
    page.set_column(0, 0, 18)
    page.set_column(1, 1, 96)
    pen.put(page, 0, 0, f"{edition.title} · {edition.trades[trade_id].title}问卷", "title")
    row = 2
    for number, words in enumerate(_GUIDE, start=1):
        pen.put(page, row, 0, str(number), "soft")
        pen.put(page, row, 1, words)
        row += 1
    row += 1
    pen.put(page, row, 0, "各表", "strong")
    for table in layout.TABLES:
        row += 1
        pen.put(page, row, 0, table.name, "strong")
        pen.put(page, row, 1, table.about)
    row += 2
    pen.put(page, row, 0, "来源", "strong")
    pen.put(page, row, 1, edition.source, "soft")


def write_paper(pen: Pen, questionnaire: Questionnaire) -> None:
    """Write the questionnaire in reading order, with room to tick and to note."""
    page = paged(pen, PAPER)
    page.protect()
    for at, width in enumerate((7, 44, 52, 40)):
        page.set_column(at, at, width)
    title = f"{questionnaire.edition_title} · {questionnaire.trade.title}问卷"
    pen.put(page, 0, 0, title, "title")
    pen.put(
        page, 1, 0, "企业名称：____________________　　填写人：____________　　日期：____________"
    )
    row = 3
    if questionnaire.trade.processes:
        row = _write_processes(pen, page, row, questionnaire)
    for section in questionnaire.sections:
        row = _write_section(pen, page, row, section, questionnaire)


def _write_processes(pen: Pen, page: Any, row: int, questionnaire: Questionnaire) -> int:
    page.merge_range(row, 0, row, 3, "本厂有哪些工序或产品（有的打勾）", pen.forms["section"])
    for process in questionnaire.trade.processes:
        row += 1
        pen.put(page, row, 0, "□", "framed")
        pen.put(page, row, 1, process.title, "framed")
        pen.put(page, row, 2, process.help or "", "framed")
        pen.put(page, row, 3, process.group, "framed")
    return row + 2


def _write_section(
    pen: Pen, page: Any, row: int, section: Section, questionnaire: Questionnaire
) -> int:
    aside = "（选填，不计分）" if section.optional else ""
    page.merge_range(row, 0, row, 3, f"{section.title}{aside}", pen.forms["section"])
    if section.intro:
        row += 1
        page.merge_range(row, 0, row, 3, section.intro, pen.forms["soft"])
        page.set_row(row, 15 * (1 + len(section.intro) // 70))
    row += 1
    for at, words in enumerate(("题号", "题目", "选一项打勾，或填数", "说明与查证办法")):
        pen.put(page, row, at, words, "head")
    for question in section.questions:
        row += 1
        pen.put(page, row, 0, question.code, "framed")
        pen.put(page, row, 1, _asked(question, questionnaire), "framed")
        pen.put(page, row, 2, room(question), "framed")
        pen.put(page, row, 3, _beside(question), "framed")
    return row + 2


def _asked(question: Question, questionnaire: Questionnaire) -> str:
    titles = {p.id: p.title for p in questionnaire.trade.processes}
    if not question.needs:
        return question.text
    needed = "、".join(titles.get(process, process) for process in question.needs)
    return f"{question.text}\n（有{needed}的企业填）"


def room(question: Question) -> str:
    """Return the lines on which a question is answered on paper."""
    lines = list(_lines(question))
    if question.not_applicable:
        lines.append("□ 不适用")
    return "\n".join(lines)


def _lines(question: Question) -> list[str]:
    if isinstance(question, LevelQuestion):
        return [f"□ {level}　{words}" for level, words in enumerate(question.levels)]
    if isinstance(question, RatioQuestion):
        return [f"{words}：________ {question.unit}" for words in (question.part, question.whole)]
    if isinstance(question, NumberQuestion):
        return [f"________ {question.unit}"]
    if isinstance(question, ChoiceQuestion | MultipleQuestion):
        return [f"□ {option.text}" for option in question.options]
    if isinstance(question, GridQuestion):
        columns = "　".join(f"{column.text}______" for column in question.columns)
        return [f"单位：{question.unit}", *(f"{row.text}：{columns}" for row in question.rows)]
    return ["______________________________", "______________________________"]


def _beside(question: Question) -> str:
    parts = []
    if question.help:
        parts.append(question.help)
    if question.evidence:
        parts.append(f"查证：{question.evidence}")
    return "\n".join(parts)
