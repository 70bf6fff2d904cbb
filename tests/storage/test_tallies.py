"""What a scored sheet comes to in parts: kept with the score, counted while its sheet speaks."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.dashboard import OWN
from survey import db
from survey.lifecycle import assessments as steps
from survey.lifecycle import tallies as life
from survey.lifecycle.step import Actor, Step
from survey.readings import dashboard
from survey.store import tallies
from survey.store.tallies import Part, What
from survey.tables import Assessment, Role, Round, SheetKind, Tally, TallySum
from tests.support.bureau import an_assessment
from tests.support.people import a_consultant, a_round, a_user, confirmed, handed_in, moment

OFFICER = Actor(None, "主管")


def kept(session, assessment, **wanted):
    query = select(Tally).filter_by(assessment_id=assessment.id, **wanted)
    return list(session.scalars(query))


def test_a_sheet_that_is_handed_in_is_kept_in_parts(session):
    assessment = handed_in(session, a_user(session), level=2)

    parts = kept(session, assessment)

    found = Counter(part.what for part in parts)
    assert found[What.SECTION] > 10
    assert found[What.SYSTEM] == 3
    assert found[What.NEXT] == found[What.JUDGED] == 1
    assert {part.key: part.low for part in parts if part.what == What.SECTION}["design"] == 500
    systems = {part.key: part.low for part in parts if part.what == What.SYSTEM}
    assert systems == {"erp": 1, "mes": 0, "networked": 1}
    assert {(part.kind, part.counts, part.trade) for part in parts} == {
        (SheetKind.SELF, True, assessment.trade)
    }


def test_the_confirmed_sheet_counts_until_the_visit_is_opened_again(session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    assert {part.kind for part in kept(session, assessment, counts=True)} == {SheetKind.ONSITE}

    steps.reopen(Step(session, OFFICER, moment()), assessment.id, reason="虚构的理由")

    session.expire_all()
    assert {part.kind for part in kept(session, assessment, counts=True)} == {SheetKind.SELF}
    assert {one.kind for one in tallies.sums(session, assessment.round_id)} == {SheetKind.SELF}


def test_at_night_plans_are_priced_and_conditions_judged_once_a_month(session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    step = Step(session, OFFICER, moment())
    marker = life.marker(step.today, reduced=False)
    assert tallies.unsettled(session, marker) == [assessment.id]
    sections = {part.key: part.low for part in kept(session, assessment, what=What.SECTION)}

    life.settle(step, [assessment.id])

    session.expire_all()
    plan = kept(session, assessment, what=What.PACKAGE)
    assert plan
    assert all(0 <= part.low <= part.high for part in plan)
    assert any(part.high for part in plan)
    assert {p.key: p.low for p in kept(session, assessment, what=What.SECTION)} == sections
    assert tallies.unsettled(session, marker) == []
    assert tallies.unsettled(session, "2099-01") == [assessment.id]
    assert tallies.unsettled(session, life.marker(step.today, reduced=True)) == [assessment.id]


def test_a_draft_is_never_settled_and_one_that_is_gone_is_passed_over(session):
    user = a_user(session, Role.FIRM)
    assessment = handed_in(session, user)
    step = Step(session, OFFICER, moment())
    steps.return_to_firm(step, assessment.id, reason="虚构的理由")
    session.rollback()

    assert tallies.unsettled(session, "2099-01") == []
    assert life.settle(step, [assessment.id, 999_999]) == 0

    session.expire_all()
    assert {part.kind for part in kept(session, assessment, counts=True)} == {SheetKind.SELF}


def added_up(session, round_id):
    """What a round's kept sums have to be: the parts that count, added up."""
    shape = (Tally.what, Tally.trade, Tally.kind, Tally.key)
    numbers = (func.count(), func.sum(Tally.low), func.sum(Tally.high))
    query = select(*shape, *numbers).where(
        Tally.round_id == round_id, Tally.counts, Tally.what.in_(tallies.ADDED)
    )
    return sorted((*row[:4], *map(int, row[4:])) for row in session.execute(query.group_by(*shape)))


def some_parts(dice):
    codes = dice.sample(["", "N1", "N2", "X1"], dice.randint(0, 4))
    prices = [Part(What.PACKAGE, code, dice.randint(0, 10**9), 2 * 10**9) for code in codes]
    sections = dice.sample(["design", "quality", "energy"], dice.randint(0, 3))
    shares = [Part(What.SECTION, name, dice.randint(0, 1000)) for name in sections]
    return [*prices, *shares, Part(What.JUDGED, "2026-11"), Part(What.SYSTEM, "erp", 1, 1)]


def test_the_sums_that_are_kept_are_those_of_the_parts_that_count_whatever_happens(session):
    dice, rounds = Random(68), [a_round(session), a_round(session)]
    firms = [
        an_assessment(session, round_, f"虚构 {n} 厂", trade=trade)
        for n, (round_, trade) in enumerate(product(rounds, ("valve", "bearing")))
    ]

    for _ in range(60):
        one, kind = dice.choice(firms), dice.choice(list(SheetKind))
        with db.writing(session):
            match dice.randrange(4):
                case 0:
                    tallies.fold(session)
                case 1:
                    tallies.count(session, one.id, kind)
                case _:
                    tallies.keep(session, one, kind, some_parts(dice))

        found = [sorted(tuple(s) for s in tallies.sums(session, r.id)) for r in rounds]
        assert found == [added_up(session, round_.id) for round_ in rounds]

    with db.writing(session):
        tallies.fold(session)
    rows = session.scalar(select(func.count()).select_from(TallySum).where(TallySum.firms > 0))
    assert rows == sum(map(len, found)) > 5


def test_sums_that_are_folded_while_sheets_change_lose_nothing_and_count_nothing_twice(
    session, engine
):
    round_ = a_round(session).id
    of_round = session.get_one(Round, round_)
    firms = [an_assessment(session, of_round, f"虚构 {n} 厂").id for n in (1, 2)]
    session.rollback()

    def change(firm):
        dice = Random(firm)
        for _ in range(15):
            with Session(engine) as own, db.writing(own):
                one = own.get_one(Assessment, firm)
                tallies.keep(own, one, dice.choice(list(SheetKind)), some_parts(dice))

    def fold():
        for _ in range(15):
            with Session(engine) as own, db.writing(own):
                tallies.fold(own)

    with ThreadPoolExecutor(3) as pool:
        done = [*(pool.submit(change, firm) for firm in firms), pool.submit(fold)]
        assert [one.result() for one in done] == [None] * 3

    found = sorted(tuple(one) for one in tallies.sums(session, round_))
    assert found == added_up(session, round_)
    assert found


def test_of_each_package_the_sum_and_its_two_largest_parts_are_known(session):
    round_ = a_round(session)
    ends = [(10, 500), (20, 60), (30, 50), (0, 40)]
    firms = [an_assessment(session, round_, f"虚构{n}厂") for n in range(len(ends) + 1)]
    for one, (low, high) in zip(firms, ends, strict=False):
        parts = [Part(What.PACKAGE, "N02", low, high), Part(What.SECTION, "design", 1, 1)]
        tallies.keep(session, one, SheetKind.ONSITE, parts)
    tallies.keep(session, firms[-1], SheetKind.ONSITE, [Part(What.PACKAGE, "", 7, 7)])
    session.commit()

    assert tallies.largest(session, round_.id) == {
        "N02": ((60, 30, 20), (650, 500, 60)),
        "": ((7, 7, 0), (7, 7, 0)),
    }
    assert dashboard.told_on(session, round_) == {OWN}

    tallies.keep(session, firms[3], SheetKind.ONSITE, [Part(What.PACKAGE, "N02", 0, 5_000)])
    session.commit()
    assert dashboard.told_on(session, round_) == {OWN, "N02"}
