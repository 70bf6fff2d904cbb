"""What a visit notes, in the words of its pages: kinds, fields, choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reports.words import OUTCOMES as OUTCOMES
from reports.words import SEVERITIES as SEVERITIES
from survey.tables import NoteKind

TITLES: Final[Mapping[NoteKind, str]] = {
    NoteKind.STAY: "到场时间",
    NoteKind.MEMBER: "诊断组成员",
    NoteKind.PERSON: "会见人员",
    NoteKind.PLACE: "查看的场所",
    NoteKind.SAMPLE: "抽查的样本",
    NoteKind.FINDING: "现状与差距",
    NoteKind.DRILL: "计时演练",
}
HINTS: Final[Mapping[NoteKind, str]] = {
    NoteKind.STAY: "到了按“现在开始”，离开按“现在结束”。分两天去的记两条；过夜的一条也可以。",
    NoteKind.MEMBER: "一起到现场的人，写姓名和单位、专业。",
    NoteKind.PERSON: "企业里谈过话的人。姓名和职务会写进报告，电话不写。",
    NoteKind.PLACE: "走过的车间、仓库、检验室、办公室，写看到了什么。",
    NoteKind.SAMPLE: "抽了什么、从多少里抽了多少、结果怎样。",
    NoteKind.FINDING: "先写看到的现状，再写差在哪里。一条只写一件事，照片拍下来作依据。",
    NoteKind.DRILL: "请企业的人当场做，您按秒表。可以做几次，每次都记。",
}
LABELS: Final[Mapping[str, str]] = {
    "began": "开始",
    "ended": "结束",
    "name": "姓名",
    "post": "职务",
    "phone": "电话",
    "seen": "看到了什么",
    "what": "抽什么",
    "drawn": "抽了几件",
    "whole": "从几件里抽",
    "result": "结果",
    "note": "备注",
    "stands": "现状",
    "gap": "差距或问题",
    "severity": "严重程度",
    "about": "属于哪个模块或哪道题",
    "action": "建议怎么做",
    "drill": "做哪个演练",
    "traced": "查的是什么",
    "seconds": "用时（几分几秒）",
    "outcome": "结果",
}
OWN_LABELS: Final[Mapping[tuple[NoteKind, str], str]] = {
    (NoteKind.MEMBER, "post"): "单位、专业",
    (NoteKind.PLACE, "name"): "场所",
}
"""What a field is called in one kind, where it is not what others call it."""
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "severity": {code.value: title for code, title in SEVERITIES.items()},
    "outcome": {code.value: title for code, title in OUTCOMES.items()},
}


def label(kind: NoteKind, name: str) -> str:
    return OWN_LABELS.get((kind, name), LABELS[name])
