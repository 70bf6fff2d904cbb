"""The life of a notice: drafted, published, changed, ended, withdrawn; copied for another year."""

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
from survey.files.uploads import Stored
from survey.lifecycle import judging, typed
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.recognitions import paper_of
from survey.lifecycle.states import NOTICE
from survey.lifecycle.step import About, Step
from survey.store import candidates
from survey.store import notices as store
from survey.tables import (
    AwardLevel,
    Notice,
    NoticeFile,
    NoticeSource,
    NoticeState,
    NoticeVersion,
    Paper,
    PoolState,
    Size,
)

MOST_TITLE: Final = 100
MOST_LINE: Final = 100
MOST_PLATFORM: Final = 300
MOST_NOTE: Final = 2000
MOST_PAPERS: Final = 40
MOST_OWN: Final = 30
MOST_FILES: Final = 20
YEARS: Final = range(2000, 2100)
MOST_VALUE: Final = 1_000_000_000
IN_WORK: Final = (NoticeState.DRAFT, NoticeState.PUBLISHED)


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


def draft(step: Step, text: Text) -> Notice:
    """Begin a notice that nobody but officers sees."""
    with step.writing() as session:
        text = _good(session, text)
        made = Notice(
            **_kept(text),
            own=[],
            state=NOTICE["notice_draft"].leads,
            reason="",
            judged_version=0,
            made_by=step.by.user_id,
            changed_at=step.now,
        )
        session.add(made)
        session.flush()
        step.log("notice_draft", about(made), after={"title": made.title, "year": made.year})
        return made


def change(step: Step, notice_id: int, text: Text, *, base_version: int) -> Notice:
    """Let a notice say something else; what a published one said before is kept.

    Raises:
        Stale: Somebody else changed it since the page was shown.
        WrongState: It has ended or was withdrawn.
        Invalid: Names the fields that cannot be.
    """
    with step.writing() as session:
        notice = _open(step, notice_id, base_version)
        was, wanted = said(notice), _kept(_good(session, text))
        _write(step, notice, wanted, was)
        return notice


def add_condition(step: Step, notice_id: int, own: Own, *, base_version: int) -> Notice:
    """Add a condition of the notice's own; its key is made here."""
    with step.writing():
        notice = _open(step, notice_id, base_version)
        if len(notice.own) >= MOST_OWN:
            raise Invalid({"text": f"最多写 {MOST_OWN} 条条件，请先删除不用的。"})
        taken = [int(one["key"].removeprefix("own")) for one in notice.own]
        edition = library.of(step.session).load(notice.edition)
        made = _sound(replace(own, key=f"own{max(taken, default=0) + 1}"), edition)
        _write(step, notice, {"own": [*notice.own, _plain(asdict(made))]}, said(notice))
        return notice


def drop_condition(step: Step, notice_id: int, key: str, *, base_version: int) -> Notice:
    """Take a condition of its own out of a notice."""
    with step.writing():
        notice = _open(step, notice_id, base_version)
        left = [one for one in notice.own if one["key"] != key]
        if len(left) == len(notice.own):
            raise NotThere
        _write(step, notice, {"own": left}, said(notice))
        return notice


def publish(step: Step, notice_id: int, *, base_version: int) -> Notice:
    """Let firms see a notice; every firm is held against it by a job.

    Raises:
        Invalid: It does not say what firms need to know.
    """
    with step.writing():
        notice = _turned(step, notice_id, "notice_publish", base_version)
        if not (notice.asked or notice.own):
            raise Invalid({"asked": "还没有申报条件。请先选年版里的条件，或加一条本通知的条件。"})
        if notice.district_by is None:
            raise Invalid(
                {"district_by": "还没有区级初审截止日期，到期提醒以这一天为准。请先填写。"}
            )
        notice.published_at = step.now
        judging.ask(step, notice.id)
        return notice


def end(step: Step, notice_id: int, *, base_version: int) -> Notice:
    """End a notice: firms say nothing on it any more, results may still be recorded."""
    with step.writing():
        return _turned(step, notice_id, "notice_end", base_version)


def end_what_is_over(step: Step) -> int:
    """End every notice whose last day has passed, inside the caller's transaction."""
    over = store.over(step.session, step.today)
    for notice in over:
        _turn(step, notice, "notice_end")
    return len(over)


def reopen(step: Step, notice_id: int, *, base_version: int) -> Notice:
    """Take an ended notice up again, for instance because a day was put off.

    Raises:
        Invalid: All its days have passed.
    """
    with step.writing():
        notice = _turned(step, notice_id, "notice_reopen", base_version)
        days = (notice.firms_by, notice.district_by, notice.upward_by)
        if not any(day is None or day >= step.today for day in days):
            raise Invalid(
                {"district_by": "各个截止日期都已过去。请复制成新的通知，改好日期再发布。"}
            )
        judging.ask(step, notice.id)
        return notice


def withdraw(step: Step, notice_id: int, *, reason: str, base_version: int) -> Notice:
    """Take a notice back, saying why; what was said on it is kept."""
    with step.writing():
        why = typed.reason(reason)
        notice = _turned(step, notice_id, "notice_withdraw", base_version, why)
        notice.reason = why
        return notice


def discard(step: Step, notice_id: int, *, base_version: int) -> None:
    """Forget a notice that was never published."""
    with step.writing() as session:
        notice = _held(step, notice_id, base_version)
        if notice.state != NoticeState.DRAFT:
            raise WrongState({"state": "已经发布过的通知不能删除，可以撤回。"})
        for paper in store.files(session, notice_id):
            session.delete(store.part(session, notice_id, paper.id))
        candidates.forget(session, notice_id)
        step.log("notice_discard", about(notice), before={"title": notice.title})
        session.flush()
        session.delete(notice)


def copy(step: Step, notice_id: int) -> Notice:
    """Draft this year's notice after an earlier one: its days moved on, its number not known yet."""
    with step.writing() as session:
        old = _held(step, notice_id)
        years = step.today.year - old.year
        kept = said(old) | {
            "title": old.title.replace(str(old.year), str(step.today.year)),
            "year": step.today.year,
            "number": "",
            "source": NoticeSource.INFERRED,
            **{day: _moved(getattr(old, day), years) for day in DAYS},
        }
        made = Notice(
            **kept,
            state=NOTICE["notice_draft"].leads,
            reason="",
            judged_version=0,
            copied_from=None if old.state == NoticeState.DRAFT else old.id,
            made_by=step.by.user_id,
            changed_at=step.now,
        )
        session.add(made)
        session.flush()
        step.log("notice_copy", about(made), after={"title": made.title, "year": made.year})
        return made


def attach(step: Step, notice_id: int, stored: Stored) -> Paper:
    """Put a file beside a notice; the same one again changes nothing."""
    with step.writing() as session:
        notice = _held(step, notice_id)
        if notice.state not in IN_WORK:
            raise WrongState({"state": ENDED})
        there = store.files(session, notice_id)
        if known := next((one for one in there if one.sha256 == stored.sha256), None):
            return known
        if len(there) >= MOST_FILES:
            raise Invalid({"file": f"最多放 {MOST_FILES} 个附件，请先移除不用的。"})
        paper = paper_of(step, stored)
        session.add(paper)
        session.flush()
        session.add(NoticeFile(notice_id=notice_id, paper_id=paper.id))
        after = {"name": stored.name, "sha256": stored.sha256}
        step.log("notice_attach", about(notice), after=after)
        return paper


def detach(step: Step, notice_id: int, paper_id: int) -> None:
    """Take a file away from a notice."""
    with step.writing() as session:
        notice = _held(step, notice_id)
        paper, part = (
            store.file(session, notice_id, paper_id),
            store.part(session, notice_id, paper_id),
        )
        if paper is None or part is None:
            raise NotThere
        if notice.state not in IN_WORK:
            raise WrongState({"state": ENDED})
        session.delete(part)
        step.log("notice_detach", about(notice), before={"name": paper.name})


def about(notice: Notice) -> About:
    return About("notice", notice.id)


# --- what it says ---------------------------------------------------------------------------------

DAYS: Final = ("firms_by", "district_by", "upward_by")
NAMES: Final = (*(one.name for one in fields(Text)), "own")
ENDED: Final = "通知已结束或撤回，不能再改。可以复制成新的通知。"
CHANGED: Final = "通知已不在这一步，请刷新页面看现在的状态。"


def said(notice: Notice) -> dict[str, Any]:
    """Return all that a notice says, as it is kept."""
    return {name: getattr(notice, name) for name in NAMES}


def _kept(text: Text) -> dict[str, Any]:
    """Return what it says as columns hold it."""
    kept = {one.name: getattr(text, one.name) for one in fields(Text)}
    return kept | {
        "whom": _plain(asdict(text.whom)),
        "asked": list(text.asked),
        "papers": list(text.papers),
        "level": AwardLevel(text.level),
        "source": NoticeSource(text.source),
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}


def _write(step: Step, notice: Notice, wanted: dict[str, Any], was: dict[str, Any]) -> None:
    """Let a notice say what is wanted; a published one keeps what it said, and firms are held anew."""
    changed = [name for name, value in wanted.items() if was[name] != value]
    if not changed:
        return
    if notice.state == NoticeState.PUBLISHED:
        step.session.add(
            NoticeVersion(
                notice_id=notice.id,
                version=notice.version,
                said={name: _text(value) for name, value in was.items()},
                until=step.now,
                changed_by=step.by.user_id,
            )
        )
        judging.ask(step, notice.id)
    for name in changed:
        setattr(notice, name, wanted[name])
    notice.version, notice.changed_at = notice.version + 1, step.now
    told = [name for name in changed if name not in ("whom", "asked", "own", "papers", "note")]
    step.log(
        "notice_edit",
        about(notice),
        before={name: was[name] for name in told},
        after={name: wanted[name] for name in told} | {"changed": changed},
    )


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _moved(day: date | None, years: int) -> date | None:
    """Return the same day some years on; a leap day falls on the last of February."""
    if day is None:
        return None
    year = day.year + years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _good(session: Session, text: Text) -> Text:
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


def _sound(own: Own, edition: Edition) -> Own:
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


# --- under the lock -------------------------------------------------------------------------------


def _held(step: Step, notice_id: int, base_version: int | None = None) -> Notice:
    notice = store.notice(step.session, notice_id, lock=True)
    if notice is None:
        raise NotThere
    if base_version not in (None, notice.version):
        raise Stale
    return notice


def _open(step: Step, notice_id: int, base_version: int) -> Notice:
    notice = _held(step, notice_id, base_version)
    if notice.state not in IN_WORK:
        raise WrongState({"state": ENDED})
    return notice


def _turned(step: Step, notice_id: int, action: str, base_version: int, reason: str = "") -> Notice:
    notice = _held(step, notice_id, base_version)
    if notice.state not in NOTICE[action].begins:
        raise WrongState({"state": CHANGED})
    _turn(step, notice, action, reason)
    return notice


def _turn(step: Step, notice: Notice, action: str, reason: str = "") -> None:
    before, notice.state = notice.state, NOTICE[action].leads
    notice.version, notice.changed_at = notice.version + 1, step.now
    step.log(
        action,
        about(notice),
        before={"state": before},
        after={"state": notice.state},
        reason=reason,
    )


def chosen(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
