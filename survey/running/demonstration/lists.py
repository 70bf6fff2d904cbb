"""What the officer of the demonstration keeps of the lists: views, and a workbook of the bureau's own."""

from __future__ import annotations

from io import BytesIO

from sqlalchemy.orm import Session

from questionnaires.sheets.writing import cut, writing
from survey.files.contents import Contents
from survey.files.lists import MEDIA_TYPES
from survey.files.templates import Held
from survey.files.uploads import Stored
from survey.lifecycle import templates, views
from survey.lifecycle.step import Step

VIEWS = {
    "自评高于核定": ("assessments", {"deviation": "higher", "sort": "-deviation"}, True),
    "过了计划日期的": ("assessments", {"overdue": "visit", "sort": "planned"}, False),
    "规上、还没入库": ("assessments", {"scale": "yes", "confirmed": "yes", "pool": "none"}, True),
    "联系方式": ("firms", {"columns": "township.park.contact.phone", "sort": "firm"}, True),
}
"""By title: of which list, what it asks, whether colleagues see it."""
TITLE = "智能制造诊断情况月报（示例）"
FIELDS = ("序号", "企业名称", "行业", "乡镇", "等级", "得分率", "在库状态", "距下一级")


def keep_lists(session: Session, contents: Contents, step: Step) -> None:
    """Keep the views and the workbook, as the officer would."""
    for title, (listed, asked, shared) in VIEWS.items():
        views.keep_view(step, listed, title, asked, shared=shared)
    content = _monthly()
    media = MEDIA_TYPES["xlsx"]
    stored = Stored("月报.xlsx", contents.put(content), media, len(content), has_thumbnail=False)
    held = Held((), (("月报", 4),), (*FIELDS, "区县", "日期", "家数", "主管部门"), ())
    templates.keep_template(step, "assessments", TITLE, stored, held)


def _monthly() -> bytes:
    """A small report as an office above asks for it: title, heads, a row to repeat, a signature."""
    out = BytesIO()
    line = {"border": 1}
    forms = {"title": {"bold": True, "font_size": 16}, "head": {"bold": True} | line, "cell": line}
    with writing(out, forms, said=cut) as pen:
        page = pen.sheet("月报")
        page.set_column(0, len(FIELDS) - 1, 16)
        pen.put(page, 0, 0, "{{区县}}智能制造诊断情况月报", "title")
        pen.put(page, 1, 0, "截至 {{日期}}，共 {{家数}} 家", "title")
        for at, name in enumerate(FIELDS):
            pen.put(page, 2, at, name, "head")
            pen.put(page, 3, at, f"{{{{{name}}}}}", "cell")
        pen.put(page, 5, 0, "填报单位：{{主管部门}}", "title")
    return out.getvalue()
