"""Tell a webhook's receiver what happened, signed as Standard Webhooks says, each event until it is taken."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Mapping
from datetime import datetime

from survey import clock
from survey.config import Config
from survey.jobs import calls
from survey.jobs.workshop import Workshop
from survey.lifecycle import deliveries as steps
from survey.lifecycle.deliveries import Due, Outcome
from survey.lifecycle.errors import Invalid
from survey.lifecycle.jobs import Effect
from survey.lifecycle.receivers import receiver
from survey.lifecycle.webhooks import PREFIX, keys_of

TURN_SECONDS = 30
"""How long one job sends; the next minute's goes on."""
MOST_REFUSED = 5
"""Refusals in a row after which a receiver is left alone for this turn."""


def tell(workshop: Workshop) -> Effect:
    """Send what waits, one after another; a receiver that is silent is asked no more in this turn."""
    keys, webhook_id = keys_of(workshop.config), workshop.taken.subject_id or 0
    while steps.collect(workshop.step(), webhook_id):
        workshop.progress(0, 0)
    sent = refused = 0
    until = time.monotonic() + TURN_SECONDS
    while refused < MOST_REFUSED and time.monotonic() < until:
        due = steps.take(workshop.step(), workshop.taken, workshop.lease, keys)
        if due is None:
            break
        workshop.session.rollback()  # a receiver takes its time; no snapshot is held open meanwhile
        outcome = send(workshop.config, due)
        steps.note(workshop.step(), due.id, outcome)
        if outcome.status is None:
            break
        sent, refused = sent + outcome.is_taken, 0 if outcome.is_taken else refused + 1
        workshop.let_others()
    return lambda _step: {"sent": sent}


def send(config: Config, due: Due) -> Outcome:
    """Send one event to where the settings still allow it, if it can be signed."""
    if not due.secrets:
        return Outcome(None, "key", 0)
    try:
        to = receiver(config, due.url)
    except Invalid:
        return Outcome(None, "address", 0)
    return calls.post(config, to, due.body, headers(due, clock.utc_now()))


def headers(due: Due, now: datetime) -> Mapping[str, str]:
    """Return what tells a receiver that an event is ours, when it was sent, and which one it is."""
    seconds = str(int(now.timestamp()))
    signed = f"{due.name}.{seconds}.".encode() + due.body
    return {
        "Content-Type": "application/json",
        "User-Agent": "shuzhi-jieti-webhooks/1",
        "webhook-id": due.name,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signature(secret, signed) for secret in due.secrets),
    }


def signature(secret: str, signed: bytes) -> str:
    """Sign what is sent, as Standard Webhooks 1.0 says (v1, HMAC-SHA256)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
