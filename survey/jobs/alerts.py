"""What turned bad is told: looked for every minute, kept as an alert, mailed once.

No job of the queue, for the queue may be what is stuck: each machine that works looks for itself.
"""

from __future__ import annotations

import logging
import smtplib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from survey import clock
from survey.config import Config
from survey.files import refusals
from survey.files.stores import contents_of
from survey.jobs import mails
from survey.jobs.workshop import WorkFailed
from survey.lifecycle import alerts as steps
from survey.lifecycle.alerts import Bad, Untold
from survey.lifecycle.jobs import WORKER
from survey.lifecycle.step import Step
from survey.readings.condition import CHECKS, Around, Check, Grade, examine
from survey.words import condition as words

EVERY_SECONDS = 60
STOP_SECONDS = 2
COUNTS_KEPT = timedelta(hours=1)
logger = logging.getLogger(__name__)


def begin(config: Config, sessions: sessionmaker[Session]) -> Callable[[], None]:
    """Look every minute, in a thread of its own; return what ends it."""
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(EVERY_SECONDS):
            try:
                look(config, sessions)
            except Exception:  # a database that is away for a while must not end the watch
                logger.exception("this installation could not be looked at")

    def end() -> None:
        ending.set()
        thread.join(STOP_SECONDS)

    thread = threading.Thread(target=run, name="alerts", daemon=True)
    thread.start()
    return end


def look(config: Config, sessions: sessionmaker[Session]) -> None:
    """Look once, keep what was found, and mail what nobody was mailed of."""
    with sessions() as session:
        now = clock.utc_now()
        around = Around(session, config, contents_of(config), now)
        found = examine(around, watched(config))
        session.rollback()
        step = Step(session, WORKER, now)
        bad = [Bad(o.check, o.code, o.values) for o in found if o.grade == Grade.BAD]
        try:
            steps.keep(step, bad)
        except IntegrityError:  # another machine has just raised the same
            return
        if config.mail_url and config.alert_mail:
            _tell(config, step, steps.to_mail(step))
    refusals.forget(config.instance / refusals.FOLDER, now - COUNTS_KEPT)


def watched(config: Config) -> Iterator[Check]:
    """Yield the checks whose turning bad is told; of backups where this machine knows the folder."""
    for check in CHECKS:
        if check.told and (check.name != "backup" or config.backup_folder is not None):
            yield check


def _tell(config: Config, step: Step, untold: list[Untold]) -> None:
    """Mail each alert to everybody; one that no server took is tried again in a while."""
    if not untold:
        return
    try:
        with mails.server_of(config) as server:
            for one in untold:
                if _handed_over(server, config, one):
                    steps.told(step, one.id)
    except (WorkFailed, mails.NotLeft, mails.Unsure):
        logger.warning("an alert could not be mailed; it is tried again")


def _handed_over(server: smtplib.SMTP, config: Config, untold: Untold) -> bool:
    """Mail an alert to everybody; say whether all have it who ever will, and that is somebody.

    Somebody whom the server does not know keeps it from nobody else.
    """
    taken = later = 0
    for number, whom in enumerate(config.alert_mail, start=1):
        try:
            mails.hand_over(server, whom, _message(config, untold, whom))
            taken += 1
        except mails.Refused as refused:
            logger.warning("address %d of ALERT_MAIL was refused: %s", number, refused.words)
            later += refused.for_now
    return bool(taken and not later)


def _message(config: Config, untold: Untold, whom: str) -> EmailMessage:
    bad, host = untold.bad, urlsplit(config.base_url).hostname
    message = EmailMessage()
    message["Subject"] = words.subject(bad.about)
    message["From"], message["To"] = config.mail_from, whom
    message["Date"] = format_datetime(clock.utc_now())
    # The same each time it is tried: a receiver that has it already drops the second.
    message["Message-ID"] = f"<alert.{untold.id}@{host}>"
    text = words.mail(bad.about, bad.code, bad.values, f"{config.base_url}/admin/operation")
    message.set_content(text, cte="base64")
    return message
