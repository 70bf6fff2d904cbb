"""What the codes of the data files are called in Chinese, each named once."""

from __future__ import annotations

from questionnaires.model import CheckKind, Confidence

SIZES = {"micro": "微型", "small": "小型", "medium": "中型", "large": "大型"}
FACTS = {
    "employees": "从业人数",
    "revenue": "上年营业收入",
    "size": "企业规模",
    "above_scale": "规模以上",
}
"""Facts of a firm's profile that cross-checks look at."""
CHECK_KINDS: dict[CheckKind, str] = {
    "levels": "答案之间",
    "ratios": "比例与答案",
    "figures": "关键指标与答案",
    "profile": "企业信息与答案",
    "processes": "工序与答案",
    "last_round": "本轮与上一轮",
    "files": "答案与佐证材料",
}
"""What a cross-check holds against what."""
PARTS = {"core": "通用部分", "trade": "行业部分"}
QUESTION_KINDS = {
    "level": "选项档",
    "ratio": "比例",
    "number": "数字",
    "choice": "单选",
    "multiple": "多选",
    "text": "文字",
    "grid": "表格",
}
STANDARD_STATUS = {
    "in_force": "现行",
    "replaced": "已被代替",
    "withdrawn": "已废止",
    "unverified": "未核实",
}
AMOUNTS = {
    "equipment": "设备",
    "software": "软件",
    "services": "实施服务",
    "undivided": "未分项",
    "yearly": "每年费用",
}
"""What money is paid for; all but the last once."""
CONFIDENCE: dict[Confidence, str] = {
    "official": "官方文本",
    "copy": "公开转载，未与原件逐字核对",
    "proposal": "编写组建议，参考值",
}
"""Where a figure comes from; in a workbook, whose cells are narrow, authors write one word."""
