"""The page of a plan: what it says of a wish, that it believes nothing, and how a plan becomes projects."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from survey.readings import planning
from survey.tables import AuditEntry, Project, ProjectPackage, Role
from tests.support.people import a_consultant, a_user, handed_in, signed_in, visited


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch):
    """Nothing here is about the limit, and machines that test are busy."""
    monkeypatch.setattr(planning, "SECONDS", 30)


@pytest.fixture
def person(session):
    return a_user(session)


@pytest.fixture
def firm(app, session, person):
    return signed_in(app, session, person)


@pytest.fixture
def address(session, person):
    return f"/assessments/{handed_in(session, person, level=1).id}/plan"


def bought(page):
    """The codes that may be made projects of: those of the plan."""
    return re.findall(r'name="package" value="(\w+)"', page)


def test_a_firm_sees_what_to_buy_first_with_costs_months_and_reasons(firm, address):
    page = firm.get(address).text

    assert bought(page)
    for words in (
        "最省钱的方案",
        "个月",
        "参考值",
        "每一项为什么在里面",
        "价格都取低端",
        "另外的方案",
    ):
        assert words in page
    assert "<svg" in page
    assert f'href="{address}"' in firm.get(address.replace("plan", "result/self")).text


def test_each_package_says_its_months_in_words(firm, address):
    page = firm.get(address).text

    said = re.findall(r"<li>第 \d+(?:–\d+)? 月：(\w+) ", page)
    assert sorted(said) == sorted(bought(page))


def test_what_is_left_out_goes_and_the_page_says_what_changed(firm, address):
    first = bought(firm.get(address).text)
    before = ",".join(f"{code}*1" for code in first)

    page = firm.get(f"{address}?out={first[0]}&before={before}").text

    assert first[0] not in bought(page)
    assert "和改之前比" in page
    assert re.search(rf"去掉：[^<]*{first[0]}", page)


def test_orders_and_quotes_count_and_stay_in_their_fields(firm, address):
    code = bought(firm.get(address).text)[0]

    page = firm.get(f"{address}?got={code}&price.{code}=12.34").text

    assert f"已订购的 {code} 不再计钱" in page
    assert 'value="12.34"' in page


def test_a_budget_and_a_day_that_cannot_be_kept_are_told_with_the_least_they_take(firm, address):
    assert "预算不够：按这些条件，最省也要约" in firm.get(f"{address}?budget=0.01").text
    page = firm.get(f"{address}?months=1&hands=1").text
    assert "时间不够" in page or "最省钱的方案" in page


def test_any_rung_and_any_aim_may_be_asked(firm, address):
    assert "到未来工厂" in firm.get(f"{address}?to=5").text
    assert "最快做完的方案" in firm.get(f"{address}?aim=time&hands=2").text
    assert "项目最少的方案" in firm.get(f"{address}?aim=count").text
    page = firm.get(f"{address}?aim=share&budget=30").text
    assert "预算内提分最多的方案" in page
    assert "每万元带来的提升" in page


def test_a_selection_of_ones_own_is_scored_and_a_missing_package_explained(firm, address):
    page = firm.get(f"{address}?do=N04&why=N04&conditions=1").text

    assert "如果只做您选的 1 项" in page
    assert "为什么没有“N04" in page
    assert "申报另外要求什么" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("budget=abc", "请填以万元计的数"),
        ("budget=99999999999", "请填以万元计的数"),
        ("months=-1", "几个月内做完请填 1 到 120 的整数"),
        ("hands=1e9", "同时最多做几项请填".replace("最多", "")),
        ("to=99", "目标等级请填 1 到"),
        ("aim=free", "请从列表里选按什么挑"),
        ("aim=share", "请先填预算"),
        ("out=NOPE", "目录里没有“NOPE”"),
        ("out=N04&got=N04", "不能既不做又已订购"),
        ("price.N04=1.234", "最多两位小数"),
        ("units.N04=0", "N04 的数量请填"),
        ("do=%3Cscript%3E", "目录里没有“&lt;script&gt;”"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_remedy(firm, address, query, words):
    answer = firm.get(f"{address}?{query}")

    assert answer.status_code == 422
    assert words in answer.text


def test_absurd_addresses_do_no_harm(firm, address):
    many = "&".join(f"out=N{n:02}&got=X{n:02}&before=N01*{n}" for n in range(60))
    strange = (
        "before=,,*,N01**,N01*99999999999999,%00&price.%00=1&units.=3&price.=4&row=%F0%9F%92%A9"
    )

    for query in (many, strange):
        assert firm.get(f"{address}?{query}").status_code in (200, 422)


def test_where_time_runs_out_the_page_says_so(firm, address, monkeypatch):
    monkeypatch.setattr(planning, "SECONDS", 0)

    page = firm.get(address).text

    assert "没有全部算完" in page
    assert "还没有算出方案，不等于没有" in page


def test_consultant_and_officer_read_it_and_nobody_else_does(app, session, person):
    consultant = a_consultant(session)
    where = f"/assessments/{visited(session, person, consultant).id}/plan"

    for user, status in (
        (consultant, 200),
        (a_user(session, Role.OFFICER), 200),
        (a_consultant(session), 404),
        (a_user(session), 404),
        (a_user(session, Role.ADMINISTRATOR), 403),
    ):
        answer = signed_in(app, session, user).get(where)
        assert answer.status_code == status, user.role
        assert "把选定的立成项目" not in answer.text


# --- becoming projects ----------------------------------------------------------------------------


def projects_of(session):
    session.rollback()
    query = select(ProjectPackage.package).join(Project, Project.id == ProjectPackage.project_id)
    return sorted(session.scalars(query))


def test_ticked_packages_become_projects_once_however_often_it_is_pressed(session, firm, address):
    codes = bought(firm.get(address).text)
    form = {"package": codes} | {f"units.{code}": "2" for code in codes}

    first = firm.submit(f"{address}/projects", form)
    firm.get(address)
    again = firm.submit(f"{address}/projects", form)

    assert first.location == again.location == "/firm/projects/"
    assert projects_of(session) == sorted(codes)
    logged = select(func.count(AuditEntry.id)).where(AuditEntry.action == "project_begin")
    assert session.scalar(logged) == len(codes)
    assert "没有重复立项" in firm.get("/firm/projects/").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "还没有勾选"),
        ({"package": ["N04", "NOPE"]}, "目录里没有“NOPE”"),
        ({"package": ["N04", "N05"], "units.N05": "0"}, "N05"),
        ({"package": ["N04", "N05"], "units.N05": "=1+1"}, "N05"),
    ],
)
def test_one_that_cannot_be_leaves_all_undone(session, firm, address, form, words):
    firm.get(address)

    answer = firm.submit(f"{address}/projects", form)

    assert answer.status_code == 422
    assert words in answer.text
    assert projects_of(session) == []


def test_nobody_makes_projects_of_another_firms_plan(app, session, address):
    stranger = a_user(session)
    own = handed_in(session, stranger, level=1)
    other = signed_in(app, session, stranger)
    page = other.get(f"/assessments/{own.id}/plan").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token

    answer = other.post(f"{address}/projects", data={"csrf_token": token[1], "package": "N04"})

    assert answer.status_code == 404
    assert projects_of(session) == []
