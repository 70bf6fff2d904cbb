"""Those who use the site at once, put into its database beforehand, and what became of what they were told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.clock import utc_now
from survey.files.contents import Contents
from survey.files.stores import contents_of
from survey.readings.stray import stray
from survey.tables import Document, Role
from tests.soak.load import Asker, Reader
from tests.support import delivering
from tests.support.delivering import Site, Tablet
from tests.support.patience import until
from tests.support.people import a_user, handed_in, signed_in
from tests.support.tokens import a_token

PAUSE_SECONDS = 0.1
PAGES_ON, DELIVERIES_ON = 3, 6
DEVICE_SECONDS = 600
"""How long a device tries to deliver one thing: a real one never gives up, and a busy machine takes longer
to start what was killed than there is between two blows."""
PAGES = ("/bureau/", "/bureau/firms", "/bureau/assessments", "/bureau/pool")


@dataclass(frozen=True)
class Counts:
    """What was acknowledged, and what of it the site holds in the end."""

    deliveries: delivering.Outcome
    promised: int
    reports_lost: int
    reports_doubled: int
    contents_missing: int
    asked_again: int
    pages: int
    errors: Counter[int]
    """Answers that were no page, by status; 0 for none at all."""
    longest: float
    """Seconds: the longest time that any reader was without a page."""
    longest_until: float
    """When that was over, by the clock that only goes on."""

    @property
    def is_exact(self) -> bool:
        gone = self.reports_lost or self.reports_doubled or self.contents_missing
        return self.deliveries.is_exact and not gone

    def __str__(self) -> str:
        return (
            f"{self.deliveries}\n"
            f"{self.promised} reports promised ({self.asked_again} times asked again): "
            f"{self.reports_lost} lost, {self.reports_doubled} doubled; "
            f"{self.contents_missing} contents missing\n"
            f"{self.pages} pages read, {self.errors.total()} errors, no reader without a page for longer "
            f"than {self.longest:.1f} s"
        )


@dataclass
class Crowd:
    """Devices, a program and readers.

    Attributes:
        contents: Where files lie, as this process reaches them.
        pause: Seconds between two deliveries of one device.
        inside: Where their threads live; anywhere, unless the site has a network of its own.
    """

    app: Flask
    session: Session
    tablets: list[Tablet]
    asker: Asker
    readers: list[Reader]
    contents: Contents
    pause: float = PAUSE_SECONDS
    inside: Any = nullcontext

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let all of them use the site as long as the block lasts; each brings to an end what it began."""
        over = threading.Event()
        tasks: list[Any] = [
            *(lambda one=one: one.deliver_until(over, self.pause) for one in self.tablets),
            *(lambda one=one: one.read(over) for one in self.readers),
            lambda: self.asker.ask_on(over),
        ]
        with ThreadPoolExecutor(len(tasks)) as pool:
            working = [pool.submit(self._inside, task) for task in tasks]
            try:
                yield
            finally:
                over.set()
            for one in working:
                one.result()

    def _inside(self, task: Any) -> None:
        with self.inside():
            task()

    @property
    def delivered(self) -> int:
        return sum(one.deliveries for one in self.tablets)

    @property
    def read(self) -> int:
        """Pages of the reader who had the fewest."""
        return min(one.good for one in self.readers)

    def goes_on(self) -> None:
        """Wait until every reader had pages and devices delivered."""
        pages, deliveries = self.read + PAGES_ON, self.delivered + DELIVERIES_ON
        until(lambda: self.read >= pages and self.delivered >= deliveries)

    def waiting(self) -> list[int]:
        """Return the assessments whose report was promised and is not there yet."""
        made = self._made()
        return [one for one in self.asker.promised if not made[one]]

    def counts(self) -> Counts:
        """Compare what everybody was told with what the site holds."""
        made = self._made()
        missing = stray(self.session, self.contents, utc_now()).missing
        waited = max(self.readers, key=lambda one: one.longest)
        return Counts(
            deliveries=delivering.counted(self.session, self.tablets),
            promised=len(self.asker.promised),
            reports_lost=sum(made[one] == 0 for one in self.asker.promised),
            reports_doubled=sum(many > 1 for many in made.values()),
            contents_missing=len(missing),
            asked_again=self.asker.again,
            pages=sum(one.good for one in self.readers),
            errors=sum((one.bad for one in self.readers), Counter()),
            longest=waited.longest,
            longest_until=waited.longest_until,
        )

    def _made(self) -> Counter[int]:
        self.session.rollback()
        issued = self.session.scalars(
            select(Document.subject_id).where(Document.subject == "assessment")
        )
        made = Counter(issued.all())
        self.session.rollback()
        return made


def a_crowd(
    app: Flask,
    session: Session,
    site: Site,
    *,
    tablets: int,
    reports: int,
    inside: Any = nullcontext,
    contents: Contents | None = None,
) -> Crowd:
    """Invent so many devices over a visit each, a program that asks for so many reports, two readers."""
    officer = a_user(session, Role.OFFICER)
    cookie = signed_in(app, session, officer).get_cookie("survey")
    assert cookie is not None
    waiting = [handed_in(session, a_user(session)).id for _ in range(reports)]
    crowd = Crowd(
        app,
        session,
        tablets=[delivering.a_tablet(app, session, site, number) for number in range(tablets)],
        asker=Asker(site, a_token(session, officer), waiting),
        readers=[Reader(site, PAGES[turn:] + PAGES[:turn], cookie.value) for turn in (0, 2)],
        contents=contents or contents_of(app.config["SURVEY"]),
        inside=inside,
    )
    for tablet in crowd.tablets:
        tablet.patience = DEVICE_SECONDS
    session.rollback()
    return crowd
