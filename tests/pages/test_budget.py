"""The district's subsidy budget in an officer's hands: asked, chosen by a worker, kept, compared."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from reports.budget import kept
from reports.budget.answering import Answer
from reports.budget.firms import Price
from reports.budget.subsidy import grant
from reports.budget.terms import Plan
from reports.district import Counting, Target
from survey.lifecycle import budgets
from survey.lifecycle.step import Actor, Step
from survey.readings import annual
from survey.readings import budgets as reading
from survey.store import budgets as store
from survey.tables import AuditEntry, BudgetRun, Recognition, Role
from tests.support.budget_runs import a_budget_run
from tests.support.bureau import a_district, at_desk
from tests.support.labour import work
from tests.support.people import a_firm, a_round, a_user, handed_in, moment

PAGE = "/bureau/district/budget"
TYPED = {
    "title": "虚构 2027 年第一批",
    "money": "60",
    "day": "2027-01-04",
    "share": "30",
    "cap": "50",
    "kinds": ["equipment", "software", "services", "undivided"],
    "fee_years": "1",
    "aim": "firms",
    "withdrawing": "10",
}


@pytest.fixture
def firms(session):
    return [handed_in(session, a_user(session), level=level).firm_id for level in (1, 2)]


@pytest.fixture
def by(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def officer(app, session, by):
    return at_desk(app, session, by)


def a_run(session, by, *firms, **given):
    """A run with an invented answer: no worker is needed to read one."""
    number = a_budget_run(session, by, *firms, **given).subject_id
    session.rollback()
    return session.get_one(BudgetRun, number)


def ask(officer, **typed):
    officer.get(PAGE)
    return officer.submit(PAGE, {**TYPED, **typed})


def run_of(app, session, officer, **typed):
    """Have a budget worked out; return the run."""
    answer = ask(officer, **typed)
    assert answer.status_code == 302, answer.text
    assert work(app) == 1
    session.expire_all()
    return session.get_one(BudgetRun, int(answer.location.rsplit("/", 1)[1]))


def found(run):
    answer = kept.answer_of(run.answer)
    assert isinstance(answer, Answer)
    return answer


def test_before_anybody_asked_the_page_says_so_and_offers_reference_values(officer):
    page = officer.get(PAGE).text

    assert "还没有算过方案" in page
    assert "参考值" in page
    assert 'value="30"' in page


def test_a_worker_chooses_and_the_run_is_kept_with_what_was_asked(app, session, officer, firms):
    run = run_of(app, session, officer)

    answer, terms = found(run), kept.terms_of(run.terms)
    goals = {firm.id: firm for firm in reading.firms(session, run.edition)}
    assert set(goals) == set(firms)
    assert run.goals == kept.digest(goals.values())
    assert (terms.money, terms.rules.share, terms.rules.cap) == (600_000, 3_000, 500_000)
    assert answer.choice.is_proved
    assert 0 < answer.choice.money <= 600_000
    for it in answer.choice.grants:
        goal = next(goal for goal in goals[it.firm].goals if goal.step == it.step)
        assert it.money == grant(terms.rules, goals[it.firm], goal, terms.day, Price.MIDDLE)
    actions = session.scalars(select(AuditEntry.action)).all()
    assert {"budget_ask", "budget_answer"} <= set(actions)
    assert officer.get(f"{PAGE}/{run.id}").text.count("data-chart=") == 1


def test_the_run_shows_its_firms_with_links_and_its_rules(session, by, officer):
    names = {(firm := a_firm(session, f"虚构{n}厂")).id: firm.name for n in "甲乙"}
    run = a_run(session, by, *names)

    page = officer.get(f"{PAGE}/{run.id}").text

    for number, name in names.items():
        assert f'<a href="/bureau/firms/{number}">{name}</a>' in page
    assert "支持 2 家，用去 25 万元，剩 75 万元" in page
    assert "计入费用的 30" in page
    assert "这是最优的选法" in page
    assert run.title in officer.get(PAGE).text


def test_while_a_worker_is_at_it_the_page_waits(officer):
    where = ask(officer).location

    page = officer.get(where).text

    state = re.search(r'data-report-state="([^"]+)"', page)[1]
    assert officer.get(state).json["state"] == "queued"
    assert officer.get(f"{where}.xlsx").status_code == 409


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"money": ""}, "请填预算"),
        ({"money": "-5"}, "预算：请填以万元计的数"),
        ({"money": "NaN"}, "请填以万元计的数"),
        ({"money": "9999999"}, "金额最多"),
        ({"share": "130"}, "请填 0 到 100 之间的百分数"),
        ({"share": "1e1"}, "请填 0 到 100 之间的百分数"),
        ({"cap": ""}, "请填每家最多补多少"),
        ({"kinds": []}, "计入的费用：至少要有一项"),
        ({"fee_years": "99"}, "请填 0 到 10 之间的整数"),
        ({"until": "2026-01-01"}, "日期先后不对"),
        ({"until": "明年"}, "看不懂这个日期"),
        ({"least-trade-0": "3", "most-trade-0": "2"}, "上限不能小于下限"),
        ({"least-size-0": "1e9"}, "微型至少：请填 0 到 100000 之间的整数"),
        ({"withdrawing": "101"}, "请填 0 到 100 之间的整数"),
        ({"title": " "}, "请给方案起个名称"),
        ({"title": "长" * 61}, "名称最多 60 字"),
        ({"aim": "rungs", "worth-1": "x"}, "请填 0 到 1000 之间的整数"),
        ({"aim": "counted-1999"}, "比什么：没有这一种"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field_and_nothing_is_kept(session, officer, typed, said):
    answer = ask(officer, **typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert session.scalar(select(BudgetRun.id)) is None


def test_a_floor_that_cannot_be_met_is_said_with_what_could_be(app, session, officer, firms):
    run = run_of(app, session, officer, **{"least-size-3": "2"})

    page = officer.get(f"{PAGE}/{run.id}").text

    assert "规模“大型”要求至少 2 家" in page
    assert "最多只能有 0 家" in page
    given = {"adopted": "yes", "csrf_token": officer.token}
    assert officer.post(f"{PAGE}/{run.id}/adopt", data=given).status_code == 409


def test_the_workbook_holds_the_run_and_no_formula(session, by, officer):
    run = a_run(session, by, a_firm(session, "=1+1 虚构企业").id)

    answer = officer.get(f"{PAGE}/{run.id}.xlsx")

    book = load_workbook(BytesIO(answer.data))
    assert book.sheetnames[:2] == ["支持名单", "换一个预算能支持多少"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=1+1 虚构企业" in [cell.value for cell in cells]
    assert isinstance(book["支持名单"]["E3"].value, int | float)  # an amount can be added up
    assert "export" in session.scalars(select(AuditEntry.action)).all()


def test_older_runs_are_folded_away_and_the_adopted_one_stays_in_sight(session, by, officer):
    adopted, *others = [a_run(session, by, title=f"第 {n} 批（虚构）") for n in range(1, 8)]
    officer.get(f"{PAGE}/{adopted.id}")
    officer.submit(f"{PAGE}/{adopted.id}/adopt", {"adopted": "yes"})

    seen, folded = officer.get(PAGE).text.split("更早的 2 个方案")

    assert adopted.title in seen
    assert [run.title in folded for run in others] == [True, True, False, False, False, False]


def test_one_run_is_adopted_at_a_time_and_may_be_let_go(session, by, officer):
    first, second = a_run(session, by), a_run(session, by)

    for run in (first, second):
        officer.get(f"{PAGE}/{run.id}")
        assert officer.submit(f"{PAGE}/{run.id}/adopt", {"adopted": "yes"}).status_code == 302
    session.expire_all()
    assert store.adopted(session).id == second.id
    assert first.adopted_at is None

    officer.get(f"{PAGE}/{second.id}")
    officer.submit(f"{PAGE}/{second.id}/adopt", {"adopted": ""})
    session.expire_all()
    assert store.adopted(session) is None


def test_two_runs_are_compared_firm_by_firm(session, by, officer):
    firms = [a_firm(session, f"虚构{n}厂").id for n in "甲乙丙"]
    a, b = a_run(session, by, *firms[:2]), a_run(session, by, *firms[1:])

    page = officer.get(f"{PAGE}/{a.id}/compare?b={b.id}").text

    assert (page.count(">新进</td>"), page.count(">退出</td>")) == (1, 1)
    assert "虚构乙厂" not in page
    assert "两次用的企业和路线相同" in page
    assert "完全一样" in officer.get(f"{PAGE}/{a.id}/compare").text


def test_where_firms_withdraw_the_others_stay(session, by, officer):
    staying, gone = (a_firm(session, f"虚构{n}厂").id for n in "甲乙")
    run = a_run(session, by, staying, gone)
    officer.get(f"{PAGE}/{run.id}")

    answer = officer.submit(f"{PAGE}/{run.id}/withdraw", {"gone": [str(gone)]})

    assert answer.status_code == 302
    session.expire_all()
    asked = session.get_one(BudgetRun, int(answer.location.rsplit("/", 1)[1]))
    terms = kept.terms_of(asked.terms)
    assert (terms.kept, terms.withdrawn) == ({staying: 2}, {gone})
    assert asked.title == "虚构方案（退出 1 家）"
    given = {"gone": "999999", "csrf_token": officer.token}
    assert officer.post(f"{PAGE}/{run.id}/withdraw", data=given).status_code == 422


def test_what_is_not_there_is_not_found(officer):
    for path in (f"{PAGE}/77", f"{PAGE}/77.xlsx", f"{PAGE}/77/compare", f"{PAGE}/jobs/77/state"):
        assert officer.get(path).status_code == 404


def test_a_name_that_is_html_is_only_text(session, by, officer):
    run = a_run(session, by, title="<b>虚构</b>{{ 7*7 }}")

    for page in (officer.get(PAGE).text, officer.get(f"{PAGE}/{run.id}").text):
        assert "<b>虚构</b>" not in page
        assert "&lt;b&gt;虚构&lt;/b&gt;{{ 7*7 }}" in page


def test_the_plans_own_targets_may_be_what_is_counted(session, officer, firms):
    """Those still to come are offered; a firm that counts already by the district's rule counts no more."""
    a_district(
        session,
        targets=(Target(2025, 1, ("workshop",)), Target(2099, 4, ("workshop", "factory"))),
        counting=Counting(titles=("数字化车间",), base=2),
    )
    recognised = Recognition(
        firm_id=firms[0],
        rung="workshop",
        title="浙江省数字化车间",
        document="虚构〔2026〕1 号",
        recognised_on=date(2026, 3, 1),
        recorded_by=a_user(session, Role.OFFICER).id,
        recorded_at=moment(),
    )
    session.add(recognised)
    session.commit()

    page = officer.get(PAGE).text
    assert "计入 2099 年规划目标的企业最多（数字化车间、智能工厂）" in page
    assert "counted-2025" not in page
    run_id = int(ask(officer, aim="counted-2099").location.rsplit("/", 1)[1])

    run = session.get_one(BudgetRun, run_id)
    terms = kept.terms_of(run.terms)
    assert terms.plan == Plan(2099, frozenset({firms[0]}))
    assert set(terms.worth.values()) == {1}
    session.rollback()
    shown = officer.get(f"{PAGE}/{run_id}").text
    assert "计入 2099 年规划目标的企业最多：数字化车间、智能工厂，到 2099-12-31 完工" in shown
    assert "已经计入的 1 家不再计" in shown


def test_the_yearly_report_names_whom_the_adopted_run_supports_and_the_public_one_does_not(
    session, by
):
    round_ = a_round(session)
    run = a_run(session, by, a_firm(session, "虚构补助厂").id)
    step = Step(session, Actor(by.id, by.name), moment())
    asked = {"outward": False, "number": "虚构-1"}
    assert "budget-chosen" not in annual.report(session, round_.id, asked)[0].tables
    session.rollback()

    budgets.adopt(step, run.id, adopted=True)

    told = annual.report(session, round_.id, asked)[0].tables
    assert [line.title for line in told["budget-chosen"].lines] == ["虚构补助厂"]
    assert "budget-frontier" in told
    public, _told = annual.report(session, round_.id, asked | {"outward": True})
    assert not [name for name in public.tables if name.startswith("budget")]
