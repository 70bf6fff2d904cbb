"""Why a step over several firms left one of them, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.tables import AssessmentState

CHANGED: Final = "刚刚被其他人更改，现在的情况见上。要办理请再提交一次。"
NOT_SENT: Final[Mapping[str, str]] = {
    AssessmentState.DRAFT: "企业还在填写，提交以后才能指派。",
    AssessmentState.CONFIRMED: "已经核定。要再去现场，请先重新打开。",
}
"""Why no consultant can be sent, by the state of the assessment."""
