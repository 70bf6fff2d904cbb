"""The fields of a yearly report's Word edition."""

from __future__ import annotations

from collections.abc import Callable

from reports import charts
from reports.annual import Annual, paragraphs
from reports.annual.annexes import ANNEXES
from reports.annual.chapters import BEGINNING, BEST, CHAPTERS, EXAMPLES, NEXT, PROBLEMS, WORK
from reports.annual.examples import examples
from reports.annual.proposals import beginning, best
from reports.dashboard import Table
from reports.figures import date_text
from reports.paper.drawing import svg
from reports.small_cells import WITHHELD
from reports.word.fields import Drawing, Fields, Part, Picture, Rows, Text

WIDTH, LETTERS, MM = 560, 12, 150
"""Pixels of a drawing and of a letter in it, and its millimetres on paper."""


def drawing(table: Table | None) -> Drawing | None:
    """Draw a table as the dashboard does; nothing where a figure is held back."""
    if table is None or not table.lines:
        return None
    option = charts.of_table(table, LETTERS)
    if option is None or any(c.text == WITHHELD for line in table.lines for c in line.cells):
        return None
    said = "；".join(
        f"{line.title} {'、'.join(cell.text for cell in line.cells[: table.bars])}"
        for line in table.lines
    )
    words, height = f"{table.title}：{said}", charts.height(table)
    return Drawing(svg(option, WIDTH, height, words), WIDTH, height, MM, words)


TABLE: Fields = (
    Text("标题", "表的名称", lambda t: t.title),
    Text("口径", "怎样计数", lambda t: t.says),
    Picture("图", "同一张表画成的图，有数字不公布的不画", drawing),
    Text("首列", "第一列的列名", lambda t: t.head[0]),
    Rows("列", "其余各列", lambda t: t.head[1:], (Text("名称", "列名", str),)),
    Rows("行", "各行，没有内容的表为空", lambda t: t.lines, (
        Text("名称", "这一行是谁", lambda line: line.title),
        Rows("格", "各列的数字", lambda line: line.cells, (Text("文字", "数字或文字", lambda c: c.text),)),
    )),
)  # fmt: skip
PARAGRAPH: Fields = (Text("文字", "一段话", str),)


def _said(name: str, says: str, of: Callable[[Annual], list[str]]) -> Rows:
    return Rows(name, f"{says}，一段一项", of, PARAGRAPH)


def _table(name: str, title: str) -> Part:
    return Part(title, f"表：{title}", lambda it: it.tables.get(name), TABLE)


def _annex(name: str, title: str) -> Part:
    def found(it: Annual) -> Table | None:
        return next((one for one in it.annexes if one.id == f"annex-{name}"), None)

    return Part(title, f"附表：{title}，公开版没有", found, TABLE)


FIELDS: Fields = (
    Text("标题", "报告的标题", lambda it: it.title),
    Text("版别", "内部版或公开版", lambda it: it.edition),
    Text("版别说明", "这一版含什么、给谁看", lambda it: it.edition_says),
    Text("区县", "区县名称", lambda it: it.district),
    Text("主管部门", "主管部门名称", lambda it: it.bureau),
    Text("科室", "承办科室", lambda it: it.department),
    Text("规划", "规划的名称", lambda it: it.plan),
    Text("年份", "报告的年份", lambda it: str(it.year)),
    Text("轮次", "评估轮次的名称", lambda it: it.round),
    Text("编号", "文件编号，与 PDF 版相同", lambda it: it.number),
    Text("出具日期", "生成的日期", lambda it: date_text(it.made.date())),
    Text("数据来源", "数据截至什么时候、从哪里来", lambda it: it.source),
    Text("演示", "演示数据时有字，正式数据为空", lambda it: it.fiction),
    Text("有附表", "有附表时有字，公开版为空，用来判断", lambda it: "是" if it.annexes else ""),
    _said(
        BEGINNING, "规划目标的完成情况，按数字写成", lambda it: beginning(it.tables, it.made.year)
    ),
    _said(WORK, "主管部门写的本年工作", lambda it: paragraphs(it.written.work)),
    _said(BEST, "得分率最高和最低的五项，按数字写成", lambda it: best(it.tables)),
    _said(EXAMPLES, "经企业同意公开的样本", lambda it: examples(it.examples, outward=it.outward)),
    _said(PROBLEMS, "主管部门写的存在问题", lambda it: paragraphs(it.written.problems)),
    _said(NEXT, "主管部门写的下一步", lambda it: paragraphs(it.written.next)),
    *(_table(name, title) for chapter in CHAPTERS for name, title in chapter.tables.items()),
    *(_annex(name, title) for name, title in ANNEXES.items()),
)
