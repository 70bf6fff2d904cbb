"""What is said of Word templates: which there are, and what is wrong with one and where."""

from __future__ import annotations

import re
from typing import Final

from survey.files.inside import Verdict
from survey.files.word import TemplateFault

PLACES: Final = {
    "body": "正文",
    "header": "页眉",
    "footer": "页脚",
    "footnotes": "脚注",
    "properties": "文档属性",
    "": "文件",
}
PARTS: Final = (
    (re.compile(r"/document\.xml"), "正文"),
    (re.compile(r"/header\d*\.xml"), "页眉"),
    (re.compile(r"/footer\d*\.xml"), "页脚"),
    (re.compile(r"/settings\.xml"), "文档设置（附加的模板）"),
    (re.compile(r"/footnotes\.xml"), "脚注"),
)
"""Where a part of the file shows in Word."""
FAULTS: Final = {
    "unknown": "不认识“{word}”，请照字段表改正",
    "no_list": "“{word}”不是清单，不能用 for 循环",
    "no_text": "“{word}”是一组内容，不能直接写出来，请写它里面的字段",
    "nested": "循环里面只能再循环外层那一项自己的清单，“{word}”不是",
    "unclosed": "“{word}”没有结束，缺少 end{word}",
    "unopened": "多出一个“{word}”，前面没有对应的开头",
    "tag": "不认识的标记“{word}”",
    "unreadable": "大括号里的写法看不懂，或括号没有成对",
    "forbidden": "这样写不行（{word}）：只能写字段名、for 循环和 if 条件",
    "unsound": "循环或条件的开头和结尾不在同一层；整行重复的用 {{%tr …%}}，整段重复的用 {{%p …%}}",
    Verdict.MACROS: "含有宏或会自动运行的内容，请另存为不含宏的 .docx",
    Verdict.EMBEDS: "嵌有别的文件或控件（OLE），请删去",
    Verdict.REACHES_OUT: "引用了外部的文件、图片或模板，请改为嵌入或断开链接",
    Verdict.OTHER_KIND: "不是 Word 文档（.docx），请在 Word 或 WPS 里另存为 .docx",
    Verdict.UNPACKS: "解压后的内容异常大，请另存为普通文档",
    Verdict.BROKEN: "已损坏，请用 Word 或 WPS 重新保存",
}
FORBIDDEN: Final = {
    "include": "引入别的文件",
    "import": "引入别的文件",
    "extends": "引入别的文件",
    "call": "调用函数",
    "filter": "用竖线加工",
    "assign": "给字段赋值",
    "macro": "定义宏",
}
MOST_SAID = 5


def fault(found: TemplateFault) -> str:
    """Say what is wrong, and where."""
    word = (
        FORBIDDEN.get(found.word, "计算或取内部属性") if found.code == "forbidden" else found.word
    )
    near = f"“{found.near}”" if found.near else ""
    return f"{_place(found.part)}{near}：{FAULTS[found.code].format(word=word)}。"


def faults(found: tuple[TemplateFault, ...]) -> str:
    """Say all of it, as far as a reader takes it in."""
    said = "".join(map(fault, found[:MOST_SAID]))
    more = len(found) - MOST_SAID
    return f"{said}另有 {more} 处。" if more > 0 else said


def _place(part: str) -> str:
    if part in PLACES:
        return PLACES[part]
    plain = part.replace("_rels/", "").removesuffix(".rels")
    return next((said for shape, said in PARTS if shape.search(f"/{plain}")), f"部件 {part} ")
