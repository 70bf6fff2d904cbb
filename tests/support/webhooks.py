"""Webhooks with something to show."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from sqlalchemy.orm import Session

from survey.config import Config
from survey.lifecycle import webhooks
from survey.lifecycle.step import Step
from survey.lifecycle.webhook_events import EVENTS
from survey.lifecycle.webhooks import Wanted
from survey.tables import Delivery, DeliveryState
from tests.support.people import TESTER, moment

NUMBERS = count(900_000)
"""Of rows of the log that were dropped long ago."""
URL = "https://data.example.cn/events"


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
