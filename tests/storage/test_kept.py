"""Answers kept in memory are what the database would say, whatever was changed, by whom and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from survey import db, migrations
from survey.config import Config
from survey.migrations import watching
from survey.readings import dashboard
from survey.store import (
    assessment_list,
    candidates,
    completion,
    firms,
    forecasts,
    introduced,
    kept,
    needs,
    notices,
    pool,
    project_sums,
    projects,
    samples,
    stages,
    todo,
)
from survey.store.lists import BELOW, Slice, Wanted
from survey.tables import Assessment, AssessmentState, Firm, Ladder, Role, Round, Table, Touch
from survey.tables.touches import WATCHED
from tests.support.bureau import counting
from tests.support.districts import EDITION, PLACE, SHIPPED, District
from tests.support.people import moment

TODAY = date(2026, 10, 5)
FIRMS, WARD = 60, 17
WAITING = (
    todo.without_consultant,
    todo.without_entry,
    todo.proposed,
    todo.stages_proposed,
    partial(todo.stages_proposed, ladder=Ladder.NATION),
    partial(todo.without_password, now=moment(), roles=[Role.FIRM], link_open=False),
    partial(todo.without_password, now=moment(), roles=[Role.CONSULTANT]),
    todo.contracts_to_check,
    todo.progress_to_check,
    todo.passed_unrecorded,
)
COUNT = select(Assessment.state, func.count()).group_by(Assessment.state)


@pytest.fixture
def district(session: Session, monkeypatch: pytest.MonkeyPatch) -> District:
    """A filled district of four small wards."""
    monkeypatch.setattr(watching, "WARD", WARD)
    monkeypatch.setattr(kept, "WARD", WARD)
    with db.writing(session):
        watching.install(session.connection())
    filled = District(FIRMS, rounds=2, sheets=4, answers=False, followed=True)
    filled.fill(session)
    return filled


@pytest.fixture
def colleague(settings: Config) -> Iterator[Session]:
    """Somebody else, at another machine: nothing is kept in common."""
    other = db.engine_for(settings.database_url)
    with Session(other) as session:
        yield session
    other.dispose()


def figures(session: Session) -> dict[str, Any]:
    """Whatever pages count over the whole district."""
    edition, round_ = SHIPPED.load(EDITION), session.get_one(Round, 2)
    pace = completion.Pace(TODAY, TODAY)
    page = dashboard.page(session, PLACE, edition, round_, None, moment())
    wanted = Wanted(edition=EDITION, sort="firm")
    return {
        "district": page.tables,
        "assessments": assessment_list.counts(session, EDITION),
        "rows": assessment_list.assessments(session, wanted, Slice(1, 5)),
        "named": assessment_list.assessments(session, Wanted(words="氏"), Slice(2, 5)),
        "waiting": pool.waiting(session, EDITION, PLACE.stages, TODAY),
        "targets": pool.pool_targets(session, EDITION),
        "stages": stages.counted(session, pool.entry_of_edition(EDITION), Ladder.NATION),
        "round": sorted(completion.counted(session, round_).cells.items(), key=str),
        "slow": completion.slow_of(session, round_, pace),
        "of the round": [
            completion.round_firms(session, round_, Wanted(state=state), pace, Slice(1, 7))
            for state in ("", BELOW, completion.STUCK)
        ],
        "townships": completion.township_counts(session, round_, Wanted(trade="valve"), pace),
        "providers": projects.providers(session),
        "projects": project_sums.sums(session, TODAY),
        "projects that wait": projects.projects(
            session, Wanted(waits="any", sort="planned"), Slice(1, 5)
        ),
        "entries": pool.pool(session, Wanted(edition=EDITION, sort="-share"), Slice(1, 5)),
        "names": firms.firms(session, Wanted(words="宏", sort="firm"), Slice(1, 5)),
        "verified": forecasts.seen(session, EDITION),
        "begun": firms.firms(session, Wanted(state=f"{BELOW}||draft"), Slice(1, 5)),
        "narrowed": [
            assessment_list.assessments(session, Wanted(**asked), Slice(1, 5))
            for asked in ({"words": "氏", "size": "small"}, {"pool": f"{BELOW}||proposed"})
        ],
        "needs": needs.by_standing(session, TODAY),
        "needs by category": needs.needs(session, Wanted(sort="category"), Slice(1, 5)),
        "needs that others follow": needs.needs(session, Wanted(repeated=needs.MAIN), Slice(1, 5)),
        "introduced": introduced.introductions(session, Wanted(words="商1"), Slice(1, 5)),
        "candidates": candidates.candidates(session, 2, Wanted(trade="valve"), Slice(1, 5)),
        "samples": samples.by_trade(session),
        "introductions": introduced.states(session),
        "notices": notices.counts(session, (1, 2)),
        "firms": (firms.states_of_firms(session), firms.places(session)),
        "beginnings": todo.beginnings(session),
        "to do": [ask(session, most=3) for ask in WAITING],
    }


def counted_anew(session: Session) -> dict[str, Any]:
    """The same where nothing is kept: in a transaction that may write."""
    with db.writing(session):
        return figures(session)


def _changes(dice: Random) -> list[str]:
    """Changes of every kind, each to a few rows, as no step would make them."""
    some = f"id % {dice.randint(2, 9)} = {dice.randint(0, 1)}"
    firm = f"firm_id % {dice.randint(2, 9)} = {dice.randint(0, 1)}"
    state = dice.choice(list(AssessmentState)).value
    return [
        f"UPDATE assessments SET state = '{state}' WHERE {some}",
        f"UPDATE assessments SET visited_step = {dice.randint(0, 4)}, own_permille = 7 WHERE {some}",
        f"UPDATE assessments SET newest_confirmed = NOT newest_confirmed WHERE {some}",
        f"UPDATE firms SET township = '虚构镇{dice.randint(0, 9)}', size = NULL WHERE {some}",
        f"UPDATE firms SET above_scale = NOT above_scale WHERE {some}",
        f"UPDATE pool_entries SET state = 'in_pool', stage = 'reserve' WHERE {some}",
        f"UPDATE projects SET price_equipment = {dice.randint(1, 9**6)} WHERE {some}",
        f"UPDATE projects SET state = 'finished', contract_checked = NOT contract_checked WHERE {some}",
        f"UPDATE needs SET state = 'working', main_id = NULL WHERE {some}",
        f"UPDATE introductions SET state = 'agreed' WHERE {some}",
        f"UPDATE candidates SET not_met = {dice.randint(0, 2)} WHERE {firm}",
        f"UPDATE users SET active = NOT active WHERE {some}",
        f"UPDATE projects SET provider_name = '虚构{dice.randint(0, 9)}' WHERE {some}",
        f"UPDATE pool_entries SET nation_stage = '', left_stage = '' WHERE {some}",
        f"UPDATE sheets SET saved_on = '2026-10-0{dice.randint(1, 9)}' WHERE {some}",
        f"UPDATE firms SET name = '虚构宏{dice.randint(0, 9)}', name_key = 'xu' WHERE {some}",
        f"UPDATE rounds SET closes_on = '2026-0{dice.randint(1, 9)}-01'",
        f"DELETE FROM unmet_gates WHERE assessment_id % {dice.randint(2, 9)} = 1",
        f"DELETE FROM tallies WHERE what = 'system' AND assessment_id % {dice.randint(2, 9)} = 1",
        f"DELETE FROM sample_showings WHERE {firm}",
        f"UPDATE samples SET trade = '虚构业{dice.randint(0, 9)}' WHERE {some}",
        f"DELETE FROM invitations WHERE {firm}",
        f"DELETE FROM recognitions WHERE {some}",
        f"DELETE FROM subsidies WHERE {some}",
    ]


def test_what_is_kept_is_what_is_counted_after_any_change(
    session: Session, colleague: Session, district: District
):
    dice = Random(2026)
    for turn in range(14):
        with db.writing(colleague):
            for change in dice.sample(_changes(dice), 3):
                colleague.execute(text(change))
            if turn % 4 == 3:
                colleague.rollback()
            if turn == 9:
                kept.fold(colleague)

        session.rollback()
        shown = figures(session)

        assert shown == counted_anew(session), turn
        assert figures(session) == shown


def test_who_looked_at_a_card_is_counted_where_the_card_stands_now(
    session: Session, district: District
):
    """The card is of one ward, whoever looked is of another."""
    samples.by_trade(session)
    for trade in ("虚构业一", "虚构业二"):
        with db.writing(session):
            session.execute(text(f"UPDATE samples SET trade = '{trade}' WHERE id = 1"))
        assert samples.by_trade(session) == counted_anew(session)["samples"]


def test_every_change_of_a_watched_table_is_counted_in_its_transaction(
    session: Session, district: District
):
    def touched(table: str) -> int:
        return session.scalar(select(func.sum(Touch.times)).where(Touch.what == table)) or 0

    filled = {
        name: before
        for name in WATCHED
        if (before := touched(name)) and session.scalar(text(f"SELECT count(*) FROM {name}"))
    }
    with db.writing(session):
        for name in filled:
            key = next(iter(Table.metadata.tables[name].primary_key.columns)).name
            session.execute(text(f"UPDATE {name} SET {key} = {key}"))

    assert set(WATCHED) - set(filled) <= {"invitations", "firm_titles", "national_filings"}
    assert [name for name, before in filled.items() if touched(name) <= before] == []
    assert watching.missing(session.connection()) == []


def test_what_others_have_not_committed_is_not_counted_and_what_they_took_back_never_was(
    session: Session, colleague: Session, district: District
):
    before = kept.rows(session, COUNT)
    session.rollback()
    with db.writing(colleague):
        colleague.execute(update(Assessment).values(state=AssessmentState.DRAFT))
        assert dict(kept.added_up(colleague, COUNT, Assessment.firm_id, 1)) == {
            AssessmentState.DRAFT: 2 * FIRMS
        }
        assert kept.rows(session, COUNT) == before
        session.rollback()
        colleague.rollback()

    assert kept.rows(session, COUNT) == before


def test_an_answer_that_saw_more_than_its_transaction_first_did_is_not_taken_for_older(
    session: Session, colleague: Session, district: District
):
    kept.rows(session, select(func.count()).select_from(Firm))  # has looked at the touches
    with db.writing(colleague):
        colleague.execute(update(Assessment).values(state=AssessmentState.DRAFT))

    kept.rows(session, COUNT)  # on PostgreSQL it sees what was committed meanwhile
    session.rollback()

    assert kept.rows(session, COUNT) == [(AssessmentState.DRAFT, 2 * FIRMS)]
    assert dict(kept.added_up(session, COUNT, Assessment.firm_id, 1)) == {
        AssessmentState.DRAFT: 2 * FIRMS
    }


def test_only_touched_wards_are_counted_anew_and_nothing_where_none_is(
    session: Session, engine: Engine, district: District
):
    def asked(ask: Callable[[], object]) -> list[str]:
        session.rollback()
        with counting(engine) as sent:
            ask()
        return [one for one in sent if "FROM assessments" in one]

    def count() -> object:
        return kept.added_up(session, COUNT, Assessment.firm_id, 1)

    assert len(asked(count)) == 1
    assert asked(count) == []
    with db.writing(session):
        session.execute(update(Assessment).where(Assessment.firm_id == 18).values(problems="虚构"))

    (narrowed,) = asked(count)

    assert narrowed.count("firm_id >= ") == 1
    assert asked(count) == []


def test_what_comes_first_is_asked_whole_once_and_from_then_on_of_touched_wards(
    session: Session, engine: Engine, district: District
):
    def asked(names: str) -> list[str]:
        session.rollback()
        with counting(engine) as sent:
            firms.firms(session, Wanted(words=names, sort="revenue"), Slice(1, 5))
        return [one for one in sent if one.startswith("SELECT firms.id") and "LIMIT" in one]

    def touch(firm: int) -> None:
        with db.writing(session):
            session.execute(update(Firm).where(Firm.id == firm).values(revenue=1))

    (whole,) = asked("氏")
    touch(18)
    of_each = asked("氏")
    touch(18)
    (of_ward, among_those) = asked("氏")

    assert "firms.id >= " not in whole
    assert len(of_each) == 5, "four wards, and who of their first is first of all"
    assert "firms.id >= " in of_ward
    assert "LIKE" not in among_those
    assert asked("氏") == []


def test_a_question_about_what_nobody_watches_is_always_asked(
    session: Session, engine: Engine, district: District
):
    query = select(func.count()).select_from(Table.metadata.tables["answers"])
    kept.number(session, query)

    with counting(engine) as sent:
        kept.number(session, query)

    assert [one for one in sent if "answers" in one]


def test_lost_triggers_are_named_and_put_back_and_all_that_was_kept_is_of_the_past(
    session: Session, engine: Engine, settings: Config, district: District
):
    kept.rows(session, COUNT)
    with db.writing(session):
        watching.remove(session.connection())
        session.execute(update(Assessment).values(state=AssessmentState.DRAFT))
    assert "touch_assessments_update" in watching.missing(session.connection())
    session.rollback()

    migrations.migrate(engine, settings.instance)

    assert watching.missing(session.connection()) == []
    session.rollback()
    assert kept.rows(session, COUNT) == [(AssessmentState.DRAFT, 2 * FIRMS)]
