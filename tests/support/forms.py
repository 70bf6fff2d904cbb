"""XLSForms as people write them, as workbooks and as sheets that were read."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from questionnaires.sheets import lists

Book = Mapping[str, Sequence[Sequence[Any]]]

SAFETY: Book = {
    "survey": [
        [
            "type",
            "name",
            "label::English (en)",
            "label::中文 (zh)",
            "hint::中文 (zh)",
            "required",
            "relevant",
            "constraint",
            "calculation",
            "appearance",
            "media::image",
            "default",
        ],
        ["start", "start"],
        ["today", "today"],
        ["text", "respondent", "Your name", "填写人", None, "yes"],
        ["begin_group", "g_equipment", "Equipment", "设备"],
        ["note", "n1", "About machines", "只看**在用**的设备。"],
        ["select_one q5", "q-1", "Machines online", "机床联网到哪一步？", "看车间大屏", "yes"],
        ["select_one yn", "has_mes", "MES?", "有没有 MES？", None, "true", "", "", "", "minimal"],
        ["integer", "machines", "How many", "机床（台）", None, None, "${has_mes} = 'y'", ". > 0"],
        ["decimal", "power_use", "Power", "年用电量", None, None, None, ".<=5000.5 and . != 3"],
        ["begin_group", "inner", "Inner", "小组"],
        [
            "select_multiple sys",
            "systems",
            "Systems",
            "有哪些<b>系统</b>？",
            None,
            None,
            None,
            "not(selected(., 'none') and count-selected(.) > 1)",
        ],
        ["end_group"],
        ["note", "n2", "Thanks", "${respondent}，谢谢"],
        ["end_group"],
        ["begin_repeat", "lines", "Lines", "产线"],
        ["text", "line_name", "Name", "产线名称"],
        ["end_repeat"],
        ["image", "photo", "Photo", "拍一张照片"],
        ["geopoint", "place", "Where", "位置"],
        ["calculate", "score", None, None, None, None, None, None, "1+1"],
        ["date", "visited", "Date", "日期"],
        [
            "text",
            "remark",
            "Remark",
            "${respondent}还有什么要说？",
            None,
            None,
            None,
            "string-length(.) < 201",
            None,
            "multiline",
            "sign.png",
            "无",
        ],
    ],
    "choices": [
        ["list_name", "name", "label::English (en)", "label::中文 (zh)"],
        ["q5", 5, "All", "全部联网，自动排产"],
        ["q5", 4, "Most", "大部分联网"],
        ["q5", 3, "Some", "关键设备联网"],
        ["q5", 2, "Few", "个别联网"],
        ["q5", 1, "None", "都没有"],
        ["yn", "y", "Yes", "有"],
        ["yn", "n", "No", "没有"],
        ["sys", "erp", "ERP", "ERP"],
        ["sys", "mes", "MES", "MES"],
        ["sys", "none", "None", "以上都没有"],
    ],
    "settings": [["form_title", "form_id"], ["设备调查（虚构）", "equipment"]],
}
"""Two languages, most kinds of row, and much that does not come."""

SHORT: Book = {
    "survey": [
        ["type", "name", "label", "relevant"],
        ["select_multiple kinds", "kinds", "做哪些产品？"],
        ["select_one l", "cnc", "数控车床用到什么程度？", "selected(${kinds}, 'shaft')"],
        [
            "select_one l",
            "core",
            "T01 热处理怎样记录？",
            "selected(${kinds}, 'gear') or selected(${kinds},'shaft')",
        ],
        ["select_one l", "scheduling", "排产怎样做？"],
    ],
    "choices": [
        ["list name", "name", "label"],
        *(["l", level, f"{level} 档：第 {level} 种做法"] for level in range(5)),
        ["l", "na", "不适用"],
        ["kinds", "shaft", "轴"],
        ["kinds", "gear", "齿轮"],
    ],
}
"""No groups and no settings; one question that all trades are asked."""

KPI: Book = {
    "survey": [
        ["type", "name", "label::Chinese", "constraint", "required"],
        ["begin group", "kpi", "指标"],
        ["integer", "total", "设备总数（台）", ". >= 1", "yes"],
        ["integer", "online", "联网的（台）", ". >= 0 and . <= ${total}", "yes"],
        ["integer", "defects", "一百件里的不良（件）", ". >= 0 and . <= 100"],
        ["select_one own_marks or_other", "marks", "有哪种认证？"],
        ["end group"],
    ],
    "choices": [
        ["list_name", "name", "label::Chinese"],
        ["own_marks", "iso", "质量"],
        ["own_marks", "ems", "环境"],
    ],
}
"""Figures alone."""


def book(sheets: Book) -> bytes:
    """Write sheets as a workbook, as a spreadsheet program does."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(list(row))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def sheets_of(content: bytes) -> dict[str, list[tuple[int, list[lists.Cell]]]]:
    """Read a workbook's sheets, as the limited child does."""
    return {
        tab.name: [(line.number, line.cells) for line in lines]
        for tab, lines in lists.read(io.BytesIO(content), "xlsx")
    }
