"""What the officer of the demonstration keeps of the lists: views, and workbooks of the bureau's own."""

from __future__ import annotations

from io import BytesIO
from itertools import chain
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires.sheets.writing import cut, writing
from survey.files.contents import Contents
from survey.files.lists import MEDIA_TYPES
from survey.files.templates import Held
from survey.files.uploads import Stored
from survey.lifecycle import templates, views
from survey.lifecycle.step import Step
from survey.views.bureau.ledger_columns import AS_KEPT

VIEWS = {
    "自评高于核定": ("assessments", {"deviation": "higher", "sort": "-deviation"}, True),
    "过了计划日期的": ("assessments", {"overdue": "visit", "sort": "planned"}, False),
    "规上、还没入库": ("assessments", {"scale": "yes", "confirmed": "yes", "pool": "none"}, True),
    "联系方式": ("firms", {"columns": "township.park.contact.phone", "sort": "firm"}, True),
}
"""By title: of which list, what it asks, whether colleagues see it."""
ONCE = ("区县", "日期", "家数", "主管部门")
LINE = 3
"""Where the row to repeat stands, counted from 0."""


class Book(NamedTuple):
    """A workbook of the bureau's own, for one list."""

    listed: str
    title: str
    sheet: str
    head: str
    fields: tuple[str, ...]


BOOKS = (
    Book(
        "assessments",
        "智能制造诊断情况月报（示例）",
        "月报",
        "智能制造诊断情况月报",
        ("序号", "企业名称", "行业", "乡镇", "等级", "得分率", "在库状态", "距下一级"),
    ),
    Book(
        "pool",
        "培育库台账（示例）",
        "台账",
        "数字化培育库台账",
        ("序号", *chain.from_iterable(AS_KEPT.values())),
    ),
)


def keep_lists(session: Session, contents: Contents, step: Step) -> None:
    """Keep the views and the workbooks, as the officer would."""
    for title, (listed, asked, shared) in VIEWS.items():
        views.keep_view(step, listed, title, asked, shared=shared)
    for book in BOOKS:
        content, media = _written(book), MEDIA_TYPES["xlsx"]
        name, sha256 = f"{book.sheet}.xlsx", contents.put(content)
        stored = Stored(name, sha256, media, len(content), has_thumbnail=False)
        held = Held((), ((book.sheet, LINE + 1),), (*book.fields, *ONCE), ())
        templates.keep_template(step, book.listed, book.title, stored, held)


def _written(book: Book) -> bytes:
    """A form as an office asks for it: title, heads, a row to repeat, a signature."""
    out = BytesIO()
    line = {"border": 1}
    forms = {"title": {"bold": True, "font_size": 16}, "head": {"bold": True} | line, "cell": line}
    with writing(out, forms, said=cut) as pen:
        page = pen.sheet(book.sheet)
        page.set_column(0, len(book.fields) - 1, 16)
        pen.put(page, 0, 0, f"{{{{区县}}}}{book.head}", "title")
        pen.put(page, 1, 0, "截至 {{日期}}，共 {{家数}} 家", "title")
        for at, name in enumerate(book.fields):
            unit = "（万元）" if name.endswith("投资") else ""
            pen.put(page, LINE - 1, at, name + unit, "head")
            pen.put(page, LINE, at, f"{{{{{name}}}}}", "cell")
        pen.put(page, LINE + 2, 0, "填报单位：{{主管部门}}", "title")
    return out.getvalue()
