"""What the installation does by itself: jobs, mails, the log's chain, backups."""

from __future__ import annotations

from datetime import timedelta

from survey.files import clamd
from survey.readings.backup_state import backup_state
from survey.readings.condition.values import Around, Said, bad, good, watch
from survey.store import forwarding as log_courses
from survey.store import jobs, mails, scans
from survey.store import webhooks as store

WAITS, STUCK = timedelta(minutes=15), timedelta(hours=1)
"""How long the oldest job that is due waits for a worker before that is noted, and told."""
MAIL_WAITS = timedelta(hours=1)
RECEIVER_AWAY = timedelta(hours=1)
GIVEN_UP_OF_LATE = timedelta(days=1)
LOG_WAITS, LOG_AWAY = timedelta(minutes=15), timedelta(hours=1)
"""How long a row of the log waits to be sent away before that is noted, and told."""
SCAN_WAITS = timedelta(minutes=30)
"""How long a file may wait for the virus scanner before that is noted."""
FOUND_DAYS = timedelta(days=30)
"""For how long a virus that was found is spoken of."""
NIGHTS = timedelta(hours=50)
"""Two nights and a little: the log was not looked at in either."""
BACKUP_AGE = timedelta(hours=26)
"""A night and a little: the backup of last night is overdue."""


def queue(around: Around) -> Said:
    """See that somebody works: the age of the oldest job nobody took, and jobs whose worker is gone."""
    waited = timedelta(seconds=jobs.oldest_wait(around.session, around.now))
    left = jobs.left_lying(around.session, around.now - WAITS)
    values = {"minutes": int(waited.total_seconds() // 60), "left": left}
    if waited >= STUCK or left:
        return bad("stuck", **values)
    return watch("slow", **values) if waited >= WAITS else good("moves")


def unsent(around: Around) -> Said:
    """Look for mails that wait too long, or of which nobody knows what became."""
    waiting = mails.count_waiting_since(around.session, around.now - MAIL_WAITS)
    failed = mails.count_lost(around.session)
    if waiting and not around.config.mail_url:
        return watch("nowhere", count=waiting)
    if waiting:
        return watch("waiting", count=waiting)
    return watch("failed", count=failed) if failed else good("sent")


def webhooks(around: Around) -> Said:
    """Look for receivers that are away, and for events that were given up of late."""
    session, count = around.session, store.count(around.session)
    if not count:
        return good("none")
    if not around.config.webhook_hosts:
        return watch("nowhere", count=count)
    if failed := store.failed(session):
        return bad("off", count=len(failed), first=failed[0])
    if given_up := store.count_given_up_since(session, around.now - GIVEN_UP_OF_LATE):
        return bad("given_up", count=given_up)
    if failing := store.failing(session, around.now - RECEIVER_AWAY):
        return watch("failing", count=len(failing), first=failing[0])
    return good("arrive", count=count)


def forwarding(around: Around) -> Said:
    """See that the log goes to the other system that the settings name, and stays whole there."""
    if not around.config.syslog:
        return good("here")
    course = log_courses.course(around.session)
    if course is None or course.told_at is None:
        return watch("never")
    oldest = log_courses.oldest_untold(around.session, course.cursor)
    waits = around.now - oldest if oldest else timedelta()
    if waits > LOG_AWAY:
        return bad("away", at=course.told_at)
    return (
        watch("late", at=course.told_at) if waits > LOG_WAITS else good("taken", at=course.told_at)
    )


def viruses(around: Around) -> Said:
    """See that whoever looks for viruses answers, and that nothing waits for long."""
    waiting = scans.count_waiting(around.session)
    if not around.config.clamd:
        return watch("left", count=waiting) if waiting else good("idle")
    if not clamd.answers(around.config.clamd):
        return bad("silent", count=waiting)
    oldest = scans.oldest_wait(around.session)
    if oldest is not None and around.now - oldest > SCAN_WAITS:
        return watch("slow", count=waiting)
    found = scans.count_found(around.session, around.now - FOUND_DAYS)
    return watch("found", count=found) if found else good("clean")


def log_chain(around: Around) -> Said:
    """Look at what the last night found of the log's chain."""
    last = jobs.last_done(around.session, "check_log")
    if last is None or last.finished_at is None:
        return watch("never")
    if faults := (last.result or {}).get("faults"):
        return bad("touched", count=len(faults))
    if around.now - last.finished_at > NIGHTS:
        return watch("long_ago", at=last.finished_at)
    return good("whole", at=last.finished_at)


def backup(around: Around) -> Said:
    """See that there is a backup of last night."""
    state = backup_state(around.session, around.config)
    if state is None:
        return watch("unset")
    if state.failed:
        return bad("failed", at=state.failed.finished_at)
    if state.done is None or state.done.finished_at is None:
        return watch("never")
    at, name = state.done.finished_at, (state.done.result or {}).get("name", "")
    if around.now - at > BACKUP_AGE:
        return bad("overdue", at=at)
    if state.standing is None:
        return bad("away")
    # A newer one may have taken its place: whoever was restored knows only those before it.
    newest = max((one.name for one in state.standing), default="")
    return good("there", at=at) if newest >= name else bad("gone")
