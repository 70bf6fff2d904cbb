"""The life of an alert: raised when a check turns bad, told once, ended when it was calm for a while.

Whoever watches finds something bad every minute; that is one occasion, however many machines watch.
It ends ten minutes after the last of them found it so, and what comes back after that is another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from survey.lifecycle.step import About, Step
from survey.store import alerts as store
from survey.tables import Alert

CALM = timedelta(minutes=10)
AGAIN = timedelta(minutes=5)
"""Between two tries to mail one alert, whichever machine tries."""


@dataclass(frozen=True)
class Bad:
    """A check that is bad now: its name, what was found, and what the sentence about it names."""

    about: str
    code: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Untold:
    """An alert that is to be mailed."""

    id: int
    bad: Bad


def keep(step: Step, found: Iterable[Bad]) -> None:
    """Raise what is bad and was not, note what still is, and end what has been calm long enough."""
    now_bad = {one.about: one for one in found}
    if not now_bad and not store.open_alerts(step.session):
        return
    with step.writing() as session:
        known = {alert.about: alert for alert in store.open_alerts(session, lock=True)}
        for about, bad in now_bad.items():
            if about in known:
                _note(step, known[about], bad)
            else:
                _raise(step, bad)
        for about, alert in known.items():
            if about not in now_bad and step.now - alert.seen_at >= CALM:
                alert.ended_at = step.now
                step.log("alert_end", About("alert", about))


def _raise(step: Step, bad: Bad) -> None:
    alert = Alert(about=bad.about, began_at=step.now)
    _note(step, alert, bad)
    step.session.add(alert)
    step.log("alert", About("alert", bad.about), succeeded=False)


def _note(step: Step, alert: Alert, bad: Bad) -> None:
    alert.code, alert.seen_at = bad.code, step.now
    alert.values = json.loads(json.dumps(bad.values, default=str))


def to_mail(step: Step) -> list[Untold]:
    """Take the alerts that nobody was mailed of; another machine leaves them alone for a while.

    A mail may go twice where a machine dies between the server's word and ours: better than never.
    """
    with step.writing() as session:
        found = store.untold(session, step.now - AGAIN)
        for alert in found:
            alert.tried_at = step.now
        return [Untold(one.id, Bad(one.about, one.code, one.values)) for one in found]


def told(step: Step, alert_id: int) -> None:
    """Note that a server has the mail."""
    with step.writing() as session:
        store.alert(session, alert_id).told_at = step.now
        step.log("alert_tell", About("alert", store.alert(session, alert_id).about))
