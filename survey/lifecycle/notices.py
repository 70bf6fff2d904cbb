"""The life of a notice: drafted, published, changed, ended, withdrawn; copied for another year."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final

from reports.notices import Own
from survey import library
from survey.files.uploads import Stored
from survey.lifecycle import judging, notice_texts, typed
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.notice_texts import DAYS, Text, said
from survey.lifecycle.recognitions import paper_of
from survey.lifecycle.states import NOTICE
from survey.lifecycle.step import About, Step
from survey.store import candidates
from survey.store import notices as store
from survey.tables import Notice, NoticeFile, NoticeSource, NoticeState, NoticeVersion, Paper

MOST_OWN: Final = 30
MOST_FILES: Final = 20
IN_WORK: Final = (NoticeState.DRAFT, NoticeState.PUBLISHED)
ENDED: Final = "通知已结束或撤回，不能再改。可以复制成新的通知。"
CHANGED: Final = "通知已不在这一步，请刷新页面看现在的状态。"


def draft(step: Step, text: Text) -> Notice:
    """Begin a notice that nobody but officers sees."""
    with step.writing() as session:
        text = notice_texts.good(session, text)
        made = Notice(
            **notice_texts.kept(text),
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
        was, wanted = said(notice), notice_texts.kept(notice_texts.good(session, text))
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
        made = notice_texts.sound(replace(own, key=f"own{max(taken, default=0) + 1}"), edition)
        _write(step, notice, {"own": [*notice.own, notice_texts.plain(asdict(made))]}, said(notice))
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
            **{day: notice_texts.moved(getattr(old, day), years) for day in DAYS},
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


# --- under the lock -------------------------------------------------------------------------------


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
                said={name: notice_texts.written(value) for name, value in was.items()},
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
