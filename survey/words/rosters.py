"""What is said about lists of firms: their states, what a row would do, what is wrong and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from questionnaires.words import SIZES
from survey.config import MEGABYTE
from survey.files.inside import Verdict
from survey.files.signatures import Signature
from survey.files.uploads import BadUpload, Fault
from survey.tables import RosterState, RowFault, RowNote, RowOutcome
from survey.words.wording import DOUBTS

TYPES: Final = "Excel（xlsx、xls）或文本表格（csv、txt）"
SUPPORTED: Final = f"可以导入 {TYPES}名单"
STATES: Final[Mapping[str, str]] = {
    RosterState.UPLOADED: "待选表头",
    RosterState.CHECKING: "核对中",
    RosterState.CHECKED: "待确认导入",
    RosterState.IMPORTING: "导入中",
    RosterState.IMPORTED: "已导入",
    RosterState.UNDOING: "撤销中",
    RosterState.UNDONE: "已撤销",
}
OUTCOMES: Final[Mapping[str, str]] = {
    RowOutcome.NEW: "新增",
    RowOutcome.CHANGED: "有变化",
    RowOutcome.UNCHANGED: "无变化",
    RowOutcome.DUPLICATE: "名单内重复",
    RowOutcome.FAULT: "有问题",
}
_FAULTS: Final[Mapping[str, str]] = {
    RowFault.CODE_MISSING: "没有统一社会信用代码。请照营业执照补上 18 位代码。",
    RowFault.CODE_AS_NUMBER: "代码被表格软件当成了数字（{shown}），后几位已经丢失。请把这一列设为“文本”，照营业执照重新填写。",
    RowFault.CODE_WRONG: "“{shown}”：{why}",
    RowFault.NAME_MISSING: "没有企业名称。请补上。",
    RowFault.NAME_TOO_LONG: "企业名称超过 100 字（{shown}……）。请核对这一格。",
    RowFault.NAME_PARTED: "名称拆成了两行，第 {row} 行只写着“{shown}”。请把名称并到这一行，删去那一行。",
    RowFault.NO_VALUE: "{field}是公式，还没有算出结果，或者算出的是错误值（如 #N/A）。请用表格软件打开、计算并保存，或直接填写数值。",
    RowFault.UNREADABLE: "{field}“{shown}”看不懂。请改成{remedy}。",
    RowFault.SCALED: "{field}的数字格式把数缩小了显示，表格里看到的和存着的不是同一个数，没有读。请把这一列的格式改成“常规”，核对数值和单位后再上传。",
    RowFault.TOO_LARGE: "{field}“{shown}”大得不合常理。请核对数值和单位。",
    RowFault.OTHER_YEAR: "这一行写的是“{shown}”，不是所选的 {year} 年全年，没有读。要导入别的年度，请另外再导入一次这份名单，把“数据年度”改成那一年。",
    RowFault.TOO_WIDE: "这一行有 {found} 列，表头只有 {most} 列：可能是数字里的逗号把一格分成了两格，这一行没有读。请给这一格加上英文双引号，或另存为 xlsx。",
    RowFault.OTHER_TITLE: "上面第 {row} 行写着“{shown}”，和名单开头写的不一样，这一行没有读。请把两张表放进两个工作表或文件，分别导入。",
    RowFault.OTHER_HEAD: "上面第 {row} 行是另一张表的表头，列和前面不一样，这一行没有读。请把两张表放进两个工作表或文件，分别导入。",
}
_NOTES: Final[Mapping[str, str]] = {
    RowNote.SAME_NAME: "名称与另一家企业相同，代码不同（{code}）。请核对是不是同一家换了代码。",
    RowNote.FORMER_NAME: "名称括号里是曾用名，没有当作名称：{shown}。",
    RowNote.OTHER_ORGANISATION: "组织机构代码与信用代码第 9 至 17 位不一致，以信用代码为准。",
    RowNote.LEFT_EMPTY: "{field}“{shown}”看不懂，没有导入这一格。",
    RowNote.SHORTENED: "{field}太长，只留下前面的部分。",
    RowNote.OWN_WORDS: "{field}：企业自己填的是“{own}”，名单写的是“{list}”，保留企业填的。",
    RowNote.REPEATED: "下面还有同一代码的行，以这一行为准。",
    RowNote.OTHER_INDUSTRY: "行业代码“{shown}”不是工业的代码（大类 06 至 46），请核对。",
    RowNote.BESIDE: "右边还有一张表，这一行里的另一家企业（代码 {shown}）没有读进来，请把右边的表移到下面再上传。",
    RowNote.SHARED: "{field}“{shown}”写在跨几家企业的合并单元格里，分不清是谁的，没有导入这一格。",
    RowNote.MARKED: "名称旁边的序号或脚注标记没有当作名称：{shown}。",
    RowNote.NAME_ASIDE: "名称后面写着“{shown}”，照原样读作名称。如果不是名称的一部分，请从表格里删去。",
    RowNote.HIDDEN: "这一行在表格里是隐藏的，也读了进来。",
    RowNote.STRUCK: "这一行在表格里划了删除线，也读了进来。如果已不在名单上，请先从表格里删去，再重新上传。",
}
_REMEDIES: Final[Mapping[str, str]] = {
    "above_scale": "是或否",
    "unit": "元、千元、万元、百万元或亿元",
    "staff": "人数，如 92",
    "acre_class": "A、B、C 或 D",
    "digital_level": "1.0、2.0、3.0 或 4.0",
}
_UPLOADS: Final[Mapping[Fault | Verdict, str]] = {
    Fault.EMPTY: "是空文件。请检查后重新选择。",
    Fault.INFECTED: "含有病毒。请先杀毒，换一个干净的文件。",
    Verdict.LOCKED: "设有密码。请去掉密码后再上传。",
    Verdict.UNPACKS: "展开后异常大。请另存为普通工作簿，只留名单。",
    Verdict.MACROS: "含有宏。请另存为不含宏的 xlsx。",
    Verdict.OTHER_KIND: "里面不是 xlsx 工作簿。请用表格软件另存为 xlsx。",
    Verdict.BROKEN: "已损坏，打不开。请用表格软件重新保存。",
    Verdict.HEAVY: "内容太多，处理不了。请拆成几个文件。",
    Verdict.SLOW: "读取超时。请拆成几个文件，或删去多余的表。",
}


def refusal(error: BadUpload) -> str:
    """Say why a list was not taken, and what helps."""
    return f"“{error.name}”{_reason(error)}没有上传。"


def _reason(error: BadUpload) -> str:
    if error.fault == Fault.OVERSIZED:
        return f"超过 {error.most // MEGABYTE} MB。请删去图片和多余的表，或拆成几个文件。"
    if error.fault == Fault.UNSUPPORTED:
        return f"不是名单文件。{SUPPORTED}；其他格式（如 et、ods、xlsb、xlsm）请先另存为 xlsx。"
    if error.fault == Fault.MISNAMED:
        locked = error.found == Signature.OLD_OFFICE
        return (
            "设有密码或其实是旧版工作簿。请去掉密码，另存为 xlsx。"
            if locked
            else ("的扩展名与内容不符。请用表格软件打开，另存为 xlsx。")
        )
    return _UPLOADS.get(error.fault, "读不了。请用表格软件另存为 xlsx。")


def said(code: str, field: str, values: Mapping[str, Any]) -> str:
    """Say a fault or a note of one row.

    Args:
        field: What the field is called.
    """
    if code == RowNote.CODE_UNUSUAL:
        return "".join(DOUBTS[doubt] for doubt in values["doubts"])
    words = {"remedy": "数字", "shown": "", **values, "field": field}
    return {**_FAULTS, **_NOTES}[code].format(**words)


def remedy(field: str) -> str:
    return _REMEDIES.get(field, "数字，如 1234.5")


MONEY: Final = frozenset({"revenue", "output", "tax", "research"})


def value(field: str, given: Any) -> str:
    """Write what a list says in one field, money in 万元; a dash for nothing."""
    if given is None or given == "":
        return "—"
    if isinstance(given, bool):
        return "是" if given else "否"
    if field in MONEY:
        return f"{_plain(Decimal(given) / 1_000_000)} 万元"
    if field == "electricity":
        return f"{_plain(Decimal(given) / 10_000)} 万千瓦时"
    if field == "staff":
        return f"{given} 人"
    if field == "size":
        return SIZES.get(given, str(given))
    return title(given) if isinstance(given, list | tuple) else str(given)


def title(given: Any) -> str:
    """Write a title with its level, its year and its end, where a list says them."""
    name, year, level, *rest = given
    until = f"有效期至 {end}" if (end := rest[0] if rest else None) else ""
    aside = "，".join(filter(None, (level, f"{year} 年" if year else "", until)))
    return f"{name}（{aside}）" if aside else str(name)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():,f}"
