"""What is said about answers: the texts beside one, and what one still needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from survey.tables import Need

TEXTS: Final[Mapping[str, str]] = {"remark": "备注", "reason": "理由", "finding": "发现"}
NEEDS: Final[Mapping[Need, str]] = {
    Need.ANSWER: "还没有答案。",
    Need.VERDICT: "还没有核验：请确认、更改，或标明未能查看。",
    Need.REASON: "请写明理由。",
    Need.PHOTO: "与企业自评相差两档或以上，请附照片或文件。",
    Need.SEEN: "这一题决定等级，不能沿用自评：请确认、更改，或标明未能查看。",
}


def needed(needs: Iterable[Need]) -> str:
    """Say everything one answer still needs."""
    return "".join(NEEDS[need] for need in needs)
