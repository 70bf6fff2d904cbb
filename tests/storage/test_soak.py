"""Web server, worker and database killed in turn under mixed load: nothing acknowledged is lost or doubled."""

import pytest

from tests.soak.alone import one_machine
from tests.soak.blows import by_clock, by_work, soak


def test_what_was_acknowledged_is_there_once_whoever_is_killed(instance):
    with one_machine(instance, tablets=2, reports=1) as (crowd, parts):
        crowd.pause = 0.01
        outcome = soak(crowd, parts, by_work(crowd, deliveries=15, blows=len(parts)))

    is_as_promised(outcome)


@pytest.mark.nightly
def test_for_two_minutes(instance):
    with one_machine(instance, tablets=2, reports=20) as (crowd, parts):
        outcome = soak(crowd, parts, by_clock(120, every=10))

    is_as_promised(outcome)


def is_as_promised(outcome):
    print(outcome)  # noqa: T201  # the counts are what one wants to read
    assert set(outcome.blows) == {"web", "worker", "database"}
    assert outcome.counts.deliveries.meant
    assert outcome.counts.promised
    assert outcome.counts.pages
    assert outcome.counts.is_exact, outcome
