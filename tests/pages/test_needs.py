"""Firms' needs on the pages of officer, firm and consultant; list, workbook and district page agree."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from survey import db
from survey.clock import utc_now
from survey.library import load
from survey.lifecycle import assessments, needs
from survey.lifecycle.step import Step
from survey.readings import dashboard
from survey.store import needs as store
from survey.store.lists import Wanted
from survey.store.needs import Standing
from survey.tables import Firm, FirmNeed, NeedSource, NeedState, Rating, Role
from survey.views.bureau.district import address
from survey.words.needs import SOURCES, STANDINGS, STATES
from tests.support.bureau import a_district, at_desk, logged, rows_of
from tests.support.needs import a_joined_need, a_need, fresh
from tests.support.people import (
    EDITION,
    TESTER,
    a_consultant,
    a_firm,
    a_round,
    a_user,
    handed_in,
    moment,
    visited,
)

TYPED = {"category": "资金", "text": "贷款办不下来", "wish": "介绍银行", "said_by": "虚构人"}


@pytest.fixture
def officer(app, session):
    a_district(session, department="虚构科")
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def owner(session):
    return a_user(session)


@pytest.fixture
def firm(app, session, owner):
    return at_desk(app, session, owner)


def the_need(session) -> FirmNeed:
    session.rollback()
    session.expire_all()
    (line,), _total = store.needs(session, Wanted())
    found = store.need(session, line.id)
    assert found is not None
    return found


def step(officer, need: FirmNeed, name: str, **given: str):
    officer.get(f"/bureau/needs/{need.id}")
    return officer.submit(f"/bureau/needs/{need.id}/{name}", given)


def test_a_need_goes_from_the_firm_to_the_officer_and_back_until_it_is_struck_off(
    session, officer, firm
):
    firm.get("/firm/needs")
    assert firm.submit("/firm/needs", TYPED).status_code == 302
    need = the_need(session)
    assert (need.source, need.state) == (NeedSource.FIRM, NeedState.REGISTERED)
    assert "新的诉求，待交办" in officer.get("/bureau/").text

    assert step(officer, need, "hand-over", department="虚构科").status_code == 302
    assert step(officer, need, "progress", says="在谈").status_code == 302
    page = firm.get(f"/firm/needs/{need.id}").text
    assert "在谈" in page
    assert "按周末推算" in page
    assert step(officer, need, "answer", says="谈成了").status_code == 302
    assert "诉求已有答复" in firm.get("/firm/").text

    firm.get(f"/firm/needs/{need.id}")
    unsaid = firm.submit(f"/firm/needs/{need.id}", {"solved": "no", "rating": "poor"})
    assert unsaid.status_code == 422
    assert "请写明哪里没有解决" in unsaid.text
    firm.get(f"/firm/needs/{need.id}")
    answer = {"solved": "no", "rating": "poor", "says": "利率没谈拢"}
    assert firm.submit(f"/firm/needs/{need.id}", answer).status_code == 302
    assert the_need(session).state == NeedState.WORKING
    assert "利率没谈拢" in officer.get(f"/bureau/needs/{need.id}").text

    late = firm.post(
        f"/firm/needs/{need.id}", data=answer | {"csrf_token": firm.token, "version": "1"}
    )
    assert late.status_code == 409
    assert "刚刚被其他人更改" in late.text
    step(officer, need, "answer", says="利率也谈好了")
    assert step(officer, need, "call-back", solved="yes", rating="good").status_code == 302
    assert step(officer, need, "close").status_code == 302
    kept = the_need(session)
    assert (kept.state, kept.rating, kept.reopened) == (NeedState.CLOSED, Rating.GOOD, 1)
    history = officer.get(f"/bureau/needs/{need.id}").text
    assert "诉求销号" in history
    assert "没有解决，重新办理" in history


def test_two_officers_on_one_page_see_each_other(session, officer, owner):
    need = a_need(session, owner.firm_id, state=NeedState.HANDED_OVER)
    officer.get(f"/bureau/needs/{need.id}")
    needs.note_progress(Step(session, TESTER, moment()), need.id, need.version, says="先到一步")

    late = officer.submit(f"/bureau/needs/{need.id}/answer", {"says": "我也写了"})

    assert late.status_code == 409
    assert "刚刚被其他人更改" in late.text
    assert "我也写了" in late.text
    assert fresh(session, need).state == NeedState.WORKING


def test_a_firm_and_a_consultant_read_of_their_own_firms_alone(app, session, owner, firm):
    other = a_user(session)
    mine, theirs = a_need(session, owner.firm_id, "我的"), a_need(session, other.firm_id, "别家的")
    consultant = a_consultant(session)
    visit = visited(session, owner, consultant)
    desk = at_desk(app, session, consultant)

    assert firm.get(f"/firm/needs/{theirs.id}").status_code == 404
    assert "别家的" not in firm.get("/firm/needs").text
    for page in ("/visits/needs", f"/visits/{visit.id}/needs"):
        told = desk.get(page).text
        assert mine.number in told
        assert "别家的" not in told
    desk.get(f"/visits/{visit.id}/needs")
    given = {**TYPED, "raised_on": date(2026, 11, 2).isoformat(), "text": "走访时说的"}
    assert desk.submit(f"/visits/{visit.id}/needs", given).status_code == 302
    assert "走访时说的" in firm.get("/firm/needs").text
    (entry,) = [one for one in logged(session, "need_register") if "走访" in one.reason]
    assert entry.after["came_by"] == NeedSource.VISIT


def test_the_firm_alone_is_asked_to_rate_an_answer(app, session, owner, firm):
    need = a_need(session, owner.firm_id, state=NeedState.ANSWERED)
    consultant = a_consultant(session)
    visit = visited(session, owner, consultant)
    desk = at_desk(app, session, consultant)

    asked = firm.get("/firm/needs").text
    read = [desk.get(page).text for page in ("/visits/needs", f"/visits/{visit.id}/needs")]

    assert "请评价" in asked
    assert "去评价" in asked
    for page in read:
        assert need.number in page
        assert STATES[NeedState.ANSWERED] in page
        assert "评价" not in page


def test_joined_firms_hear_the_answer_and_nothing_of_each_other(app, session, officer, owner, firm):
    other = a_firm(session, "隔壁虚构厂")
    main = a_need(session, other.id, "隔壁的话", NeedState.WORKING, said_by="隔壁人")
    need = a_joined_need(session, owner.firm_id, main, "我的话")

    page = officer.get(f"/bureau/needs/{main.id}").text
    assert "重复 1 次" in page
    step(officer, main, "answer", says="一起办好了")

    told = firm.get(f"/firm/needs/{need.id}").text
    assert "一起办好了" in told
    assert "隔壁" not in told
    (line,) = store.needs(session, Wanted(words="隔壁"))[0]
    assert line.repeats == 1
    session.rollback()
    refused = officer.post(
        f"/bureau/needs/{need.id}/progress",
        data={"csrf_token": officer.token, "says": "x", "version": fresh(session, need).version},
    )
    assert refused.status_code == 409
    assert "已并入另一件" in refused.text


def test_an_officer_ticks_several_needs_and_joins_them_or_reads_why_not(session, officer, owner):
    some = [a_need(session, a_firm(session, f"{n} 虚构厂").id, f"{n}的话") for n in "甲乙丙"]
    done = a_need(session, owner.firm_id, "丁的话", NeedState.CLOSED)
    ids = [one.id for one in some]
    listed = officer.get("/bureau/needs").text
    page = officer.get("/bureau/needs/join", query_string={"chosen": [*ids, done.id]}).text
    chosen = [f"{one.id}-{fresh(session, one).version}" for one in some]
    session.rollback()

    nothing = officer.submit("/bureau/needs/join", {"chosen": chosen})
    stale = officer.submit(
        "/bureau/needs/join", {"chosen": [*chosen[:2], f"{ids[2]}-9"], "main": str(ids[0])}
    )
    joined = officer.submit("/bureau/needs/join", {"chosen": chosen, "main": str(ids[0])})

    assert 'name="chosen"' in listed
    assert "不能合并的（1 件）" in page
    assert (nothing.status_code, stale.status_code, joined.status_code) == (422, 409, 302)
    assert "请选择并入哪一件" in nothing.text
    assert "刚刚被其他人更改" in stale.text
    assert "重复 2 次" in officer.get(f"/bureau/needs/{ids[0]}").text
    assert [fresh(session, one).main_id for one in some] == [None, ids[0], ids[0]]
    session.rollback()
    assert officer.get("/bureau/needs/join?chosen=99999").status_code == 404
    assert "还选不出可以合并的诉求" in officer.get("/bureau/needs/join").text


def test_words_of_an_answer_are_proposed_until_somebody_decides(app, session, officer, owner, firm):
    handed_in(session, owner, remark="想上设备，缺钱")
    page = firm.get("/firm/needs").text
    keys = re.findall(r'name="draft" value="([^"]+)"', page)
    proposed = [key for key in keys if key.startswith("said:")]
    assert proposed
    assert not store.of_some_firms(session, [owner.firm_id])

    firm.get("/firm/needs")
    token = {"csrf_token": firm.token}
    assert firm.post("/firm/needs/dismiss", data=token | {"draft": proposed[0]}).status_code == 302
    assert proposed[0] not in firm.get("/firm/needs").text

    officer.get(f"/bureau/firms/{owner.firm_id}/needs", query_string={"draft": proposed[1]})
    taken = officer.submit(f"/bureau/firms/{owner.firm_id}/needs", {"said_by": "虚构人"})
    assert taken.status_code == 302, taken.text
    need = the_need(session)
    assert (need.source, need.category) == (NeedSource.ASSESSMENT, "资金")
    assert "缺钱" in need.text
    again = officer.get(f"/bureau/firms/{owner.firm_id}/needs").text
    assert proposed[1] not in again
    assert proposed[0] not in again


def test_a_gap_that_no_package_lifts_is_proposed_as_well(session, owner, firm):
    with db.writing(session):  # what the catalogue has for the highest level suits larger ones
        session.get_one(Firm, owner.firm_id).size = "micro"
    handed_in(session, owner, level=3)

    keys = re.findall(r'name="draft" value="([^"]+)"', firm.get("/firm/needs").text)

    assert [key for key in keys if key.startswith("gap:")]


def some_needs(session, seed: int) -> None:
    """Needs of any kind, straight into the table."""
    dice, day = Random(seed), date(2026, 11, 2)
    firms = [
        a_firm(session, f"虚构 {seed}-{n} 厂", township=dice.choice(["碧湖镇", "紫金街道", None]))
        for n in range(6)
    ]
    with db.writing(session):
        for serial in range(1, 41):
            state = dice.choice(list(NeedState))
            due = day + timedelta(days=dice.randint(-300, 60))
            set_off = state in store.RUNNING + store.SETTLED
            settled = state in store.SETTLED
            session.add(
                FirmNeed(
                    year=dice.choice([2025, 2026]),
                    serial=serial,
                    firm_id=dice.choice(firms).id,
                    source=dice.choice(list(NeedSource)),
                    raised_on=day - timedelta(days=dice.randint(1, 90)),
                    said_by="虚构人",
                    category=dice.choice(["资金", "用工", "其他", "早年的类别"]),
                    text=f"第 {serial} 件",
                    state=state,
                    department=dice.choice(["甲科", "乙科"]) if set_off else "",
                    due_on=due if set_off else None,
                    answered_on=due + timedelta(days=dice.randint(-2, 2)) if settled else None,
                    created_at=moment(),
                    changed_at=moment(),
                )
            )


FILTERS = {
    "standing": list(STANDINGS),
    "state": list(STATES),
    "category": ["资金", "早年的类别"],
    "department": ["甲科", "乙科"],
    "source": list(SOURCES),
    "township": ["碧湖镇"],
    "year": ["2025", "2026"],
    "repeated": ["main", "joined"],
}


@pytest.mark.parametrize("seed", [1, 2])
def test_list_workbook_sums_and_the_districts_page_count_the_same(session, officer, seed):
    some_needs(session, seed)
    dice = Random(seed)
    for _ in range(6):
        names = dice.sample(sorted(FILTERS), dice.randint(0, 2))
        asked = {name: dice.choice(FILTERS[name]) for name in names}
        page = officer.get("/bureau/needs", query_string=asked).text
        total = int(found[1]) if (found := re.search(r"共 (\d+) 件诉求", page)) else 0
        heads, *rows = rows_of(officer.get("/bureau/needs.xlsx", query_string=asked))
        assert len(rows) == total, asked
        text = officer.get("/bureau/needs.xlsx", query_string=asked | {"kind": "csv"}).text
        assert len(text.strip().splitlines()) == total + 1
        if "category" in asked:
            assert {row[heads.index("类别")] for row in rows} <= {asked["category"]}

    round_ = a_round(session, opens_on=date(2026, 9, 1))
    place, edition = a_district(session), load(session, EDITION)
    table = dashboard.page(session, place, edition, round_, None, utc_now()).table("needs")
    session.rollback()
    assert table.lines
    for line in table.lines:
        figures = [cell for cell in line.cells if cell.where]
        assert figures[-1].number == sum(int(cell.number or 0) for cell in figures[:-1])
        for cell in dice.sample(figures, 3):
            with officer.application.test_request_context():
                where = address(cell.where)
            page = officer.get(where).text
            counted = re.search(r"共 (\d+) 件诉求", page)
            assert (int(counted[1]) if counted else 0) == cell.number, where
    lines, _total = store.needs(session, Wanted(year="2026"))
    today = moment().date()
    by_hand = Counter(line.standing(today) for line in lines)
    whole = table.lines[-1].cells[: len(Standing)]
    assert [cell.number for cell in whole] == [by_hand[standing] for standing in Standing]


def test_one_need_prints_as_a_sheet_and_words_of_all_kinds_stay_inside_it(session, officer):
    need = a_need(session, a_firm(session).id, "<b>粗</b>" + "很长" * 300, NeedState.ANSWERED)

    paper = officer.get(f"/bureau/needs/{need.id}/paper").text

    assert "企业诉求办理单" in paper
    assert need.number in paper
    assert "<b>粗</b>" not in paper


def test_whoever_is_no_longer_sent_to_a_firm_registers_nothing_for_it(app, session, owner):
    consultant = a_consultant(session)
    visit = visited(session, owner, consultant)
    desk = at_desk(app, session, consultant)
    desk.get(f"/visits/{visit.id}/needs")
    assessments.unassign(Step(session, TESTER, moment()), visit.id, reason="换人。")

    given = {**TYPED, "raised_on": "2026-11-02"}
    assert desk.submit(f"/visits/{visit.id}/needs", given).status_code in (404, 409)
    assert session.get(Firm, owner.firm_id) is not None
    assert not store.of_some_firms(session, [owner.firm_id])
