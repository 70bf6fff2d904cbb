"""An XLSForm to begin with: everything that comes, once, in the words of an invented trade."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from questionnaires.sheets.writing import whole, writing

SURVEY = [
    ["type", "name", "label::中文 (zh)", "hint::中文 (zh)", "required", "relevant", "constraint"],
    ["begin group", "basics", "基本情况"],
    ["select_multiple steps", "steps", "本厂有哪些工序？", "没有勾选的，下面不会问到。", "yes"],
    ["text", "main_product", "主要产品是什么？", "一句话。", "", "", "string-length(.) <= 100"],
    ["integer", "pumps_a_year", "去年出厂多少台？（台）", "", "", "", ". >= 0 and . <= 1000000"],
    ["end group"],
    ["begin group", "shop", "车间"],
    ["note", "about_shop", "按产量最大的系列来答。"],
    ["select_one dispatch", "dispatch", "派工单怎样到机台？", "请先看一张今天的派工单。", "yes"],
    [
        *("select_one weld_data", "weld_data", "焊接参数怎样留下来？", "", "yes"),
        "selected(${steps}, 'welding')",
    ],
    [
        *("select_multiple tests", "tests", "出厂前做哪些试验？", "", "", ""),
        "not(selected(., 'none') and count-selected(.) > 1)",
    ],
    ["select_one yes_no", "own_lab", "有自己的试验室吗？"],
    ["end group"],
]
CHOICES = [
    ["list_name", "name", "label::中文 (zh)"],
    ["steps", "casting", "铸造"],
    ["steps", "welding", "焊接"],
    ["steps", "assembly", "装配"],
    *(
        ["dispatch", str(level), said]
        for level, said in enumerate(
            [
                "班长口头说",
                "纸质派工单",
                "系统打印，完工后补录",
                "机台扫码接单、报工",
                "系统按现场变化重派",
            ]
        )
    ),
    *(
        ["weld_data", str(level), said]
        for level, said in enumerate(
            [
                "不记",
                "焊工手写",
                "班后录入系统",
                "焊机联网，自动记录",
                "超差自动停机，并能追到每条焊缝",
            ]
        )
    ),
    ["weld_data", "not_applicable", "不适用"],
    ["tests", "hydraulic", "水压试验"],
    ["tests", "performance", "性能试验"],
    ["tests", "none", "以上都没有"],
    ["yes_no", "yes", "有"],
    ["yes_no", "no", "没有"],
]
SETTINGS = [
    ["form_title", "form_id", "version", "default_language"],
    ["水泵问卷（虚构示例）", "pump_sample", "1", "中文 (zh)"],
]


def write_sample(target: Path | IO[bytes]) -> None:
    """Write the sample as a workbook."""
    with writing(target, {"words": {}}, said=whole) as pen:
        for name, rows in (("survey", SURVEY), ("choices", CHOICES), ("settings", SETTINGS)):
            page = pen.sheet(name)
            for number, row in enumerate(rows):
                for at, words in enumerate(row):
                    if words:
                        pen.put(page, number, at, words)
