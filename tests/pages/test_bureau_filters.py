"""How the bureau's lists are narrowed, and what of an address is refused or means nothing."""

import re
from datetime import date
from html import unescape

import pytest
from sqlalchemy import select

from survey import db
from survey.tables import (
    AssessmentState,
    Firm,
    Role,
)
from tests.support.bureau import (
    admitted,
    an_assessment,
    names,
    rows_of,
)
from tests.support.people import a_user

LISTS = ("/bureau/assessments", "/bureau/pool", "/bureau/firms", "/bureau/audit")


@pytest.fixture
def three(session, round_):
    """Three firms that differ in everything a list is narrowed by."""
    an_assessment(session, round_, "甲厂（虚构）", step=1, township="碧湖镇", trade="valve")
    an_assessment(
        session,
        round_,
        "乙厂（虚构）",
        step=3,
        township="紫金街道",
        trade="bearing",
        state=AssessmentState.CONFIRMED,
        share="3/5",
    )
    an_assessment(
        session,
        round_,
        "丙厂（虚构）",
        step=0,
        trade="valve",
        state=AssessmentState.VISITING,
        share="1/9",
    )


@pytest.mark.parametrize(
    "asked, expected",
    [
        ("trade=bearing", ["乙厂（虚构）"]),
        ("township=碧湖镇", ["甲厂（虚构）"]),
        ("rung=workshop", ["乙厂（虚构）"]),
        ("rung=none", ["丙厂（虚构）"]),
        ("state=visiting", ["丙厂（虚构）"]),
        ("confirmed=yes", ["乙厂（虚构）"]),
        ("confirmed=no&trade=valve&sort=share", ["丙厂（虚构）", "甲厂（虚构）"]),
        ("q=甲", ["甲厂（虚构）"]),
        ("q=%E4%B8%8D%E5%9C%A8", []),
        ("sort=-share", ["乙厂（虚构）", "甲厂（虚构）", "丙厂（虚构）"]),
    ],
)
def test_the_list_and_its_workbook_are_narrowed_alike(desk, three, asked, expected):
    page = desk.get(f"/bureau/assessments?{asked}")
    rows = rows_of(desk.get(f"/bureau/assessments.xlsx?{asked}"))

    assert names(page) == expected
    assert [row[0] for row in rows[1:]] == expected


@pytest.fixture
def visited(session, round_, officer):
    """Two confirmed firms, of which one's rung is provisional, and one that is being visited late."""
    guide = a_user(session, Role.CONSULTANT)
    high = {"state": AssessmentState.CONFIRMED, "step": 4, "visited_step": 3, "floor_step": 2}
    shares = {"share": "4/5", "visited_share": "3/5"}
    places = {"township": "碧湖镇", "park": "虚构园区", "size": "large"}
    gate = {"unmet": ("scheduling",)}
    one = an_assessment(session, round_, "高估厂（虚构）", **high, **shares, **places, **gate)
    same = {"state": AssessmentState.CONFIRMED, "step": 2, "floor_step": 2, "above_scale": False}
    an_assessment(session, round_, "如实厂（虚构）", **same)
    late = an_assessment(session, round_, "迟到厂（虚构）", state=AssessmentState.VISITING)
    with db.writing(session):
        late.planned_on, late.consultant_id = date(2026, 1, 5), guide.id
    admitted(session, one, officer, target="factory")
    return guide


@pytest.mark.parametrize(
    "asked, expected",
    [
        ("park=虚构园区", {"高估厂（虚构）"}),
        ("scale=no", {"如实厂（虚构）"}),
        ("size=large&scale=yes", {"高估厂（虚构）"}),
        ("own=factory", {"高估厂（虚构）"}),
        ("visited=workshop", {"高估厂（虚构）"}),
        ("visited=line", {"如实厂（虚构）"}),
        ("provisional=yes", {"高估厂（虚构）"}),
        ("provisional=no", {"如实厂（虚构）", "迟到厂（虚构）"}),
        ("gate=scheduling", {"高估厂（虚构）"}),
        ("deviation=higher", {"高估厂（虚构）"}),
        ("deviation=equal", {"如实厂（虚构）"}),
        ("deviation=20", {"高估厂（虚构）"}),
        ("deviation=lower", set()),
        ("overdue=visit", {"迟到厂（虚构）"}),
        ("consultant=none", {"高估厂（虚构）", "如实厂（虚构）"}),
        ("target=factory&pool=in_pool", {"高估厂（虚构）"}),
        ("park=虚构园区&scale=no", set()),
    ],
)
def test_filters_are_joined_in_any_combination(desk, visited, asked, expected):
    assert set(names(desk.get(f"/bureau/assessments?{asked}"))) == expected


def test_a_list_is_narrowed_to_one_consultants_visits(desk, visited):
    assert names(desk.get(f"/bureau/assessments?consultant={visited.id}")) == ["迟到厂（虚构）"]


@pytest.mark.parametrize("asked", ["gate=x", "deviation=30", "size=tiny", "own=moon", "overdue=1"])
def test_a_filter_value_that_no_page_offers_is_refused(desk, asked):
    assert desk.get(f"/bureau/assessments?{asked}").status_code == 400


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_external", "_anchor", "self", "_method"])
def test_an_address_that_names_what_links_are_made_with_does_no_harm(desk, three, name):
    for address in LISTS[:3]:
        answer = desk.get(address, query_string={name: "https://x", "sort": "firm"})

        assert answer.status_code == 200, address
        assert "https://x" not in re.sub(r"self=https://x", "", unescape(answer.text))


@pytest.mark.parametrize("words", ["%", "_", "\\", "甲%", "' OR 1=1 --", "\x00"])
def test_wildcards_are_letters_like_any_other(desk, session, round_, words):
    an_assessment(session, round_, "甲厂（虚构）")
    an_assessment(session, round_, "百分之百%_厂（虚构）")
    expected = ["百分之百%_厂（虚构）"] if words in ("%", "_") else []
    if not words.strip("\x00"):
        expected = ["百分之百%_厂（虚构）", "甲厂（虚构）"]

    for address in ("/bureau/assessments", "/bureau/firms"):
        page = desk.get(address, query_string={"q": words})

        assert page.status_code == 200
        assert names(page) == expected


def test_a_choice_that_is_not_on_the_page_is_refused(desk):
    for asked in (
        "assessments?trade=bakery",
        "assessments?rung=moon",
        "assessments?state=deleted",
        "assessments?confirmed=maybe",
        "assessments?edition=../2026",
        "pool?state=draft",
        "pool?target=none",
        "firms?state=x",
        "audit?action=x",
        "audit?since=yesterday",
        "audit?until=2026-13-01",
    ):
        answer = desk.get(f"/bureau/{asked}")
        assert answer.status_code == 400, asked
        assert "重新选择" in answer.text or "日期不正确" in answer.text


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_external", "_anchor", "_method", "self"])
@pytest.mark.parametrize("listed", LISTS)
def test_a_name_of_our_own_functions_in_an_address_means_nothing(
    desk, session, round_, listed, name
):
    for number in range(31):
        an_assessment(session, round_, f"{number:02d} 厂（虚构）")

    assert desk.get(f"{listed}?{name}=x").status_code == 200


def test_the_list_is_narrowed_to_who_stands_on_few_answers(session, round_, desk):
    for number, name in ((1, "一题厂（虚构）"), (3, "三题厂（虚构）"), (9, "稳当厂（虚构）")):
        row = an_assessment(session, round_, name, step=2)
        with db.writing(session):
            row.own_support = number

    assert names(desk.get("/bureau/assessments?support=one")) == ["一题厂（虚构）"]
    assert names(desk.get("/bureau/assessments?support=few")) == ["三题厂（虚构）"]
    assert names(desk.get("/bureau/assessments?support=more")) == ["稳当厂（虚构）"]
    assert names(desk.get("/bureau/assessments?sort=-support")) == [
        "稳当厂（虚构）",
        "三题厂（虚构）",
        "一题厂（虚构）",
    ]


def test_who_stands_on_few_answers_nobody_saw_is_found_by_them_alone(session, round_, desk):
    """A visited firm by what its consultant did not see; one not visited yet by all it says."""
    for unseen, name in ((1, "没看一题厂（虚构）"), (0, "看全了厂（虚构）")):
        row = an_assessment(session, round_, name, state=AssessmentState.CONFIRMED, step=2)
        with db.writing(session):
            row.visited_support, row.visited_unseen_support = 1, unseen
    own = an_assessment(session, round_, "没走访厂（虚构）", step=2)
    with db.writing(session):
        own.own_support = 2

    assert names(desk.get("/bureau/assessments?unseen=one")) == ["没看一题厂（虚构）"]
    assert names(desk.get("/bureau/assessments?unseen=few")) == ["没走访厂（虚构）"]
    listed = desk.get("/bureau/assessments?sort=unseen&columns=unseen")
    assert names(listed) == ["没看一题厂（虚构）", "没走访厂（虚构）", "看全了厂（虚构）"]
    table = rows_of(desk.get("/bureau/assessments.xlsx?unseen=one&columns=unseen"))
    assert table[-1][-1] == 1


@pytest.mark.parametrize(
    "asked_words", ["abc", "ABC", "Abc阀门", "甲", "（虚构", "91testx", "%", "_"]
)
def test_words_are_found_in_either_case_in_names_and_codes_and_are_no_patterns(
    desk, session, round_, asked_words
):
    for name in ("甲 AbC 阀门厂（虚构）", "甲ABC阀门厂（虚构）", "乙 100% 厂（虚构）"):
        an_assessment(session, round_, name)
    every = session.execute(select(Firm.name, Firm.code)).all()
    session.rollback()

    found = names(desk.get("/bureau/assessments", query_string={"q": asked_words}))

    asked = asked_words.casefold()
    told = {name for name, code in every if asked in name.casefold() or asked in code.casefold()}
    assert set(found) == told
