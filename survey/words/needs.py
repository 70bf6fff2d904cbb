"""The words of needs: states, sources, ratings, how they stand by their due date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.store.needs import JOINED, MAIN, Standing
from survey.tables import NeedSource, NeedState, NeedWord, Rating

STATES: Final[Mapping[str, str]] = {
    NeedState.REGISTERED: "登记",
    NeedState.HANDED_OVER: "交办",
    NeedState.WORKING: "办理中",
    NeedState.ANSWERED: "办结",
    NeedState.CALLED_BACK: "回访",
    NeedState.CLOSED: "销号",
    NeedState.DEFERRED: "暂缓",
    NeedState.DECLINED: "不予解决",
}
TO_FIRMS: Final[Mapping[str, str]] = {
    NeedState.REGISTERED: "已收到，等主管部门交办",
    NeedState.HANDED_OVER: "已交办，等责任部门办理",
    NeedState.WORKING: "正在办理",
    NeedState.ANSWERED: "已有答复，请评价",
    NeedState.CALLED_BACK: "已解决",
    NeedState.CLOSED: "已解决，已销号",
    NeedState.DEFERRED: "暂缓办理",
    NeedState.DECLINED: "不能解决",
}
"""The same as a firm reads it."""
SOURCES: Final[Mapping[str, str]] = {
    NeedSource.FIRM: "企业自报",
    NeedSource.VISIT: "走访",
    NeedSource.PHONE: "电话",
    NeedSource.HOTLINE: "12345",
    NeedSource.MEETING: "座谈",
    NeedSource.ASSESSMENT: "评估",
}
RATINGS: Final[Mapping[str, str]] = {
    Rating.GOOD: "满意",
    Rating.FAIR: "基本满意",
    Rating.POOR: "不满意",
}
WORDS: Final[Mapping[str, str]] = {
    NeedWord.PROGRESS: "进展",
    NeedWord.ANSWER: "答复",
    NeedWord.CALL_BACK: "企业回访",
}
STANDINGS: Final[Mapping[str, str]] = {
    Standing.WAITING: "未交办",
    Standing.RUNNING: "办理中，没有超期",
    Standing.LATE: "超期未办结",
    Standing.TIMELY: "按期办结",
    Standing.TARDY: "超期办结",
    Standing.ASIDE: "暂缓或不予解决",
}
SHORT: Final[Mapping[str, str]] = {
    **STANDINGS,
    Standing.RUNNING: "办理中",
    Standing.ASIDE: "暂缓等",
}
"""The same where there is little room."""
REPEATED: Final[Mapping[str, str]] = {JOINED: "已并入别的诉求", MAIN: "有别的诉求并入"}
BY_WEEKENDS: Final = "按周末推算"
"""Beside a due date that rests on a year whose holidays nobody imported."""
