"""In whose hands an assessment is, with what they may be sent by WeChat or SMS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from survey.tables import News
from survey.words.links import WEEKDAYS

BUREAU: Final = "主管部门"
ASKED: Final = "企业申请退回或重新打开，请答复。"
OBJECTED: Final = "企业对核定有异议，请处理。"
TO_ASSIGN: Final = "请指派诊断顾问。"
TO_MEND: Final = "正在补充，改好后重新提交。"
VISITING: Final = "正在现场诊断，核定后交回主管部门。"
TO_SIGN: Final = "请看核定内容，签认或提出异议。"
TO_PLACE: Final = "现场诊断已核定，企业也表示了意见，请定是否入库。"
DONE: Final = "这一轮已经办完。"


SUBJECTS: Final = {
    News.RETURNED: "答卷退回补充",
    News.VISIT: "现场诊断安排",
    News.CONFIRMED: "现场诊断已核定",
}
"""What a mail with such news is about."""


class Letter(NamedTuple):
    """A message and for whom it is."""

    to: str
    text: str


class Hands(NamedTuple):
    """Whose turn it is, what for, and what the others may be told."""

    who: str
    does: str
    letters: tuple[Letter, ...] = ()


def returned(firm: str, round_: str, reason: str, url: str, help_at: str) -> str:
    """Tell a firm that its sheet is back."""
    why = f"，原因是：{reason.rstrip('。')}" if reason else ""
    return _letter(
        f"{firm}：“{round_}”的答卷退回请贵企业补充{why}。",
        "请登录修改，改好后按“检查并提交”，手机也可以：",
        url,
        help_at,
    )


def visit(firm: str, names: Sequence[str], planned: date | None, url: str, help_at: str) -> str:
    """Tell a firm who comes and when."""
    when = f"{day(planned)}" if planned else "近期（日期另约）"
    return _letter(
        f"{firm}：诊断顾问{'、'.join(names)}，{when}到贵企业现场诊断。",
        "请安排熟悉生产、设备和信息化的同事陪同。顾问的电话登录后可以看到：",
        url,
        help_at,
    )


def errand(names: Sequence[str], firm: str, planned: date | None, url: str, help_at: str) -> str:
    """Tell the consultants of a visit that was assigned to them."""
    when = f"计划 {day(planned)}" if planned else "日期请与企业约定"
    return _letter(
        f"{'、'.join(names)}：请到{firm}现场诊断，{when}。",
        "企业的联系方式、自评和到厂前的准备都在这里：",
        url,
        help_at,
    )


def confirmed(firm: str, round_: str, url: str, help_at: str) -> str:
    """Tell a firm that its visit is confirmed."""
    return _letter(
        f"{firm}：“{round_}”的现场诊断已经核定。",
        "请企业负责人登录看核定内容，签认或提出异议：",
        url,
        help_at,
    )


def day(on: date) -> str:
    """Name a day with its weekday: 12 月 4 日（周五）."""
    return f"{on.month} 月 {on.day} 日（周{WEEKDAYS[on.weekday()]}）"


def _letter(said: str, asked: str, url: str, help_at: str) -> str:
    return "\n".join([said, asked, url, *([f"有问题请找{help_at}。"] if help_at else [])])
