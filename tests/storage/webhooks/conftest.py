"""A receiver on loopback, a webhook of it, and a worker that sweeps."""

import pytest
from sqlalchemy.orm import sessionmaker

from survey import clock
from survey.jobs.worker import Worker
from survey.lifecycle import deliveries, webhooks
from survey.lifecycle.step import Step
from survey.lifecycle.webhooks import Wanted
from survey.store import jobs as store_of_jobs
from tests.support.people import TESTER
from tests.support.receiver import receiving
from tests.support.webhooks import KINDS, MINUTE


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def config(settings, receiver):
    return receiver.allowed_by(settings)


@pytest.fixture
def step(session):
    return lambda: Step(session, TESTER, clock.utc_now())


@pytest.fixture
def hook(step, config, receiver):
    """A webhook of the receiver: its number, and its secret."""
    return webhooks.add(step(), Wanted("虚构的数据平台", receiver.url, KINDS), config)


@pytest.fixture
def later(monkeypatch):
    """Let the clock of workers stand so many minutes from now."""
    began = clock.utc_now()

    def later(minutes):
        monkeypatch.setattr(clock, "utc_now", lambda: began + minutes * MINUTE)

    return later


@pytest.fixture
def work(session, engine, config):
    """Sweep, as happens every minute, and do what comes of it."""

    def work(config=config):
        session.rollback()
        worker = Worker(config, sessionmaker(engine, expire_on_commit=False))
        with worker._step() as step:
            deliveries.begin(step)
            queued = store_of_jobs.unsent(step.session, step.now)
        for job in queued:
            worker.do(job.id)
        worker.queue.close()
        return len(queued)

    return work
