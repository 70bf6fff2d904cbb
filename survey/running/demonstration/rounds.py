"""A running round of the demonstration: firms invited, some not begun, one stuck, one overdue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from survey import db
from survey.clock import LOCAL
from survey.config import Config
from survey.jobs.invitations import prepare
from survey.jobs.workshop import Workshop
from survey.lifecycle import assessments, invitations, jobs, reminders
from survey.lifecycle.step import Actor, Step
from survey.store.invitations import Whom
from survey.tables import Firm, Role, Round, User

LAST_DAYS: Final = {"closes_on": 24, "check_by": 34, "upward_by": 44}
"""The running round's dates, in days from the day the demonstration is loaded."""
INVITED_AGO = timedelta(days=20)
QUOTAS: Final[Mapping[str, int]] = {
    "紫金街道": 4,
    "岩泉街道": 3,
    "万象街道": 3,
    "白云街道": 2,
    "联城街道": 3,
    "南明山街道": 3,
    "碧湖镇": 4,
    "大港头镇": 3,
    "老竹畲族镇": 2,
    "雅溪镇": 1,
}
NEWCOMERS: Final = (
    ("梧桐埠阀门（虚构）", "91331102DEMO031N01", "valve", "碧湖镇"),
    ("松溪口轴承（虚构）", "91331102DEMO032N02", "bearing", "大港头镇"),
    ("青田垟五金（虚构）", "91331102DEMO033N03", "metal_products", "雅溪镇"),
    ("黄村岭五金（虚构）", "91331102DEMO034N04", "metal_products", "黄村乡"),
)
"""Firms that the first round did not reach."""
LEASE = timedelta(minutes=10)


def run_round(
    session: Session, config: Config, rounds: tuple[Round, Round], officer: User, at: datetime
) -> None:
    """Invite every firm to the running round; two newcomers began and went no further."""
    over, running = rounds
    late, idle, *_fresh = _newcomers(session, over.created_at)
    began = datetime.combine(over.closes_on or at.date(), at.time(), at.tzinfo) - timedelta(days=3)
    assessments.begin(Step(session, Actor(None, "张某"), began), late.id, over.id)
    asked = Step(session, Actor(officer.id, officer.name), at - INVITED_AGO)
    _added, job = invitations.invite(asked, running.id, Whom())
    taken = jobs.take(asked, job or 0, lambda _kind: LEASE)
    assert taken is not None  # noqa: S101  nobody else works in an instance that is being filled
    jobs.finish(asked, taken, prepare(Workshop(config, session, taken, LEASE)))
    assessments.begin(
        Step(session, Actor(None, "张某"), at - INVITED_AGO + timedelta(days=1)),
        idle.id,
        running.id,
    )


def remind(session: Session, at: datetime) -> None:
    """Let the morning thirty days before the running round's last day have come."""
    day = (at - timedelta(days=30 - LAST_DAYS["closes_on"])).astimezone(LOCAL).date()
    step = Step(session, jobs.WORKER, datetime.combine(day, time(8, 1), LOCAL))
    with step.writing():
        reminders.remind_due(step, by_mail=False)


def _newcomers(session: Session, known_since: datetime) -> list[Firm]:
    """Add firms that are only listed; of two somebody has come, whose password nobody knows."""
    with db.writing(session):
        firms = [
            Firm(
                name=name,
                code=code,
                trade=trade,
                township=township,
                processes=[],
                above_scale=False,
                contact_name="李某",
                contact_phone=f"000-0000-{2000 + number}",
                fictional=True,
                created_at=known_since,
            )
            for number, (name, code, trade, township) in enumerate(NEWCOMERS)
        ]
        session.add_all(firms)
        session.flush()
        for firm in firms[:2]:
            session.add(
                User(
                    username=firm.code.lower(),
                    name="李某",
                    role=Role.FIRM,
                    owner=True,
                    firm_id=firm.id,
                    password_hash="!",  # noqa: S106  no word has this hash
                    active=True,
                    created_at=known_since,
                )
            )
    return firms
