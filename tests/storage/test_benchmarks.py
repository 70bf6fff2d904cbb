"""What is told of groups of firms: made once a period from confirmed sheets, the same for all until the next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reports.benchmarks import ALL, WHOLE, Told
from survey.clock import LOCAL
from survey.lifecycle import benchmarks as life
from survey.lifecycle.step import Actor, Step
from survey.readings.diagnoses import diagnosis_of
from survey.readings.prices import prices, satisfied
from survey.store import benchmarks as store
from survey.store.settings import read
from survey.tables import Role, SheetKind
from tests.support.bureau import logged
from tests.support.people import a_consultant, a_firm, a_user, confirmed, moment
from tests.support.providers import PACKAGE, a_provider, an_accepted_project

NIGHT = Actor(None, "系统")
FIRMS = 6


@pytest.fixture
def visited(session):
    """So many firms that something is told of them."""
    consultant = a_consultant(session)
    return [a_visited_firm(session, consultant) for _ in range(FIRMS)]


def a_visited_firm(session, consultant):
    owner = a_user(session, Role.FIRM, a_firm(session))
    return confirmed(session, owner, consultant, level=2)


def at(session, days=0):
    return Step(session, NIGHT, moment() + timedelta(days=days))


def test_a_period_is_begun_once_and_lasts_whatever_comes(session, visited):
    edition = visited[0].edition
    assert store.editions(session) == [edition]

    assert life.publish(at(session), edition)
    first = store.told(session, edition, moment() + timedelta(days=1))
    for _ in range(5):
        a_visited_firm(session, a_consultant(session))

    assert not life.publish(at(session, days=27), edition)
    assert life.publish(at(session, days=28), edition)
    assert not life.publish(at(session, days=60), edition)
    assert [row.period for row in store.periods(session, edition)] == [1, 2]
    found = life.figures(first)[Told(WHOLE, visited[0].trade, ALL)]
    assert (found.period, found.firms) == (1, 5)
    assert [row.after["rows"] > 0 for row in logged(session, "benchmark")] == [True, True]


def test_of_five_firms_nothing_is_told_and_nothing_is_written(session):
    consultant = a_consultant(session)
    visited = [a_visited_firm(session, consultant) for _ in range(FIRMS - 1)]
    edition = visited[0].edition

    assert not life.publish(at(session), edition)
    assert store.periods(session, edition) == []
    assert logged(session, "benchmark") == []


def test_all_reports_of_a_day_say_what_was_told_when_it_began(session, visited):
    it, today = visited[0], moment().astimezone(LOCAL).date()
    life.publish(at(session), it.edition)

    def peers_on(day):
        return diagnosis_of(
            session, it, SheetKind.ONSITE, district=read(session), issued=day, photos={}
        ).peers

    assert peers_on(today) is None
    tomorrow = peers_on(today + timedelta(days=1))
    assert tomorrow.firms == "5–9"
    assert tomorrow.day == today
    for _ in range(5):
        a_visited_firm(session, a_consultant(session))
    life.publish(at(session, days=30), it.edition)
    assert peers_on(today + timedelta(days=30)) == tomorrow
    assert peers_on(today + timedelta(days=31)).firms == "10–14"


def test_townships_are_told_beside_trades(session, visited):
    consultant = a_consultant(session)
    for _ in range(FIRMS):
        firm = a_firm(session, township="虚构镇")
        confirmed(session, a_user(session, Role.FIRM, firm), consultant, level=2)

    life.publish(at(session), visited[0].edition)

    found = life.figures(store.told(session, visited[0].edition))
    assert found[Told(WHOLE, township="虚构镇")].firms == 5


# --- what packages cost -------------------------------------------------------------------------------


def sold(session, sellers, firms):
    for number in range(firms):
        an_accepted_project(session, a_firm(session), sellers[number % len(sellers)])


def test_prices_are_told_once_a_period_whatever_is_accepted(session):
    sellers = [a_provider(session) for _ in range(3)]
    sold(session, sellers, FIRMS)
    assert prices(session) == {}

    assert life.publish_prices(at(session))
    first = prices(session)
    sold(session, sellers, 5)

    assert prices(session) == first
    assert not life.publish_prices(at(session, days=27))
    assert life.publish_prices(at(session, days=28))
    assert first[PACKAGE].firms == (5, 9)
    assert first[PACKAGE].median == (10_000, 12_500)  # 123.45 万元
    assert prices(session)[PACKAGE].firms == (10, 14)


def test_what_one_provider_sold_to_all_is_told_to_nobody(session):
    sold(session, [a_provider(session)], FIRMS)

    assert not life.publish_prices(at(session))
    assert prices(session) == {}


# --- how satisfied firms are ---------------------------------------------------------------------------


def test_a_providers_mark_is_told_once_a_period_and_of_six_firms_at_least(session):
    seller, other = a_provider(session), a_provider(session)
    for number, mark in enumerate((5, 4, 4, 3, 2)):
        firm = a_firm(session)
        an_accepted_project(session, firm, seller, satisfaction=mark)
        if not number:
            an_accepted_project(session, firm, seller, satisfaction=1)  # a firm counts once
        an_accepted_project(session, a_firm(session), other)  # said nothing
    assert not life.publish_satisfaction(at(session))

    an_accepted_project(session, a_firm(session), seller, satisfaction=5)
    assert life.publish_satisfaction(at(session))
    assert satisfied(session) == {seller.id: 3}

    an_accepted_project(session, a_firm(session), seller, satisfaction=5)
    assert not life.publish_satisfaction(at(session, days=27))
    assert not life.publish_satisfaction(at(session, days=28))  # one firm more would be found by it
    for _ in range(4):
        an_accepted_project(session, a_firm(session), seller, satisfaction=5)
    assert life.publish_satisfaction(at(session, days=28))
    assert satisfied(session) == {seller.id: 5}
