"""Events on their way: read from the log, sent until taken, put off, given up.

The log is what is to be told: no step waits for a receiver, and nothing is told that was not done. Rows
of the log arrive out of order where two steps end side by side, so each webhook looks again at the rows
of two hours; which of them are deliveries already says their table. Whoever dies between a request and
the receiver's word sends it again under the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from survey.lifecycle import jobs
from survey.lifecycle.errors import NotThere, WrongState
from survey.lifecycle.jobs import Taken
from survey.lifecycle.sealed import Box, Keys, Unopened
from survey.lifecycle.sealing import SAFE
from survey.lifecycle.states import DELIVERY, WEBHOOK
from survey.lifecycle.step import About, Step
from survey.lifecycle.webhook_events import TEST, about, body_of, chosen, kind_of, name_of
from survey.store import jobs as job_store
from survey.store import webhooks as store
from survey.tables import Delivery, Job, Webhook, WebhookCourse, WebhookState

KIND = "webhook"
AT_ONCE = 200
"""Deliveries of one transaction."""
FAR = 1000
"""Rows of the log behind which a cursor does not stay."""
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 300, 600, 600))
"""Between the tries of one delivery; after the last it is given up."""
MOST_TRIES = len(PAUSES) + 1
REST, MOST_REST = timedelta(minutes=1), timedelta(hours=1)
"""How long a receiver that does not answer is left alone: doubled each time, up to the second."""
LONG = timedelta(days=3)
"""A receiver that failed as long as this is switched off."""
APART = timedelta(days=1)
"""Failures further apart than this have nothing to do with each other."""
GONE = 410
"""What a receiver answers that wants no more."""
KEPT = timedelta(days=30)
"""How long what was sent stays in the list."""


@dataclass(frozen=True)
class Due:
    """A delivery as it is to be sent: where, under which name, what, and signed by which secrets.

    Without a secret it is not sent.
    """

    id: int
    url: str
    name: str
    body: bytes
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a request: what was answered, or why nothing was; and how long it took."""

    status: int | None
    fault: str
    milliseconds: int

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


# --- from the log ---------------------------------------------------------------------------------


def settled(step: Step) -> int:
    """Return a number up to which all rows of the log have arrived.

    A row is numbered within ``SAFE`` of its moment and arrives within it: one that is still on its
    way has a higher number than any row of twice that age.
    """
    return store.last_before(step.session, step.now - 2 * SAFE)


def collect(step: Step, webhook_id: int) -> int:
    """Make deliveries of what the log has for a webhook, some at a time; return how many."""
    with step.writing() as session:
        row = store.webhook(session, webhook_id, lock=True)
        if row is None:
            return 0
        course = store.course(session, webhook_id, lock=True)
        cursor = settled(step)
        found = store.untold(session, row, course.cursor, chosen(row), AT_ONCE)
        session.add_all(
            Delivery(
                webhook_id=webhook_id,
                entry_id=entry.id,
                kind=kind_of(entry),
                at=entry.at,
                about=about(entry),
                state=DELIVERY["webhook_tell"].leads,
                due_at=step.now,
            )
            for entry in found
        )
        if len(found) < AT_ONCE:
            course.cursor = max(course.cursor, cursor)
        return len(found)


def begin(step: Step) -> list[int]:
    """Ask for the jobs of webhooks that have something to tell; return their ids."""
    every = store.all_of_them(step.session)
    waiting = [row.id for row, course in every if _waits(step, row, course)]
    _catch_up(
        step, [c for row, c in every if row.state == WebhookState.ON and row.id not in waiting]
    )
    if not waiting:
        return []
    with step.writing() as session:
        held = [store.webhook(session, one, lock=True) for one in waiting]
        return [ask(step, row.id).id for row in held if row and not _open(step, row.id)]


def _catch_up(step: Step, courses: Sequence[WebhookCourse]) -> None:
    """Move cursors on that nothing moved for long: all rows behind them are looked at every minute."""
    if courses:
        now_at = settled(step)
        for behind in [one.webhook_id for one in courses if now_at - one.cursor > FAR]:
            collect(step, behind)


def _waits(step: Step, row: Webhook, course: WebhookCourse) -> bool:
    if row.state != WebhookState.ON or (course.rest_until and course.rest_until > step.now):
        return False
    session = step.session
    return store.has_due(session, row.id, step.now) or store.has_untold(
        session, row, course.cursor, chosen(row)
    )


def ask(step: Step, webhook_id: int) -> Job:
    """Ask for what waits to be sent, inside the caller's transaction; one job at a time."""
    return _open(step, webhook_id) or jobs.ask(step, KIND, {}, subject=KIND, subject_id=webhook_id)


def _open(step: Step, webhook_id: int) -> Job | None:
    return job_store.open_about(step.session, KIND, KIND, webhook_id)


def cancel(step: Step, webhook_id: int) -> None:
    """End the job of a webhook that goes, inside the caller's transaction."""
    job = _open(step, webhook_id)
    if job is not None:
        jobs.end(step, job)


# --- for the worker -------------------------------------------------------------------------------


def take(step: Step, taken: Taken, lease: timedelta, keys: Keys) -> Due | None:
    """Take what is to be sent next, and count the try: whoever dies over it must not try for ever.

    Raises:
        Overtaken: Another does this work, or nobody wants it.
    """
    with jobs.held(step, taken) as job:
        job.leased_until = step.now + lease
        row = store.webhook(step.session, taken.subject_id or 0)
        if row is None or row.state != WebhookState.ON:
            return None
        found = store.next_due(step.session, row.id, step.now)
        if found is None:
            return None
        found.tries, found.tried_at = found.tries + 1, step.now
        return Due(found.id, row.url, name_of(found), body_of(found), _secrets(step, row, keys))


def _secrets(step: Step, row: Webhook, keys: Keys) -> tuple[str, ...]:
    """Return what signs for a webhook; nothing where no key opens it any more."""
    earlier = store.earlier(step.session, row.id, step.now)
    sealed = [row.sealed, *(one.sealed for one in earlier)]
    box, found = Box(keys, KIND), list[str]()
    for one in sealed:
        with suppress(Unopened):
            found.append(box.open(one, row.id))
    return tuple(found)


def note(step: Step, delivery_id: int, outcome: Outcome) -> None:
    """Keep what came of a request; a webhook that went meanwhile is left alone."""
    with step.writing() as session:
        found = store.delivery(session, delivery_id, lock=True)
        if found is None:
            return
        found.status, found.fault = outcome.status, outcome.fault
        found.milliseconds = outcome.milliseconds
        course = store.course(session, found.webhook_id, lock=True)
        if outcome.is_taken:
            _move(found, "webhook_taken")
            course.failures, course.rest_until = 0, None
            course.failing_since = course.failed_at = None
        else:
            _put_off(step, found)
            _count(step, course, outcome)


def _move(found: Delivery, transition: str) -> None:
    if found.state in DELIVERY[transition].begins:
        found.state = DELIVERY[transition].leads


def _put_off(step: Step, found: Delivery) -> None:
    if found.tries < MOST_TRIES and found.kind != TEST:
        found.due_at = step.now + PAUSES[found.tries - 1]
        return
    _move(found, "webhook_give_up")
    if found.kind != TEST:
        told = {"event": name_of(found), "status": found.status}
        step.log("webhook_give_up", About(KIND, found.webhook_id), after=told, succeeded=False)


def _count(step: Step, course: WebhookCourse, outcome: Outcome) -> None:
    """Count a failure: a receiver that is silent is left alone for a while, one that is so long, for good."""
    if course.failed_at is None or step.now - course.failed_at > APART:
        course.failing_since = step.now
    course.failures, course.failed_at = course.failures + 1, step.now
    if outcome.status is None:
        doubled = REST * 2 ** min(course.failures - 1, 10)
        course.rest_until = step.now + min(doubled, MOST_REST)
    since = course.failing_since or step.now
    if outcome.status == GONE or step.now - since >= LONG:
        _switch_off(step, course.webhook_id)


def _switch_off(step: Step, webhook_id: int) -> None:
    row = store.webhook(step.session, webhook_id, lock=True)
    if row is not None and row.state in WEBHOOK["webhook_fail"].begins:
        row.state = WEBHOOK["webhook_fail"].leads
        step.log("webhook_fail", About(KIND, webhook_id), succeeded=False)


def forget(step: Step) -> int:
    """Drop some deliveries that ended long ago; return how many."""
    with step.writing() as session:
        return store.forget(session, step.now - KEPT, AT_ONCE)


def forget_jobs(step: Step) -> None:
    """Drop the jobs that sent, inside the caller's transaction: there is one a minute at most."""
    job_store.forget_done(step.session, KIND, step.now - APART)


# --- for the administrator ------------------------------------------------------------------------


def send_again(step: Step, webhook_id: int, delivery_id: int) -> int:
    """Send an event once more, under the same name; return the job.

    Raises:
        NotThere: No such delivery of this webhook.
        WrongState: It is switched off.
    """
    with step.writing() as session:
        _require_on(step, webhook_id)
        found = store.delivery(session, delivery_id, lock=True)
        if found is None or found.webhook_id != webhook_id:
            raise NotThere
        return _again(step, webhook_id, [found])


def send_all_again(step: Step, webhook_id: int) -> int:
    """Send all that was given up once more; return the job.

    Raises:
        NotThere: No such webhook.
        WrongState: It is switched off, or nothing was given up.
    """
    with step.writing() as session:
        _require_on(step, webhook_id)
        found = store.given_up(session, webhook_id)
        if not found:
            raise WrongState({"state": "没有放弃的推送，请刷新页面。"})
        return _again(step, webhook_id, found)


def _again(step: Step, webhook_id: int, found: Sequence[Delivery]) -> int:
    for one in found:
        _move(one, "webhook_again")
        one.tries, one.due_at = 0, step.now
    step.log("webhook_again", About(KIND, webhook_id), after={"rows": len(found)})
    return _at_once(step, webhook_id)


def _at_once(step: Step, webhook_id: int) -> int:
    store.course(step.session, webhook_id, lock=True).rest_until = None
    return ask(step, webhook_id).id


def try_out(step: Step, webhook_id: int) -> int:
    """Send an event that says nothing, to see whether it arrives; return the job.

    Raises:
        NotThere: No such webhook.
        WrongState: It is switched off.
    """
    with step.writing() as session:
        _require_on(step, webhook_id)
        session.add(
            Delivery(
                webhook_id=webhook_id,
                kind=TEST,
                at=step.now,
                about={},
                state=DELIVERY["webhook_tell"].leads,
                due_at=step.now,
            )
        )
        step.log("webhook_test", About(KIND, webhook_id))
        return _at_once(step, webhook_id)


def _require_on(step: Step, webhook_id: int) -> None:
    row = store.webhook(step.session, webhook_id, lock=True)
    if row is None:
        raise NotThere
    if row.state != WebhookState.ON:
        raise WrongState({"state": "这个推送地址没有启用，请先启用。"})
