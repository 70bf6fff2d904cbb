"""The figures at the head of the district's page are those of its tables, and lead where theirs lead."""

from __future__ import annotations

from questionnaires.library import SHIPPED
from reports import dashboard, glance, needs, projects
from reports.dashboard import Basis, Frame, Where
from reports.district import PlanLine
from reports.projects import MONEY, Counted

FRAME = Frame(SHIPPED.load("2026").ladder, {}, {}, {}, Basis.VISITED)
STEPS = {
    "invited": 40,
    "begun": 30,
    "handed_in": 20,
    "confirmed": 10,
    "pooled": 7,
    "recognised": 2,
}


def test_nothing_is_said_before_there_is_anything_to_count():
    tables = [dashboard.plan([]), dashboard.funnel(FRAME, dict.fromkeys(STEPS, 0))]

    assert not glance.facts(tables)


def test_the_last_year_of_the_plan_stands_beside_what_was_recognised():
    years = [PlanLine(year, (), wanted, 2, "", 9) for year, wanted in ((2025, 1), (2027, 4))]

    (fact,) = glance.facts([dashboard.plan(years)])

    assert (fact.cell.number, fact.note) == (2, "到 2027 年底要求 4 家")
    assert fact.cell.where == Where("firms", {"what": "recognised", "key": "2027"})


def test_the_way_of_the_round_is_said_beside_those_invited():
    facts = glance.facts([dashboard.funnel(FRAME, STEPS)])

    assert [(fact.title, fact.cell.number, fact.note) for fact in facts] == [
        ("本轮提交", 20, "占邀请 50%"),
        ("本轮诊断核定", 10, "占邀请 25%"),
        ("本轮入库", 7, "占邀请 17.5%"),
    ]


def test_what_is_followed_says_how_much_of_it_is_late():
    lines = [
        Counted("实施中", {"state": "under_way"}, 4, 3, late=2),
        Counted("已验收", {"state": "accepted"}, 1, 1),
    ]
    whole = Counted("合计", {}, 5, 4, late=2)
    asked = needs.table({("资金", "late"): 3, ("资金", "timely"): 2}, ["资金"], 2026, {})

    done = projects.table(lines, whole, dict.fromkeys(MONEY, (0, 0, 0)))
    found = [(fact.cell.number, fact.note) for fact in glance.facts([done, asked])]

    assert found == [(5, "其中超期 2 个"), (5, "其中超期 3 件")]
