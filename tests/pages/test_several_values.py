"""A filter that asks for several values finds what each of them finds, in page, Excel and CSV alike."""

import csv
import re
from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from sqlalchemy import select

from survey import db
from survey.store.lists import SEVERAL
from survey.store.needs import Standing
from survey.tables import (
    Candidate,
    CandidateState,
    Firm,
    FirmNeed,
    Introduction,
    IntroductionState,
    NeedSource,
    NeedState,
    PoolEntry,
    Project,
    ProjectState,
    Role,
    Sample,
    SampleState,
    Subsidy,
    UnmetGate,
)
from tests.support.bureau import at_desk, rows_of
from tests.support.districts import CONSULTANTS, EDITION, TOWNSHIPS, District
from tests.support.notices import a_notice, published
from tests.support.people import a_user, moment
from tests.support.projects import a_policy
from tests.support.providers import a_provider

FIRMS = 40
PLACES = [f"虚构镇{n:02d}" for n in range(TOWNSHIPS)]
RUNGS = ["equipment", "line", "workshop", "factory"]
OF_FIRMS = {
    "trade": ["valve", "bearing", "metal_products"],
    "township": PLACES,
    "scale": ["yes", "no", "none"],
    "size": ["large", "medium", "small", "micro", "none"],
}
OF_RESULTS = {
    "rung": [*RUNGS, "none"],
    "support": ["one", "few", "more"],
    "unseen": ["one", "few", "more"],
}
LISTS = {
    "assessments": OF_FIRMS
    | OF_RESULTS
    | {
        "round": ["1", "2"],
        "state": ["draft", "submitted", "visiting", "confirmed"],
        "consultant": [*map(str, range(1, CONSULTANTS)), "none"],
        "pool": ["proposed", "in_pool", "none"],
        "target": RUNGS,
    },
    "pool": OF_FIRMS
    | OF_RESULTS
    | {
        "state": ["proposed", "in_pool", "withdrawn"],
        "target": RUNGS,
        "responsible": ["1", "2", "none"],
    },
    "firms": OF_FIRMS
    | {
        "state": ["draft", "submitted", "visiting", "confirmed", "none"],
        "pool": ["proposed", "in_pool", "none"],
    },
    "needs": {
        "standing": [*Standing],
        "state": [*NeedState],
        "category": ["资金", "用工", "早年的类别"],
        "department": ["甲科", "乙科"],
        "source": [*NeedSource],
        "year": ["2025", "2026"],
        "township": PLACES,
    },
    "projects": OF_FIRMS
    | {
        "state": [*ProjectState],
        "waits": ["contract", "progress", "acceptance", "subsidy", "any"],
        "provider": ["虚构甲公司", "虚构乙公司", "没有这家"],
    },
    "samples": OF_FIRMS | {"state": [*SampleState]},
    "providers/introductions": OF_FIRMS
    | {"state": [*IntroductionState], "package": ["N01", "N05", "N99"]},
    "notices/firms": OF_FIRMS
    | {
        "state": [*CandidateState],
        "outcome": ["ready", "unclear", "one_short", "more_short"],
    },
}


@pytest.fixture
def dice():
    return Random(11)


@pytest.fixture
def desk(app, session, dice):
    District(firms=FIRMS, rounds=2, sheets=6, answers=False).fill(session)
    return at_desk(app, session, a_user(session, Role.OFFICER, id=10_000))


def some_needs(session, dice):
    today = moment().date()
    with db.writing(session):
        for serial in range(1, 41):
            state = dice.choice([*NeedState])
            session.add(
                FirmNeed(
                    year=dice.choice([2025, 2026]),
                    serial=serial,
                    firm_id=dice.randint(1, FIRMS),
                    source=dice.choice([*NeedSource]),
                    raised_on=today,
                    said_by="虚构人",
                    category=dice.choice(["资金", "用工", "早年的类别"]),
                    text=f"第 {serial} 件",
                    state=state,
                    department=dice.choice(["甲科", "乙科"]),
                    due_on=today + timedelta(days=dice.randint(-30, 30)),
                    created_at=moment(),
                    changed_at=moment(),
                )
            )


def some_projects(session, dice):
    with db.writing(session):
        for number in range(40):
            session.add(
                Project(
                    firm_id=dice.randint(1, FIRMS),
                    edition=EDITION,
                    title=f"虚构项目 {number}",
                    state=dice.choice([*ProjectState]),
                    provider_name=dice.choice(["虚构甲公司", "虚构乙公司", ""]),
                    contract_checked=dice.random() < 0.5,
                    progress_checked=dice.random() < 0.5,
                    begun_at=moment(),
                    changed_at=moment(),
                )
            )


def some_samples(session, dice):
    with db.writing(session):
        for number in range(30):
            firm = session.get_one(Firm, dice.randint(1, FIRMS))
            session.add(
                Sample(
                    firm_id=firm.id,
                    edition=EDITION,
                    trade=firm.trade,
                    title=f"虚构样本 {number}",
                    card={},
                    state=dice.choice([*SampleState]),
                    made_at=moment(),
                    changed_at=moment(),
                )
            )


def some_introductions(session, dice):
    providers = [a_provider(session, name=f"虚构{name}公司").id for name in "子丑寅"]
    with db.writing(session):
        for firm_id in range(1, FIRMS + 1):
            session.add(
                Introduction(
                    firm_id=firm_id,
                    provider_id=dice.choice(providers),
                    package=dice.choice(["N01", "N05"]),
                    state=dice.choice([*IntroductionState]),
                    changed_at=moment(),
                )
            )
    return [str(id) for id in providers]


def some_candidates(session, dice):
    notice = published(session, a_notice(session))
    with db.writing(session):
        for one in session.scalars(select(Candidate)):
            one.state = dice.choice([*CandidateState])
            one.not_met, one.unclear = dice.randint(0, 3), dice.randint(0, 1)
    return notice


MADE = {
    "needs": some_needs,
    "projects": some_projects,
    "samples": some_samples,
    "providers/introductions": some_introductions,
    "notices/firms": some_candidates,
}


def found(desk, listed, asked):
    """The rows of a list, once page, workbook and CSV have said the same of them."""
    asked = {"columns": "all"} | asked
    head, *rows = rows_of(desk.get(f"/bureau/{listed}.xlsx", query_string=asked))
    sent = desk.get(f"/bureau/{listed}.xlsx", query_string=asked | {"kind": "csv"})
    [said, *plain] = csv.reader(StringIO(sent.data.decode("utf-8-sig")))
    page = desk.get(f"/bureau/{listed}", query_string={**asked, "columns": "township"}).text
    counted = re.search(r'role="status">共 (\d+)', page)
    assert (int(counted[1]) if counted else 0) == len(rows) == len(plain), asked
    assert said == head
    names = [row[0] for row in rows]
    assert names == [row[0] for row in plain], asked
    body = page.partition('scope="col"')[2].partition("</tbody>")[0] if rows else ""
    lines = re.findall(r'<th scope="row">(.*?)</th>', body, re.DOTALL)
    assert len(lines) == len(names[:30]), asked
    assert all(name in line for name, line in zip(names[:30], lines, strict=True)), asked
    return {tuple(map(str, row)) for row in rows}


@pytest.mark.parametrize("listed", LISTS)
def test_two_values_find_what_each_of_them_finds(desk, session, dice, listed):
    filters = dict(LISTS[listed])
    made = MADE[listed](session, dice) if listed in MADE else None
    always = {"notice": str(made.id)} if listed == "notices/firms" else {}
    if listed == "providers/introductions":
        filters["provider"] = made
    session.rollback()

    total = 0
    for name, values in filters.items():
        one, other = dice.sample([*map(str, values)], 2)
        both = found(desk, listed, always | {name: [one, other]})
        apart = [found(desk, listed, always | {name: value}) for value in (one, other)]
        assert both == set.union(*apart), (name, one, other)
        assert both == found(desk, listed, always | {name: SEVERAL.join((other, one))})
        total += len(both)
    assert total > 40


def test_two_gates_find_who_fails_either(desk, session):
    gates = session.scalars(select(UnmetGate.gate).distinct().order_by(UnmetGate.gate)).all()
    session.rollback()

    one, other = gates[:2]
    for listed in ("assessments", "pool"):
        apart = [found(desk, listed, {"gate": gate}) for gate in (one, other)]
        assert found(desk, listed, {"gate": [one, other]}) == set.union(*apart)
        assert apart[0]


def test_two_stages_find_the_entries_of_either_on_both_ladders(desk, session):
    for name, column in (("stage", PoolEntry.stage), ("nation", PoolEntry.nation_stage)):
        known = session.scalars(select(column).where(column != "").distinct().order_by(column))
        pair = known.all()[:2]
        session.rollback()
        if name == "nation":
            assert len(found(desk, "pool", {name: ["any", "none"]})) == len(found(desk, "pool", {}))
        apart = [found(desk, "pool", {name: stage}) for stage in pair]
        assert all(apart), name
        assert found(desk, "pool", {name: pair}) == set.union(*apart)


def test_two_policies_find_the_projects_of_either(desk, session, dice):
    some_projects(session, dice)
    policies = [a_policy(session, name=name).id for name in ("甲办法", "乙办法")]
    projects = session.scalars(select(Project.id).order_by(Project.id)).all()
    with db.writing(session):
        for number, policy in zip(projects, [*policies, policies[0]], strict=False):
            asked = {"asked": 300, "asked_on": moment().date()}
            session.add(Subsidy(project_id=number, policy_id=policy, **asked))
    session.rollback()

    apart = [found(desk, "projects", {"policy": str(one)}) for one in policies]
    assert [len(rows) for rows in apart] == [2, 1]
    assert found(desk, "projects", {"policy": [str(one) for one in policies]}) == set.union(*apart)


@pytest.mark.parametrize(
    "bad",
    [
        "needs?state=working&state=x",
        "needs?year=2026&year=x",
        "projects?waits=contract||x",
        "projects?policy=1&policy=-",
        "samples?state=draft&state=x",
        "providers/introductions?state=agreed||gone",
        "providers/introductions?provider=1&provider=x",
        "pool?stage=x&stage=y",
        "pool?responsible=none&responsible=x",
        "assessments?round=1&round=x",
        "assessments?gate=x||y",
        "assessments?target=line&target=x",
        "providers?standing=x||y",
    ],
)
def test_one_value_that_is_none_of_ours_is_refused(desk, bad):
    assert desk.get(f"/bureau/{bad}").status_code == 400
