"""What the demonstration shows of the log and of privacy: consents, views, an erased contact, seals."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.clock import utc_now
from survey.jobs.kinds import lease_of
from survey.jobs.sealing import plain
from survey.lifecycle import erasing, jobs, purposes, sealing, seen
from survey.lifecycle.step import Step
from survey.readings.sealing import check
from survey.running.demonstration.people import actor
from survey.tables import Firm, Role, User

WHY = "联系人已离职，本人书面要求清除（虚构）。"
LEFT = -3
"""Which firm's contact has left: one that has handed in and waits for its visit."""
LOOKED = ("view_person", "bureau.firm")


def keep_privacy(session: Session, firms: list[Firm], now: datetime) -> None:
    """Let everybody agree, the officer look at some firms, one contact go; then seal and check."""
    users = session.scalars(select(User).order_by(User.id)).all()
    for user in users:
        purposes.agree(Step(session, actor(user), now), user.id, 1)
    staff = {user.role: user for user in users}
    seen.take_over(Step(session, jobs.WORKER, now), "demonstration", _views(staff, firms, now))
    administrator = Step(session, actor(staff[Role.ADMINISTRATOR]), now)
    erasing.erase_contact(administrator, firms[LEFT].id, reason=WHY)
    _seal(session)


def _views(staff: dict[Role, User], firms: list[Firm], now: datetime) -> list[dict[str, object]]:
    officer, (action, page) = staff[Role.OFFICER], LOOKED
    return [
        {
            "at": (now - timedelta(minutes=9 - number)).isoformat(),
            "user_id": officer.id,
            "role": officer.role,
            "address": "127.0.0.1",
            "request_id": "demonstration",
            "action": action,
            "page": page,
            "args": {"firm_id": firm.id},
        }
        for number, firm in enumerate(firms[:3])
    ]


def _seal(session: Session) -> None:
    """Seal what stands, erase what was to be erased in it, and keep what the check of it said."""
    step = Step(session, jobs.WORKER, utc_now())
    while sealing.seal(step, step.now):
        pass
    while sealing.erase(step):
        pass
    found = plain(check(session))
    with step.writing():
        job = jobs.ask(step, "check_log", {})
    taken = jobs.take(step, job.id, lease_of)
    if taken is not None:
        jobs.finish(step, taken, lambda _step: found)
