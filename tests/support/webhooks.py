"""Webhooks with something to show, steps they are told of, and what a receiver holds against its secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Verifier

from survey import clock
from survey.config import Config
from survey.lifecycle import webhooks
from survey.lifecycle.step import Step
from survey.lifecycle.webhook_events import EVENTS
from survey.lifecycle.webhooks import Wanted
from survey.tables import Delivery, DeliveryState, Firm
from tests.support.people import TESTER, moment
from tests.support.receiver import Told

NUMBERS = count(900_000)
"""Of rows of the log that were dropped long ago."""
URL = "https://data.example.cn/events"
KINDS = ("firm.added", "firm.changed", "assessment.submitted")
MINUTE = timedelta(minutes=1)


def a_webhook(
    session: Session, config: Config, purpose: str = "虚构的数据平台", url: str = URL
) -> int:
    """A webhook told of everything, and a delivery in every state; return its number."""
    allowed = replace(config, webhook_hosts=frozenset({"data.example.cn"}))
    step = Step(session, TESTER, moment())
    webhook_id, _secret = webhooks.add(step, Wanted(purpose, url, tuple(EVENTS)), allowed)
    for state in DeliveryState:
        a_delivery(session, webhook_id, state)
    return webhook_id


def a_delivery(session: Session, webhook_id: int, state: DeliveryState) -> int:
    """A delivery as it stands after a try."""
    answered = {
        DeliveryState.TAKEN: {"status": 204},
        DeliveryState.WAITING: {"fault": "slow"},
        DeliveryState.GIVEN_UP: {"status": 500},
    }[state]
    row = Delivery(webhook_id=webhook_id, kind="pool.left", at=moment(), about={"entry": 7})
    row.entry_id = next(NUMBERS)
    row.state, row.due_at, row.tried_at, row.tries = state, moment(), moment(), 3
    row.milliseconds = 120
    for name, value in answered.items():
        setattr(row, name, value)
    session.add(row)
    session.commit()
    return row.id


def happens(step: Callable[[], Step], firm: Firm, action: str = "edit") -> None:
    """A step about a firm ends."""
    taken = step()
    with taken.writing():
        taken.log(action, firm, after={"contact_name": "王某某"})


def row_of(firm: Firm) -> dict[str, Any]:
    """What a row of the log holds where a firm was changed."""
    return {
        "at": clock.utc_now(),
        "who": "测试",
        "address": "",
        "request_id": "",
        "action": "edit",
        "subject": "firm",
        "subject_id": str(firm.id),
        "firm_id": firm.id,
        "reason": "",
    }


def only(session: Session, table: Any = Delivery) -> Any:
    """Return the one row of a table."""
    session.rollback()
    return session.scalars(select(table)).one()


def signed_by(secret: str, told: Told) -> bool:
    Verifier(secret).verify(told.body, told.headers)
    return True
