"""Two of everything, each in a network of its own, killed in turn under load, its disk gone with it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from survey import db
from tests.soak.blows import by_work, soak
from tests.soak.networks import a_network, unplugged
from tests.soak.several import a_database, several_machines
from tests.support.patience import until


@pytest.mark.nightly
def test_whichever_machine_is_killed_nothing_acknowledged_is_lost_or_done_twice(instance):
    """While a web machine or a worker is away, readers read on and devices deliver."""
    with several_machines(instance, tablets=2, reports=6) as (crowd, parts):
        outcome = soak(crowd, parts, by_work(crowd, deliveries=30, blows=len(parts)))

    print(outcome)  # noqa: T201  # the counts are what one wants to read
    assert set(outcome.blows) == {one.name for one in parts}
    assert outcome.counts.promised
    assert outcome.counts.is_exact, outcome


@pytest.mark.nightly
def test_whoever_waits_for_a_database_whose_cable_was_pulled_is_told_and_finds_it_again():
    """Left to itself TCP waits for a quarter of an hour: a page would, and its worker with it."""
    with a_network(("street", "database")) as machines, a_database(machines["database"]):
        street, database = machines["street"], machines["database"]
        engine = db.engine_for(f"postgresql://survey@{database.address}:5432/postgres")

        def answers():
            with street.inside(), suppress(OperationalError), engine.connect() as connection:
                return connection.scalar(text("SELECT 1")) == 1

        def interrupted():
            with street.inside(), engine.connect() as connection:
                connection.scalar(text("SELECT 1"))
                with unplugged(database, street), pytest.raises(OperationalError):
                    connection.scalar(text("SELECT 2"))

        with ThreadPoolExecutor(1) as pool:
            until(lambda: pool.submit(answers).result())
            until((waits := pool.submit(interrupted)).done)
            waits.result()
            until(lambda: pool.submit(answers).result())
        engine.dispose()
