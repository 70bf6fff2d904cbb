"""Answers and photos over a bad network, the server killed meanwhile: none lost, none doubled."""

import pytest

from tests.support.delivering import deliver
from tests.support.servers import serving


@pytest.mark.parametrize(
    ("deliveries", "kills"), [(240, 2), pytest.param(5000, 25, marks=pytest.mark.nightly)]
)
def test_every_delivery_is_kept_once_and_in_order(app, session, settings, deliveries, kills):
    with serving(settings) as server:
        outcome = deliver(app, session, server, deliveries=deliveries, kills=kills)

    print(outcome)  # noqa: T201  # the counts are what one wants to read
    assert outcome.meant == deliveries // 4 * 4
    assert outcome.is_exact, outcome
    assert outcome.kills == kills
    assert all(outcome.mix[fault] for fault in ("lost", "unheard", "twice", "late", "cut"))
