"""An upgrade without down time: this release and the one before, both whole, on one database."""

import threading
from contextlib import ExitStack

import pytest
from sqlalchemy import MetaData, Table, create_engine, insert

from survey import migrations
from survey.config import sqlite_url
from tests.benchmarks.jobs import database_on
from tests.soak.alone import Queued, configured, opened
from tests.soak.blows import rest
from tests.soak.crowd import a_crowd
from tests.soak.load import Front, Reader
from tests.soak.releases import release_before, run
from tests.support.patience import until
from tests.support.people import moment


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request, instance):
    if request.param == "sqlite":
        return configured(instance, sqlite_url(instance / "survey.db"))
    url = database_on(request.getfixturevalue("postgres"), "two_releases")
    return configured(instance, url, queue_url=url)


@pytest.fixture
def releases(config, tmp_path):
    """A server of each, not started."""
    before, now = Queued(config, workers=2), Queued(config, workers=2)
    before.project = release_before(tmp_path / "before")
    yield before, now
    before.kill()
    now.kill()


@pytest.mark.nightly
def test_whoever_is_at_work_notices_no_upgrade(config, releases):
    before, now = releases
    run(before.project, before.environment(), "migrate")
    somebody_uses(config)
    was = revision(config)
    before.start()
    before.start_jobs()

    reader = Reader(before, ("/sign-in", "/health/ready"), cookie="")
    with reading(reader):
        run(now.project, now.environment(), "migrate")
        until(lambda: reader.good > 10)
    assert not reader.bad
    assert was <= revision(config) == migrations.head()

    front = Front([("127.0.0.1", one.port) for one in (before, now)])
    with opened(config) as (app, session):
        crowd = a_crowd(app, session, front, tablets=2, reports=4)
        crowd.asker.between = 1
        with crowd.at_work():
            crowd.goes_on()
            now.start()
            now.start_jobs()
            until(lambda: min(front.asked[one] for one in front.addresses) > 40)
            before.stop()
            crowd.goes_on()
        rest(crowd)
        counts = crowd.counts()

    print(counts)  # noqa: T201  # the counts are what one wants to read
    assert counts.promised
    assert counts.is_exact, counts
    # Whom the old one left without an answer as it stopped, nginx asks the other for.
    assert set(counts.errors) <= {0}, counts.errors


def somebody_uses(config):
    """Let there be a user, as there is wherever a release was at work: what was never used is not upgraded."""
    engine = create_engine(config.database_url.replace("postgresql:", "postgresql+psycopg:"))
    given = {"username": "early", "name": "虚构人", "role": "officer", "active": True}
    with engine.begin() as connection:
        users = Table("users", MetaData(), autoload_with=connection)
        numbers = {"owner": False, "sections": None, "created_at": moment()}
        connection.execute(insert(users).values(given | numbers))
    engine.dispose()


def reading(reader):
    """Let a reader read as long as the block lasts."""
    over, stack = threading.Event(), ExitStack()
    thread = threading.Thread(target=reader.read, args=(over,))
    thread.start()
    stack.callback(thread.join)
    stack.callback(over.set)
    return stack


def revision(config):
    engine = create_engine(config.database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = migrations.current(connection)
    engine.dispose()
    return found
