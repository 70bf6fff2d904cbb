"""Webhooks: addresses that are told of steps, set up, changed, switched and removed by administrators."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from survey.config import Config
from survey.lifecycle import deliveries, typed
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.receivers import receiver
from survey.lifecycle.sealed import Box, Keys, scheme_of
from survey.lifecycle.states import WEBHOOK
from survey.lifecycle.step import About, Step
from survey.lifecycle.webhook_events import EVENTS, joined
from survey.store import webhooks as store
from survey.tables import Webhook, WebhookCourse, WebhookSecret

PURPOSE = "webhook"
"""What the box of secrets is for (``sealed.Box``)."""
PREFIX = "whsec_"
SECRET_BYTES = 32
MOST = 20
ROTATION = timedelta(days=1)
"""For how long a secret signs beside the one that took its place."""
MOST_EARLIER = 4
"""Such secrets: each is one more signature in the head of every request."""

TOO_OFTEN = (
    f"一天之内最多换 {MOST_EARLIER} 次：换下来的密钥都还有效。请等最早的到期再换；"
    "怕密钥外泄，请先停用这个地址。"
)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to be told, where and why."""

    purpose: str
    url: str
    events: Sequence[str]


def keys_of(config: Config) -> Keys:
    return (config.secret_key, *config.secret_key_fallbacks)


def add(step: Step, wanted: Wanted, config: Config) -> tuple[int, str]:
    """Set up a webhook that is told of steps from now on; return its number and its secret.

    Raises:
        Invalid: Names every field that cannot be taken.
    """
    purpose, events = _taken(wanted, config)
    word = _drawn()
    with step.writing() as session:
        if store.count(session) >= MOST:
            raise Invalid({"purpose": f"最多 {MOST} 个推送地址，请先删除不用的。"})
        row = Webhook(
            purpose=purpose,
            url=wanted.url,
            events=events,
            state=WEBHOOK["webhook_add"].leads,
            sealed="",
            made_at=step.now,
            since=step.now,
        )
        session.add(row)
        session.flush()
        row.sealed = _kept(step, word, row, config)
        cursor = deliveries.settled(step)
        session.add(WebhookCourse(webhook_id=row.id, cursor=cursor))
        step.log("webhook_add", about(row), after=_told(row))
        return row.id, word


def _taken(wanted: Wanted, config: Config) -> tuple[str, list[str]]:
    purpose, faults = typed.line(wanted.purpose), {}
    if not 1 <= len(purpose) <= 60:
        faults["purpose"] = "请写明推送给哪个系统、做什么用（60 字以内）。"
    try:
        receiver(config, wanted.url)
    except Invalid as error:
        faults |= error.fields
    events = [kind for kind in EVENTS if kind in wanted.events]
    if not events:
        faults["events"] = "请至少选一类事件。"
    if faults:
        raise Invalid(faults)
    return purpose, events


def _drawn() -> str:
    """Draw a secret as its receiver is given it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _kept(step: Step, word: str, row: Webhook, config: Config) -> str:
    return Box(keys_of(config), PURPOSE, scheme_of(step)).lock(word, row.id)


def about(row: Webhook) -> About:
    return About("webhook", row.id)


def _told(row: Webhook) -> dict[str, object]:
    """Say to which host; the rest of an address may be a secret of its receiver."""
    return {"purpose": row.purpose, "host": urlsplit(row.url).netloc, "events": row.events}


def change(step: Step, webhook_id: int, wanted: Wanted, config: Config, *, version: int) -> None:
    """Change what a webhook is told, where and why; what happened before is told as it was chosen.

    Of a kind that is new only what happens from now on; kinds that stay lose no step that ends late.

    Raises:
        NotThere: No such webhook.
        Invalid: Names every field that cannot be taken.
        Stale: Somebody changed it meanwhile.
    """
    purpose, events = _taken(wanted, config)
    while deliveries.collect(step, webhook_id):
        pass
    with step.writing():
        row = _held(step, webhook_id)
        if row.version != version:
            raise Stale
        before = _told(row)
        row.joined = joined(row, events, step.now)
        row.purpose, row.url, row.events = purpose, wanted.url, events
        row.version += 1
        step.log("webhook_edit", about(row), before=before, after=_told(row))


def _held(step: Step, webhook_id: int) -> Webhook:
    row = store.webhook(step.session, webhook_id, lock=True)
    if row is None:
        raise NotThere
    return row


def rotate(step: Step, webhook_id: int, config: Config) -> str:
    """Draw a new secret and return it; for a day the one before signs as well.

    Whichever of several the receiver was given, it goes on being told until its own day is over.

    Raises:
        NotThere: No such webhook.
        WrongState: Too many were drawn within a day.
    """
    word = _drawn()
    with step.writing() as session:
        row = _held(step, webhook_id)
        store.forget_secrets(session, row.id, step.now)
        earlier = store.earlier(session, row.id, step.now)
        if len(earlier) >= MOST_EARLIER:
            raise WrongState({"secret": TOO_OFTEN})
        until = step.now + ROTATION
        session.add(WebhookSecret(webhook_id=row.id, sealed=row.sealed, until=until))
        row.sealed = _kept(step, word, row, config)
        step.log("webhook_rotate", about(row))
    return word


def switch(step: Step, webhook_id: int, *, on: bool) -> int | None:
    """Switch a webhook on or off; what happens while it is off is told once it is on again.

    Returns:
        The job that sends, where it was switched on.

    Raises:
        NotThere: No such webhook.
        WrongState: It stands so already.
    """
    action = "webhook_on" if on else "webhook_off"
    with step.writing() as session:
        row = _held(step, webhook_id)
        before = row.state
        if before not in WEBHOOK[action].begins:
            raise WrongState({"state": "已经是这样了，请刷新页面。"})
        row.state = WEBHOOK[action].leads
        course = store.course(session, webhook_id, lock=True)
        course.failures, course.rest_until = 0, None
        course.failing_since = course.failed_at = None
        step.log(action, about(row), before={"state": before}, after={"state": row.state})
        if not on:
            return None
        store.hasten(session, webhook_id, step.now)
        return deliveries.ask(step, webhook_id).id


def remove(step: Step, webhook_id: int) -> None:
    """Remove a webhook with the list of what was sent.

    Raises:
        NotThere: No such webhook.
    """
    with step.writing() as session:
        row = _held(step, webhook_id)
        step.log("webhook_remove", about(row), before=_told(row))
        deliveries.cancel(step, webhook_id)
        store.remove(session, webhook_id)
