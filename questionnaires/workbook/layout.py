"""The sheets of the workbook, their columns, and where the data files keep what a row says.

One table for both ways: ``rows`` follows it from the files, ``assembling`` back into them. A
column's key is a path inside the value a row says (``cost.low``, ``levels.0``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from questionnaires import words
from questionnaires.model import LEVELS
from questionnaires.sheets.cells import Column
from questionnaires.sheets.cells import Table as Sheet
from questionnaires.sheets.kinds import DAY, EXACT, EXACTS, NAMES, WHOLE, OneOf, Several

YES = OneOf({"是": True, "否": False})
CONFIDENCE = OneOf({"官方": "official", "转载": "copy", "建议": "proposal"})
PART = OneOf({"通用": "core", "行业": "trade", "附加": "extras"})
PARTS = {"通用": "core", "行业": "trade"}
SCOPE = OneOf(PARTS)
KIND = OneOf({word: kind for kind, word in words.QUESTION_KINDS.items()})
ROLE = OneOf({"选项": "options", "行": "rows", "列": "columns"})
GATE = OneOf(
    {
        "题目": "question",
        "模块": "section",
        "部分": "part",
        "任选": "any_of",
        "任选项": "member",
        "没有": "none",
    }
)
DIRECTION = OneOf({"越高越好": "higher", "越低越好": "lower"})
PACKAGE = OneOf({"购买": "package", "措施": "measure"})
SHARE = OneOf({"固定": "fixed", "每单位": "each"})
AMOUNT = OneOf({word: kind for kind, word in words.AMOUNTS.items()})
SIZES = Several(OneOf({word: size for size, word in words.SIZES.items()}))
FACT = OneOf({word: fact for fact, word in words.FACTS.items()})
STATUS = OneOf({word: status for status, word in words.STANDARD_STATUS.items()})


Holds = Literal["root", "item", "entry", "value", "listed"]
"""What a row is: a whole file, one of a list, a named value with keys, or a plain one, or several."""


@dataclass(frozen=True)
class Table(Sheet):
    """A sheet, and where its rows are kept.

    Attributes:
        file: The file; ``core``, ``trade`` and ``extras`` are parts that the column ``by`` names.
        within: The table whose row a row belongs to; the column ``by`` names it.
        by: The column that names the part or the row of ``within``.
        path: Keys from there to the row; ``@word`` is what the column ``word`` says.
        holds: What is kept at the end of the path.
        of: The column that is the value, where it is a plain one.
        id: The column others name a row by.
        begins: What a row has before any other row adds to it.
        lost: Fault and remedy of a row that belongs to nothing.
    """

    file: str = ""
    within: str = ""
    by: str = ""
    path: tuple[str, ...] = ()
    holds: Holds = "item"
    of: str = ""
    id: str = ""
    begins: tuple[tuple[str, type], ...] = ()
    lost: tuple[str, str] = ("", "")

    @property
    def own(self) -> tuple[Column, ...]:
        """The columns that are part of the value, not of where it stands."""
        named = {self.by, *(step.removeprefix("@") for step in self.path)}
        return tuple(c for c in self.columns if c.key not in named and not c.told)


_QUESTION_ID = Column("question", "题目 id", width=20)
_NO_QUESTION = ("没有这道题", "改为“题目”表里的题目 id")
_SHORT = Column("short", "题目简称（供查看）", width=16, told=True)
_LEVELS = tuple(Column(f"levels.{n}", f"{n} 档", width=26) for n in range(LEVELS))

EDITION = Table(
    "年版",
    (
        Column("id", "年版 id"),
        Column("title", "名称", width=20),
        Column("source", "来源说明", width=60),
        Column("issued", "发布日期", DAY),
        Column("trades", "行业 id", NAMES, 24),
        Column("core_weight", "通用部分权重", EXACT, later=True),
        Column("trade_weight", "行业部分权重", EXACT, later=True),
        Column("weights_confidence", "权重依据", CONFIDENCE),
        Column("fee_years", "比较时计几年年费", WHOLE, later=True),
    ),
    "一行，说明这是哪个年版。",
    file="edition.yaml",
    holds="root",
)
TRADE = Table(
    "行业",
    (Column("id", "行业 id"), Column("title", "名称"), Column("intro", "行业说明", width=80)),
    "一行，本工作簿的行业。",
    file="trade",
    holds="root",
)
RUNGS = Table(
    "阶梯",
    (
        Column("id", "等级 id"),
        Column("title", "名称", width=16),
        Column("meaning", "含义", width=60),
        Column("at_least", "分数线", EXACT, 10),
        Column("confidence", "依据", CONFIDENCE, 10),
        Column("source", "来源", width=40),
    ),
    "自下而上，一级一行；分数线是 0 至 1 的得分率。",
    file="edition.yaml",
    path=("ladder",),
    id="id",
)
GATES = Table(
    "必备条件",
    (
        Column("rung", "等级 id"),
        Column("scope", "范围", SCOPE, 8),
        Column("kind", "看什么", GATE, 10),
        Column("on", "对象 id", width=22),
        _SHORT,
        Column("at_least", "至少几档", WHOLE, 10),
        Column("at_least_percent", "至少百分比", EXACT, 12),
        Column("at_least_share", "至少得分率", EXACT, 12),
        Column("count", "任选至少几项", WHOLE, 14),
        Column("reason", "理由", width=60),
    ),
    "一条一行；“任选”之下，一个“任选项”一行。对象是题目 id、模块 id，或“通用”“行业”。",
    within="阶梯",
    by="rung",
    lost=("没有这个等级", "改为“阶梯”表里的等级 id"),
)
SECTIONS = Table(
    "模块",
    (
        Column("part", "部分", PART, 8),
        Column("id", "模块 id", width=24),
        Column("title", "名称", width=20),
        Column("weight", "权重", EXACT, 8),
        Column("optional", "选填", YES, 8),
        Column("intro", "填写说明", width=80),
        Column("station", "走访地点 id", width=16, later=True),
    ),
    "按填写的先后排列；各部分的权重合计写在“年版”表里。",
    by="part",
    path=("sections",),
    id="id",
    lost=("没有写属于哪个部分", "写“通用”“行业”或“附加”"),
)
QUESTIONS = Table(
    "题目",
    (
        Column("section", "模块 id", width=18),
        Column("code", "题号", width=8),
        Column("id", "题目 id", width=20),
        Column("kind", "题型", KIND, 8),
        Column("short", "简称", width=14),
        Column("text", "题目", width=36),
        *_LEVELS,
        Column("help", "说明", width=50),
        Column("evidence", "查证办法", width=36),
        Column("packages", "改造场景编号", NAMES, 16),
        Column("needs", "有这些工序才问", NAMES, 18),
        Column("not_applicable", "可答不适用", YES, 12),
        Column("weight", "题目权重", EXACT, 10),
        Column("part", "分子", width=24),
        Column("whole", "分母", width=24),
        Column("above", "各档起点（超过百分之几）", EXACTS, 18),
        Column("unit", "单位", width=10),
        Column("least", "最小值", EXACT, 10),
        Column("most", "最大值", EXACT, 10),
        Column("decimals", "小数位数", WHOLE, 10),
        Column("length", "最多字数", WHOLE, 10),
        Column("definition", "计算口径", width=50),
        Column("same_as", "与哪道题量同一件事", width=20, later=True),
        Column("station", "不在模块的地点看时，写地点 id", width=20, later=True),
    ),
    "一题一行，按填写的先后排列。五档描述只用于选项档题；分子、分母、起点只用于比例题。",
    within="模块",
    by="section",
    path=("questions",),
    id="id",
    lost=("没有这个模块", "改为“模块”表里的模块 id"),
)
WEAKNESSES = Table(
    "短板",
    (
        _QUESTION_ID,
        _SHORT,
        Column("levels", "选到这几档", EXACTS, 12),
        Column("plain", "对企业说", width=50),
        Column("official", "写进报告", width=50),
        Column("lacks", "说缺什么", NAMES, 30),
    ),
    "答案在哪几档时短板怎样说；说缺的东西，这几档的描述里不能有，同义词用“/”连写。",
    within="题目",
    by="question",
    path=("weakness",),
    lost=_NO_QUESTION,
)
TERMS = Table(
    "名词",
    (
        _QUESTION_ID,
        _SHORT,
        Column("word", "名词", width=20),
        Column("meaning", "解释", width=80),
    ),
    "题目里需要解释的词，一词一行。",
    within="题目",
    by="question",
    path=("terms", "@word"),
    holds="value",
    of="meaning",
    lost=_NO_QUESTION,
)
OPTIONS = Table(
    "选项",
    (
        _QUESTION_ID,
        _SHORT,
        Column("role", "类别", ROLE, 8),
        Column("id", "id", width=20),
        Column("text", "文字", width=50),
        Column("exclusive", "只能单独勾选", YES, 14),
    ),
    "单选题、多选题的选项，和表格题的行、列，一项一行。",
    within="题目",
    by="question",
    path=("@role",),
    lost=_NO_QUESTION,
)
MAPS = Table(
    "对照归属",
    (
        _QUESTION_ID,
        _SHORT,
        Column("frame", "框架", width=14),
        Column("name", "归属名称", width=40),
    ),
    "题目在别的评价框架里属于哪一项，一项一行。",
    within="题目",
    by="question",
    path=("maps", "@frame"),
    holds="listed",
    of="name",
    lost=_NO_QUESTION,
)
BANDS = Table(
    "参考值",
    (
        _QUESTION_ID,
        _SHORT,
        Column("trade", "行业 id 或 all", width=16),
        Column("edges", "自下而上各级", EXACTS, 30),
        Column("direction", "方向", DIRECTION, 12, default="higher"),
        Column("source", "来源", width=50),
        Column("confidence", "依据", CONFIDENCE, 10),
    ),
    "关键指标的参考值，一个行业一行；all 指各行业。",
    within="题目",
    by="question",
    path=("bands", "@trade"),
    holds="entry",
    lost=_NO_QUESTION,
)
REWORDS = Table(
    "另说",
    (
        _QUESTION_ID,
        Column("called", "题目简称（供查看）", width=16, told=True),
        Column("short", "简称", width=14),
        Column("text", "题目", width=36),
        *_LEVELS,
        Column("help", "说明", width=50),
        Column("evidence", "查证办法", width=36),
        Column("packages", "改造场景编号", NAMES, 16),
        Column("not_applicable", "可答不适用", YES, 12),
    ),
    "通用题在本行业的说法，一题一行；空着的格子照通用题的原话。题号、题型、权重各行业相同。",
    file="trade",
    path=("rewords", "@question"),
    holds="entry",
    id="question",
)
_NOT_REWORDED = ("“另说”表里没有这道题", "先在“另说”表里补一行")
REWORDED_WEAKNESSES = replace(
    WEAKNESSES,
    name="另说的短板",
    about="通用题在本行业的短板说法；写了就替换通用题的全部短板。",
    within=REWORDS.name,
    lost=_NOT_REWORDED,
)
REWORDED_TERMS = replace(
    TERMS,
    name="另说的名词",
    about="通用题在本行业要解释的词；写了就替换通用题的全部名词。",
    within=REWORDS.name,
    lost=_NOT_REWORDED,
)
STATIONS = Table(
    "走访地点",
    (
        Column("id", "地点 id", width=20, later=True),
        Column("title", "名称", width=20, later=True),
        Column("does", "在那里做什么", width=80, later=True),
        Column("meets", "找谁", width=40, later=True),
    ),
    "现场诊断依次到的地方，一处一行，按走的先后排列；题目在哪里看，写在“模块”和“题目”表里。",
    file="edition.yaml",
    path=("stations",),
)
PROCESSES = Table(
    "工序",
    (
        Column("id", "工序 id", width=20),
        Column("title", "名称", width=24),
        Column("group", "分组", width=16),
        Column("help", "说明", width=60),
        Column("usual", "行业常有的理由", width=50, later=True),
    ),
    "企业勾选的工序或产品类型，决定问到哪些题。",
    file="trade",
    path=("processes",),
)
CHECKS = Table(
    "互查",
    (
        Column("scope", "范围", SCOPE, 8),
        Column("id", "互查 id", width=32),
        Column("says", "提示", width=90),
        Column("look", "现场看什么", width=60, later=True),
    ),
    "前后不符时给企业的提示，一条一行。",
    by="scope",
    path=("checks",),
    id="id",
    begins=(("when", list),),
    lost=("没有写范围", "写“通用”或“行业”"),
)
BOUNDS = Table(
    "互查条件",
    (
        Column("check", "互查 id", width=32),
        _QUESTION_ID,
        _SHORT,
        Column("fact", "企业信息", FACT, 12, later=True),
        Column("process", "工序 id", width=16, later=True),
        Column("at_least", "至少几档", WHOLE, 10),
        Column("at_most", "至多几档", WHOLE, 10),
        Column("percent_at_least", "至少百分比", EXACT, 12),
        Column("percent_at_most", "至多百分比", EXACT, 12),
        Column("number_at_least", "至少为", EXACT, 10, later=True),
        Column("number_at_most", "至多为", EXACT, 10, later=True),
        Column("risen_by", "比上一轮升几档", WHOLE, 12, later=True),
        Column("fallen_by", "比上一轮降几档", WHOLE, 12, later=True),
        Column("without_files", "没有佐证材料", YES, 12, later=True),
        Column("not_applicable", "答不适用", YES, 10, later=True),
        Column("among", "属于哪几种规模", SIZES, 14, later=True),
        Column("holds", "有没有", YES, 10, later=True),
    ),
    "每条提示在什么情况下出现，一行看一道题、一项企业信息或一道工序，须同时成立。",
    within="互查",
    by="check",
    path=("when",),
    lost=("没有这条互查", "改为“互查”表里的互查 id"),
)
PACKAGES = Table(
    "改造场景",
    (
        Column("code", "编号", width=8),
        Column("kind", "类别", PACKAGE, 8),
        Column("title", "名称", width=30),
        Column("summary", "内容", width=60),
        Column("cost.per", "按什么计价", width=10),
        Column("cost.units", "数量看哪道题", width=16),
        Column("cost.doing", "对它做什么", width=10),
        Column("weeks.low", "工期下限（周）", WHOLE, 12),
        Column("weeks.high", "工期上限（周）", WHOLE, 12),
        Column("effect", "效果", width=36),
        Column("prerequisites", "前置场景", NAMES, 14),
        Column("applies_to", "适用行业 id", NAMES, 16),
        Column("sizes", "适用规模", SIZES, 16),
        Column("assumes", "前提", width=36),
        Column("firm_does", "企业自己要做的事", width=36),
        Column("acceptance", "验收办法", width=60),
        Column("in_use", "三个月后怎么看出它在用", width=36),
        Column("source", "来源", width=36),
        Column("confidence", "依据", CONFIDENCE, 10),
    ),
    "全部行业的改造场景和措施。适用行业、适用规模空着表示不限。",
    file="packages.yaml",
    path=("packages",),
    id="code",
    begins=(("lifts", dict), ("cost", dict)),
)
AMOUNTS = Table(
    "造价",
    (
        Column("package", "场景编号", width=12),
        Column("share", "哪一部分", SHARE, 12),
        Column("kind", "买什么", AMOUNT, 12),
        Column("low", "下限（万元）", EXACT, 12),
        Column("high", "上限（万元）", EXACT, 12),
    ),
    "每个改造场景要花的钱：整个项目的固定部分，和每台（线、工位）的部分；每年费用以外都是一次性的。",
    within="改造场景",
    by="package",
    path=("cost", "@share", "@kind"),
    holds="entry",
    lost=("没有这个场景", "改为“改造场景”表里的编号"),
)
LIFTS = Table(
    "提升",
    (
        Column("package", "场景编号", width=12),
        _QUESTION_ID,
        _SHORT,
        Column("level", "提升到几档", WHOLE, 12),
    ),
    "每个改造场景把哪道题提升到几档。",
    within="改造场景",
    by="package",
    path=("lifts", "@question"),
    holds="value",
    of="level",
    lost=("没有这个场景", "改为“改造场景”表里的编号"),
)
STANDARDS = Table(
    "标准",
    (
        Column("number", "标准号", width=20),
        Column("title", "名称", width=50),
        Column("year", "年号", WHOLE, 8),
        Column("status", "状态", STATUS, 12),
        Column("reviewed", "复核日期", DAY, 14),
        Column("note", "备注", width=50),
    ),
    "文字里提到的标准，一项一行。",
    file="standards.yaml",
    path=("standards",),
)

TABLES = (
    EDITION,
    TRADE,
    RUNGS,
    GATES,
    SECTIONS,
    QUESTIONS,
    WEAKNESSES,
    TERMS,
    OPTIONS,
    MAPS,
    BANDS,
    REWORDS,
    REWORDED_WEAKNESSES,
    REWORDED_TERMS,
    STATIONS,
    PROCESSES,
    CHECKS,
    BOUNDS,
    PACKAGES,
    AMOUNTS,
    LIFTS,
    STANDARDS,
)
NAMED = {table.name: table for table in TABLES}
