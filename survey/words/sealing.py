"""What is said of the sealed log: how far it is sealed, and what was found wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
FAULTS: Final = {
    "changed": "第 {row} 条（第 {block} 块）被改动过",
    "removed": "第 {row} 条（第 {block} 块）被删除了",
    "inserted": "第 {row} 条是封存之后插进来的",
    "resealed": "第 {block} 块的内容和封存时不一样：有记录被增减、调换或重新封存",
    "block": "第 {block} 块的摘要不对：这一块被改动过，或和前一块接不上",
    "lost": "第 {block} 块不见了",
    "early": "第 {block} 块没到保存期限就被清除了",
    "cut": "链上没有您给的摘要：末尾被截掉过，或整条链被换过",
}


class _Checked(Protocol):
    blocks: int
    rows: int
    dropped: int
    erased: int
    head: str
    faults: list[Any]


def fault(found: Mapping[str, Any]) -> str:
    """Name one fault, and where it is: ``what``, ``block`` and ``row``."""
    return FAULTS[found["what"]].format_map(found) + "。"


def seen(done: _Checked) -> str:
    """Say how much was looked at."""
    gone = f"，另有 {done.dropped} 块过了保存期限已清除" if done.dropped else ""
    erased = f"，其中 {done.erased} 条的个人信息已应要求清除" if done.erased else ""
    return f"核对了 {done.blocks} 块、{done.rows} 条日志{gone}{erased}，"


def verdict(done: _Checked, kept: str = "") -> str:
    """Say what came of it, with the digest to be written down."""
    if done.faults:
        return f"发现 {len(done.faults)} 处问题。请保留数据库和备份，不要再改，并报告负责人。"
    if not done.blocks:
        return "日志还没有封存过：后台任务每小时封存一次一小时以前的日志。"
    head = f"最新摘要：{done.head}\n请抄写下来另外保存，以后用 --head 核对。"
    same = "您给的摘要在链上。" if kept else ""
    return f"日志完整，没有被改动。{same}\n{head}"
