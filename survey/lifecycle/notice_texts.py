"""What a notice says: read from what was typed, every fault named, and as its row keeps it."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from questionnaires.frames.conditions import judge_by_id
from questionnaires.frames.conditions.facts import Facts
from reports.notices import FIGURES, NONE, SIGNS, Kind, Own, Whom
from survey import library
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.tables import AwardLevel, Notice, NoticeSource, PoolState, Size

MOST_TITLE: Final = 100
MOST_LINE: Final = 100
MOST_PLATFORM: Final = 300
MOST_NOTE: Final = 2000
MOST_PAPERS: Final = 40
YEARS: Final = range(2000, 2100)
MOST_VALUE: Final = 1_000_000_000
DAYS: Final = ("firms_by", "district_by", "upward_by")


@dataclass(frozen=True)
class Text:
    """What a notice says, without the conditions of its own. Days are local ones."""

    title: str
    issuer: str
    level: str
    year: int
    source: str
    edition: str
    number: str = ""
    rung: str = ""
    whom: Whom = field(default_factory=Whom)
    asked: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    firms_by: date | None = None
    district_by: date | None = None
    upward_by: date | None = None
    platform: str = ""
    contact: str = ""
    note: str = ""


NAMES: Final = (*(one.name for one in fields(Text)), "own")


# --- as it is kept ---------------------------------------------------------------------------------


def said(notice: Notice) -> dict[str, Any]:
    """Return all that a notice says, as it is kept."""
    return {name: getattr(notice, name) for name in NAMES}


def kept(text: Text) -> dict[str, Any]:
    """Return what it says as columns hold it."""
    told = {one.name: getattr(text, one.name) for one in fields(Text)}
    return told | {
        "whom": plain(asdict(text.whom)),
        "asked": list(text.asked),
        "papers": list(text.papers),
        "level": AwardLevel(text.level),
        "source": NoticeSource(text.source),
    }


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}


def written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def moved(day: date | None, years: int) -> date | None:
    """Return the same day some years on; a leap day falls on the last of February."""
    if day is None:
        return None
    year = day.year + years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


# --- as it was typed --------------------------------------------------------------------------------


def good(session: Session, text: Text) -> Text:
    """Return what a notice says as it is kept.

    Raises:
        Invalid: Names everything that cannot be.
    """
    lines = ("title", "number", "issuer", "platform", "contact")
    tidy: dict[str, Any] = {name: typed.line(getattr(text, name)) for name in lines}
    papers = tuple(dict.fromkeys(filter(None, map(typed.line, text.papers))))
    text = replace(text, **tidy, papers=papers, note=typed.paragraph(text.note))
    faults = dict(_faults(session, text))
    if faults:
        raise Invalid(faults)
    return text


def _faults(session: Session, text: Text) -> list[tuple[str, str]]:
    found = [*_wrong_lines(text), *_wrong_days(text)]
    if text.level not in list(AwardLevel):
        found.append(("level", "请选择发文单位的级别。"))
    if text.source not in list(NoticeSource):
        found.append(("source", "请选择这条通知的依据。"))
    if text.year not in YEARS:
        found.append(("year", "年度应是 2000 至 2099 之间的四位数。"))
    there = library.of(session)
    if text.edition not in there.editions():
        return [*found, ("edition", "请选择一个问卷年版。")]
    return [*found, *_unknown(text, there.load(text.edition))]


def _wrong_lines(text: Text) -> list[tuple[str, str]]:
    found = []
    for name, what, most, least in (
        ("title", "通知名称", MOST_TITLE, 1),
        ("issuer", "发文单位", MOST_LINE, 1),
        ("number", "文号", MOST_LINE, 0),
        ("contact", "联系科室", MOST_LINE, 0),
        ("note", "说明", MOST_NOTE, 0),
    ):
        if not least <= len(getattr(text, name)) <= most:
            found.append((name, f"请填写{what}（{most} 字以内）。"))
    if len(text.papers) > MOST_PAPERS or any(len(one) > MOST_LINE for one in text.papers):
        found.append(("papers", f"材料最多 {MOST_PAPERS} 项，每项 {MOST_LINE} 字以内。"))
    if text.platform and not _is_address(text.platform):
        found.append(("platform", "平台网址要以 http:// 或 https:// 开头，请照浏览器地址栏复制。"))
    return found


def _is_address(text: str) -> bool:
    """Whether it is an address of the web that may stand in a link."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
    return sound and parts.username is None and len(text) <= MOST_PLATFORM and " " not in text


def _wrong_days(text: Text) -> list[tuple[str, str]]:
    found, order = [], (text.firms_by, text.district_by, text.upward_by)
    names = ("企业截止", "区级初审截止", "上报截止")
    for at, name in ((1, "district_by"), (2, "upward_by")):
        day, before = order[at], max((d for d in order[:at] if d), default=None)
        if day and before and day < before:
            found.append((name, f"{names[at]}不能早于前面的截止日期。"))
    if any(day is not None and day.year not in YEARS for day in order):
        found.append(("district_by", "日期应在 2000 至 2099 年之间。"))
    return found


def _unknown(text: Text, edition: Edition) -> list[tuple[str, str]]:
    """Say what a notice names that its edition does not have."""
    rungs = {rung.id for rung in edition.ladder}
    whom, found = text.whom, []
    if text.rung and text.rung not in rungs:
        found.append(("rung", "请选择这个年版里的等级。"))
    if set(text.asked) - condition_ids(edition):
        found.append(("asked", "选中的条件里有这个年版没有的，请重新勾选。"))
    for name, known in (
        ("trades", set(edition.trades)),
        ("sizes", set(Size)),
        ("rungs", rungs | {NONE}),
        ("pools", set(PoolState) | {NONE}),
    ):
        if set(getattr(whom, name)) - known:
            found.append((name, "请从列出的里面选。"))
    if whom.scale not in ("", "yes", "no"):
        found.append(("scale", "请从列出的里面选。"))
    return found


def condition_ids(edition: Edition) -> set[str]:
    facts = Facts({}, {})
    return set(judge_by_id(edition.conditions, facts, reduced=False, today=date.min))


def sound(own: Own, edition: Edition) -> Own:
    """Return a condition as it is kept; what its kind does not compare is left out.

    Raises:
        Invalid: Its kind lacks something.
    """
    text, title = typed.line(own.text), typed.line(own.title)
    faults: dict[str, str] = {}
    if not 1 <= len(text) <= MOST_LINE:
        faults["text"] = f"请写明条件（{MOST_LINE} 字以内）。"
    bare = Own(own.key, own.kind, text)
    if own.kind == Kind.FIGURE:
        bare = replace(bare, figure=own.figure, sign=own.sign, value=_number(own.value, faults))
        if own.figure not in FIGURES or own.sign not in SIGNS:
            faults["figure"] = "请选择看哪个数、怎么比。"
    if own.kind == Kind.TITLE:
        bare = replace(bare, title=title)
        if not 1 <= len(title) <= MOST_LINE:
            faults["title"] = f"请填写称号（{MOST_LINE} 字以内）。"
    if own.kind in (Kind.RECOGNITION, Kind.RUNG):
        bare = replace(bare, rung=own.rung)
        if own.rung not in [rung.id for rung in edition.ladder]:
            faults["rung"] = "请选择一个等级。"
    if own.kind == Kind.POOL:
        bare = replace(bare, pools=own.pools)
        if not own.pools or set(own.pools) - {*PoolState, NONE}:
            faults["pools"] = "请至少选一个培育阶段。"
    if faults:
        raise Invalid(faults)
    return bare


def _number(given: str, faults: dict[str, str]) -> str:
    """Return a number as it is compared; what is none is a fault."""
    try:
        number = Decimal(typed.plain(given))
        good = number.is_finite() and 0 <= number <= MOST_VALUE and number == round(number, 2)
    except InvalidOperation:
        good = False
    if not good:
        faults["value"] = "请填不小于 0 的数，最多两位小数，不带单位，例如 2000。"
        return ""
    return f"{number.normalize():f}"


def chosen(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
