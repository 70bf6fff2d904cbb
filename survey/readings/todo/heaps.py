"""What waits, whoever it waits for: kinds, things, and heaps of them in order of age."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from survey.store.todo import Found

MOST = 3
"""How many of a kind are named; the rest stand in the list that the kind leads to."""


class Kind(StrEnum):
    """What waits."""

    # a firm's owner and colleagues
    BEGIN = "begin"
    FINISH = "finish"
    RETURNED = "returned"
    PROFILE = "profile"
    INVITED = "invited"
    GIVEN = "given"
    UNSAID = "unsaid"
    SETTLED = "settled"
    NEED_ANSWERED = "need_answered"
    PROJECT_MEND = "project_mend"
    CALLED = "called"
    NAME_ASKED = "name_asked"
    SAMPLE_ASKED = "sample_asked"
    # a consultant
    TO_BEGIN = "to_begin"
    RUNNING = "running"
    READY = "ready"
    APART = "apart"
    SECOND_DONE = "second_done"
    REOPENED = "reopened"
    AT_FIRM = "at_firm"
    IN_AGAIN = "in_again"
    # the bureau
    OBJECTED = "objected"
    ASKS_BACK = "asks_back"
    ASKS_OFF = "asks_off"
    UNASSIGNED = "unassigned"
    PROPOSED = "proposed"
    STEP_DUE = "step_due"
    STAGE_PROPOSED = "stage_proposed"
    NATION_PROPOSED = "nation_proposed"
    UNPLACED = "unplaced"
    REMIND = "remind"
    NOTICE_DUE = "notice_due"
    UNRECOGNISED = "unrecognised"
    MAIL_FAILED = "mail_failed"
    CLOSING = "closing"
    OVERDUE = "overdue"
    UNSIGNED = "unsigned"
    LINK_SPENT = "link_spent"
    CONSULTANT_UNSIGNED = "consultant_unsigned"
    REPORT_FAILED = "report_failed"
    ROSTER_CHECKED = "roster_checked"
    ROSTER_FAILED = "roster_failed"
    RECOGNITION_LISTED = "recognition_listed"
    TO_INTRODUCE = "to_introduce"
    PROVIDER_CHANGE = "provider_change"
    SAMPLE_DECLINED = "sample_declined"
    NEED_LATE = "need_late"
    NEED_NEW = "need_new"
    NEED_ASK = "need_ask"
    PROJECT_CONTRACT = "project_contract"
    PROJECT_PROGRESS = "project_progress"
    PROJECT_FINISHED = "project_finished"
    SUBSIDY_ASKED = "subsidy_asked"
    PROJECT_OVERDUE = "project_overdue"
    # the administrator
    NO_ROUND = "no_round"
    NO_CONTACT = "no_contact"
    JOB_FAILED = "job_failed"
    STAFF_UNSIGNED = "staff_unsigned"


class Waiting(NamedTuple):
    """One thing that waits."""

    about: str
    """The firm, the round or the person; empty where the kind says it all."""
    id: int | None = None
    """The row that its page is about."""
    since: datetime | None = None
    until: date | None = None
    done: int = 0
    whole: int = 0
    """How far it has come, where that is counted: ``done`` of ``whole``."""
    said: str = ""
    """What somebody wrote about it, such as the reason of a return."""
    planned: date | None = None
    """The day it is planned for."""

    @property
    def order(self) -> tuple[bool, date, float]:
        """What is planned goes first, by its day; the rest by age."""
        since = self.since.timestamp() if self.since else 0.0
        return self.planned is None, self.planned or date.max, since


class Heap(NamedTuple):
    """All that waits of one kind: how many, and the oldest of them, oldest first."""

    kind: Kind
    total: int
    oldest: tuple[Waiting, ...]


def by_age(heaps: Iterable[Heap]) -> list[Heap]:
    """The heap with the oldest thing first; what has no date goes before all, what is planned first."""
    return sorted((heap for heap in heaps if heap.total), key=lambda heap: heap.oldest[0].order)


def heap(kind: Kind, waiting: Iterable[Waiting]) -> Heap:
    found = sorted(waiting, key=lambda one: one.order)
    return Heap(kind, len(found), tuple(found[:MOST]))


def read(kind: Kind, found: Found) -> Heap:
    return Heap(kind, found.total, tuple(Waiting(i.name, i.id, i.since, i.until) for i in found[1]))
