"""Two of everything, each in a network of its own, killed in turn under load, its disk gone with it."""

import pytest

from tests.soak.blows import by_work, soak
from tests.soak.several import several_machines


@pytest.mark.nightly
def test_whichever_machine_is_killed_nothing_acknowledged_is_lost_or_done_twice(instance):
    """While a web machine or a worker is away, readers read on and devices deliver."""
    with several_machines(instance, tablets=2, reports=6) as (crowd, parts):
        outcome = soak(crowd, parts, by_work(crowd, deliveries=30, blows=len(parts)))

    print(outcome)  # noqa: T201  # the counts are what one wants to read
    assert set(outcome.blows) == {one.name for one in parts}
    assert outcome.counts.promised
    assert outcome.counts.is_exact, outcome
