"""What the codes of a diagnosis are called in Chinese, each named once."""

from __future__ import annotations

from questionnaires.frames.conditions.judging import State as ConditionState
from questionnaires.gates import State as GateState
from questionnaires.scoring import QuestionState
from reports.facts import DrillOutcome, Severity, Verdict

QUESTION_STATES: dict[QuestionState, str] = {
    "scored": "计分",
    "unscored": "不计分",
    "not_applicable": "不适用",
    "not_asked": "未涉及",
    "unanswered": "未填写",
}
GATE_STATES: dict[GateState, str] = {
    "passed": "已满足",
    "failed": "未满足",
    "not_applicable": "不作要求",
}
CONDITION_STATES: dict[ConditionState, str] = {
    "met": "符合",
    "not_met": "不符合",
    "ask": "需主管部门确认",
    "unknown": "未知",
}
VERDICTS = {
    Verdict.UNVERIFIED: "未核验",
    Verdict.VERIFIED: "已确认",
    Verdict.CHANGED: "已更改",
    Verdict.NOT_SEEN: "未能查看",
    Verdict.AS_SAID: "沿用自评",
}
SEVERITIES = {Severity.SERIOUS: "严重", Severity.ORDINARY: "一般", Severity.HINT: "提示"}
OUTCOMES = {
    DrillOutcome.COMPLETE: "找到了，完整",
    DrillOutcome.PARTLY: "找到一部分",
    DrillOutcome.NOT_FOUND: "没有找到",
}
