"""Who is killed when, and that the site comes to rest afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count, cycle

from sqlalchemy import update

from survey import db
from survey.clock import utc_now
from survey.jobs.queue import Queue
from survey.lifecycle import jobs
from survey.lifecycle.step import Step
from survey.tables import Job, JobState
from tests.soak.crowd import Counts, Crowd
from tests.support.patience import until
from tests.support.servers import ServerDied

REST_SECONDS = 300
LOOK_SECONDS = 1


@dataclass(frozen=True)
class Part:
    """Something that may be killed, and how whoever watches over it has it back.

    Attributes:
        meanwhile: Waits until the site goes on without it, where it should.
        has_ended: Whether it did so by itself: a worker does that starts while the database is away.
    """

    name: str
    kill: Callable[[], None]
    start: Callable[[], None]
    meanwhile: Callable[[], None] = lambda: None
    has_ended: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Outcome:
    """What came of a time under blows."""

    seconds: float
    rest: float
    """Seconds until all that was promised was there, from the end of the load."""
    blows: Counter[str]
    again: Counter[str]
    """What ended by itself and was started again."""
    counts: Counts
    longest_after: str
    """Whose blow was the last before the longest time without a page was over."""

    def __str__(self) -> str:
        blows = ", ".join(f"{name} {many}" for name, many in sorted(self.blows.items()))
        return (
            f"{self.seconds:.0f} s of load, {self.rest:.0f} s to come to rest; kill -9: {blows}; "
            f"ended by themselves and started again: {self.again.total()}\n"
            f"{self.counts}, after a blow to: {self.longest_after}"
        )


def by_clock(seconds: float, every: float) -> Iterator[None]:
    """Give a moment for a blow so often, give or take a tenth, and end after so many seconds."""
    dice, began = random.Random(1), time.monotonic()
    for number in count(1):
        due = began + (number + dice.uniform(-0.1, 0.1)) * every
        if due > began + seconds:
            break
        _sleep_until(due)
        yield
    _sleep_until(began + seconds)


def by_work(crowd: Crowd, deliveries: int, blows: int) -> Iterator[None]:
    """Give a moment for a blow whenever so many more deliveries were begun, however long they take."""
    for number in range(1, blows + 1):
        until(lambda number=number: crowd.delivered >= deliveries * number)
        yield
    until(lambda: crowd.delivered >= deliveries * (blows + 1))


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


class Watch:
    """Who kills, and has whatever ended started again, as systemd and its like do (``Restart=``)."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.blows, self.again = Counter[str](), Counter[str]()
        self._moments: list[tuple[float, str]] = []
        self._parts = parts
        self._one_at_a_time = threading.Lock()

    def blow(self, part: Part) -> None:
        with self._one_at_a_time:
            part.kill()
            self.blows[part.name] += 1
            self._moments.append((time.monotonic(), part.name))
            part.meanwhile()
            part.start()

    def last_before(self, moment: float) -> str:
        """Return whose blow was the last before a moment."""
        before = [name for at, name in self._moments if at < moment]
        return before[-1] if before else "nobody"

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Watch as long as the block lasts."""
        over = threading.Event()
        watching = threading.Thread(target=self._watch, args=(over,))
        watching.start()
        try:
            yield
        finally:
            over.set()
            watching.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(LOOK_SECONDS):
            for part in self._parts:
                with self._one_at_a_time, suppress(ServerDied):
                    if part.has_ended():
                        self.again[part.name] += 1
                        part.kill()
                        part.start()


def soak(crowd: Crowd, parts: Sequence[Part], moments: Iterator[None]) -> Outcome:
    """Let the crowd use the site while at each moment the next part is killed; count afterwards."""
    watch, began = Watch(parts), time.monotonic()
    with watch.kept():
        with crowd.at_work():
            for part, _ in zip(cycle(parts), moments, strict=False):
                watch.blow(part)
            lasted = time.monotonic() - began
        rest(crowd)
    rested = time.monotonic() - began - lasted
    counts = crowd.counts()
    after = watch.last_before(counts.longest_until)
    return Outcome(lasted, rested, watch.blows, watch.again, counts, after)


def rest(crowd: Crowd) -> None:
    """Wait until every report that was promised is there, or is not coming.

    What a killed worker held is waited for no longer: its lease is taken to have run out. A report
    that came to nothing too often is asked for again, as its page offers.
    """
    queue, end = Queue(crowd.app.config["SURVEY"]), time.monotonic() + REST_SECONDS
    _let_leases_run_out(crowd)
    while (missing := crowd.waiting()) and time.monotonic() < end:
        step = Step(crowd.session, jobs.WORKER, utc_now())
        for job_id, due in jobs.sweep(step, queue.waiting()).items():
            queue.send(job_id, due)
        with crowd.inside():
            for assessment in missing:
                crowd.asker.is_promised(assessment)
        time.sleep(LOOK_SECONDS)
    queue.close()


def _let_leases_run_out(crowd: Crowd) -> None:
    held = update(Job).where(Job.state == JobState.WORKING)
    with db.writing(crowd.session):
        crowd.session.execute(held.values(leased_until=utc_now()))
