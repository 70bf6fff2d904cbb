"""Notices for tests: drafted, published, every firm held against them as the worker does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.notices import Own
from survey.lifecycle import jobs, judging, notices
from survey.lifecycle.jobs import Taken
from survey.lifecycle.notice_texts import Text
from survey.lifecycle.step import Step
from survey.tables import Job, JobState, Notice
from tests.support.people import EDITION, TESTER, moment

BY = moment().date() + timedelta(days=24)
LEASE = timedelta(minutes=3)


def a_text(**said: Any) -> Text:
    known = {
        "title": "2026 年度省级数字化车间征集（虚构）",
        "issuer": "虚构省经信厅",
        "level": "province",
        "year": 2026,
        "source": "copy",
        "edition": EDITION,
        "rung": "workshop",
        "asked": tuple(f"2025.workshop.{name}" for name in NAMES),
        "papers": ("申报书", "自评报告"),
        "firms_by": None,
        "district_by": BY,
        "upward_by": BY + timedelta(days=10),
    }
    return Text(**known | said)


NAMES = ("investment", "completion", "digital_level", "credit", "incidents", "applicant")


def a_notice(session: Session, *, own: Sequence[Own] = (), by: date = BY, **said: Any) -> Notice:
    """A draft; ``own`` are its own conditions."""
    step = Step(session, TESTER, moment())
    notice = notices.draft(
        step, a_text(**{"district_by": by, "upward_by": by + timedelta(days=10)} | said)
    )
    for one in own:
        notices.add_condition(step, notice.id, one, base_version=notice.version)
    return notice


def published(session: Session, notice: Notice, at: datetime | None = None) -> Notice:
    """Publish a draft and hold every firm against it."""
    step = Step(session, TESTER, at or moment())
    notices.publish(step, notice.id, base_version=notice.version)
    judged(session, notice)
    return notice


def judged(session: Session, notice: Notice) -> None:
    """Do what the worker does about a notice."""
    query = select(Job).where(Job.kind == judging.KIND, Job.state == JobState.QUEUED)
    for job in session.scalars(query).all():
        taken = jobs.take(Step(session, TESTER, moment()), job.id, lambda _kind: LEASE)
        assert isinstance(taken, Taken)
        _work(session, taken)
    session.refresh(notice)


def _work(session: Session, taken: Taken) -> None:
    step = Step(session, TESTER, moment())
    versions = judging.begun_at(step, taken)
    session.rollback()
    last, done, more = 0, 0, bool(versions)
    while more:
        last, firms = judging.portion(step, taken, last, LEASE)
        done, more = done + firms, firms > 0
    jobs.finish(step, taken, lambda ending: judging.end(ending, versions, done))
