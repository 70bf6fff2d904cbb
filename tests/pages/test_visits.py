"""Which firms to verify first: an officer's page, its workbook, and the way from it to the consultants."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey import db
from survey.lifecycle import forecasts as life
from survey.store import forecasts as store
from survey.tables import (
    Assessment,
    AssessmentState,
    AuditEntry,
    Forecast,
    Job,
    PoolEntry,
    PoolState,
    Role,
)
from tests.support.bureau import a_district, an_assessment, at_desk, rows_of
from tests.support.forecasts import a_forecast, a_model, keep
from tests.support.labour import work
from tests.support.people import EDITION, a_consultant, a_round, a_user, moment

PAGE = "/bureau/assessments/visits"
BOOK = "/bureau/assessments/visits.xlsx"


@pytest.fixture
def round_(session):
    return a_round(session)


@pytest.fixture
def desk(app, session):
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def firms(session, round_):
    """Likely, less likely and unlikely to be found lower, the first one large."""
    made = [
        an_assessment(session, round_, name, step=2, size=size, township=place)
        for name, size, place in (
            ("虚构甲阀门厂", "large", "紫金街道"),
            ("虚构乙阀门厂", "small", "岩泉街道"),
            ("虚构丙阀门厂", "small", "岩泉街道"),
        )
    ]
    chances = (700, 400, 0)
    rows = [
        a_forecast(one.id, overturned=chance, rungs=[0, chance, 1000 - chance, 0, 0, 0])
        for one, chance in zip(made, chances, strict=True)
    ]
    keep(session, a_model(), *rows)
    return [one.id for one in made]


def listed(page):
    """The firms of the list, in its order."""
    names = ("虚构甲阀门厂", "虚构乙阀门厂", "虚构丙阀门厂")
    found = {name: page.text.find(f">{name}<") for name in names if f">{name}<" in page.text}
    return sorted(found, key=found.__getitem__)


def test_the_likeliest_come_first_and_who_would_not_change_is_left_out(desk, firms):
    page = desk.get(PAGE)

    assert page.status_code == 200
    assert listed(page) == ["虚构甲阀门厂", "虚构乙阀门厂"]
    assert "2.5 天可以去 2 家，能安排的一共 3 家" in page.text
    assert "预计其中约 1.1 家核验后的等级会低于自评" in page.text
    assert "同样多家随意去，平均约 0.7 家" in page.text
    assert "70%" in page.text
    assert "得分率 30% 到 40%" in page.text


def test_each_firm_is_told_with_its_own_rung_the_one_expected_its_interval_and_why(desk, firms):
    words = desk.get(PAGE).text

    assert "十次里有八次在“" in words
    assert "同行核验时它常有出入，低一档就可能到不了这一级" in words


def test_a_visit_the_firm_itself_had_before_is_said_to_count(desk, session, firms):
    before = session.get(Assessment, firms[0])
    earlier = a_round(session)
    done = an_assessment(session, earlier, "虚构先厂", state="confirmed", visited_step=1)
    session.rollback()
    with db.writing(session):
        session.get(Assessment, done.id).firm_id = before.firm_id

    words = desk.get(PAGE).text

    assert words.count("它自己以前核验过 1 次，也算在内。") == 1


def test_nothing_on_the_page_sounds_like_a_suspicion(desk, firms):
    words = desk.get(PAGE).text

    for word in ("怀疑", "嫌疑", "虚报", "造假", "不诚信", "作假", "夸大", "可疑"):
        assert word not in words
    assert "不是评价企业" in words


def test_fewer_days_give_fewer_visits_and_a_long_one_gives_way(desk, firms):
    assert listed(desk.get(f"{PAGE}?days=2")) == ["虚构甲阀门厂"]
    assert listed(desk.get(f"{PAGE}?days=1")) == ["虚构乙阀门厂"]
    assert listed(desk.get(f"{PAGE}?days=1&days-large=0.5")) == ["虚构甲阀门厂", "虚构乙阀门厂"]


def test_firms_of_the_pool_may_count_more(desk, session, firms):
    second = session.get(Assessment, firms[1])
    entry = PoolEntry(
        firm_id=second.firm_id,
        assessment_id=second.id,
        edition=EDITION,
        state=PoolState.PROPOSED,
        target_rung="digital_line",
        reason="虚构的理由",
        changed_at=moment(),
    )
    keep(session, entry)

    assert listed(desk.get(f"{PAGE}?days-small=2&days=2")) == ["虚构甲阀门厂"]
    assert listed(desk.get(f"{PAGE}?days-small=2&days=2&aim=pool")) == ["虚构乙阀门厂"]
    assert listed(desk.get(f"{PAGE}?days-small=2&days=2&aim=counted")) == ["虚构甲阀门厂"]


def test_it_is_narrowed_to_a_township_a_trade_and_a_round(desk, session, firms):
    assert listed(desk.get(f"{PAGE}?township=岩泉街道")) == ["虚构乙阀门厂"]
    assert listed(desk.get(f"{PAGE}?trade=bearing")) == []
    here = session.get(Assessment, firms[0]).round_id
    assert len(listed(desk.get(f"{PAGE}?round={here}"))) == 2
    assert listed(desk.get(f"{PAGE}?round={here + 999}")) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("days=", "顾问天数：请填 0.5 到 75 之间的天数"),
        ("days=0", "顾问天数：请填 0.5 到 75 之间的天数"),
        ("days=75.5", "顾问天数：请填 0.5 到 75 之间的天数"),
        ("days=2.3", "顾问天数：请填 0.5 到 75 之间的天数"),
        ("days=1e3", "顾问天数：请填 0.5 到 75 之间的天数"),
        ("days=９９９９９９９９", "顾问天数：请填 0.5 到 75 之间的天数"),
        ("days=<b>", "顾问天数：请填 0.5 到 75 之间的天数"),
        ("days-large=11", "大型企业的天数：请填 0.5 到 10 之间的天数"),
        ("aim=most", "怎样算多：请从这几种里选"),
    ],
)
def test_what_is_no_number_of_days_is_named_with_its_remedy(desk, firms, asked, said):
    page = desk.get(f"{PAGE}?{asked}")

    assert page.status_code == 422
    assert said in page.text
    assert listed(page) == []
    assert desk.get(f"{BOOK}?{asked}").status_code == 422


def test_days_are_read_in_either_width_and_with_their_unit(desk, firms):
    assert listed(desk.get(f"{PAGE}?days=２天")) == ["虚构甲阀门厂"]


def test_a_firm_somebody_was_sent_to_is_not_listed(desk, session, firms):
    session.rollback()
    with db.writing(session):
        session.get(Assessment, firms[0]).state = AssessmentState.VISITING

    assert listed(desk.get(PAGE)) == ["虚构乙阀门厂"]


def test_three_visits_are_assigned_at_once_and_the_officer_comes_back(desk, session, firms):
    consultant = a_consultant(session)
    asked = f"{PAGE}?days=5"
    page = desk.get(asked)
    assert page.text.count('name="chosen"') == 2

    desk.get(f"/bureau/assessments/assign?chosen={firms[0]}&chosen={firms[1]}&back={PAGE}?days=5")
    versions = [session.get(Assessment, id).version for id in firms[:2]]
    session.rollback()
    done = desk.submit(
        "/bureau/assessments/assign",
        {
            "consultant": str(consultant.id),
            "chosen": [f"{id}-{v}" for id, v in zip(firms, versions, strict=False)],
            "back": asked,
        },
    )

    assert done.status_code == 302
    assert done.location == asked
    session.expire_all()
    assert {session.get(Assessment, id).state for id in firms[:2]} == {AssessmentState.VISITING}


def test_how_forecasts_held_is_told_with_how_many_they_were(desk, session, firms):
    words = desk.get(PAGE).text

    assert "40 家里 33 家的核定得分率落在预估的范围里（82%）" in words
    assert "预计 8.0 家的等级低于自评，核验后真的低了的 8 家" in words
    assert "只有 0 家，满 10 家再说准不准" in words


def test_where_forecasts_did_not_hold_it_says_how_far_to_trust_the_list(desk, session, round_):
    assert "有的档对不上" not in desk.get(PAGE).text
    keep(session, a_model(tried=[[800, 0, 1]] * 12))

    words = desk.get(PAGE).text

    assert "有的档对不上" in words
    assert "“预计几家会低”不要当真" in words


def test_questions_that_fall_most_often_are_told_with_intervals_and_how_many_were_seen(desk, firms):
    page = desk.get(PAGE).text

    assert "29%（20% 到 39%）" in page
    assert page.index("29%（20% 到 39%）") < page.index("11%（6% 到 17%）")
    assert "40 家，低了 12 家" in page


def test_the_workbook_says_what_the_page_says_and_is_noted(desk, session, firms):
    book = desk.get(f"{BOOK}?days=2.5")

    head, *rows = rows_of(book)
    assert [row[0] for row in rows] == ["虚构甲阀门厂", "虚构乙阀门厂"]
    assert head[6:10] == ["核验后预计", "预计得分率（八成把握）", "等级会低于自评（%）", "为什么"]
    assert rows[0][8] == 70
    taken = session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
    assert (taken.subject_id, taken.after) == ("visits", {"rows": 2})
    assert "顾问天数：2.5" in taken.reason


# --- too few visits -----------------------------------------------------------------------------------


@pytest.fixture
def few(session, round_):
    """Nine verified valve firms, and two sheets that wait: a valve and a bearing firm."""
    for n in range(9):
        an_assessment(
            session, round_, f"虚构核定{n}厂", state="confirmed", visited_step=1, size="small"
        )
    valve = an_assessment(session, round_, "虚构甲阀门厂", step=2, size="small")
    other = an_assessment(session, round_, "虚构乙阀门厂", step=1, size="small")
    with db.writing(session):
        session.get(Assessment, other.id).trade = "bearing"
    session.rollback()
    return [valve.id, other.id]


def test_below_thirty_visits_it_says_so_and_whom_to_visit_to_learn_most(desk, few):
    page = desk.get(PAGE)

    assert "核验过的还太少" in page.text
    assert "9 家，满 30 家才预估" in page.text
    assert listed(page) == ["虚构乙阀门厂", "虚构甲阀门厂"]
    assert "轴承行业、小型的企业一家都没核验过，按固定签号轮到它，没有看它的自评" in page.text
    assert "阀门行业、小型的企业只核验过 9 家" in page.text
    assert "会低于自评" not in page.text
    assert "现在预估" not in page.text


def test_below_thirty_visits_the_workbook_says_no_more_than_the_page(desk, few):
    head, *rows = rows_of(desk.get(BOOK))

    assert [row[0] for row in rows] == ["虚构乙阀门厂", "虚构甲阀门厂"]
    assert "核验后预计" not in head


def test_where_the_days_are_too_few_for_any_visit_it_says_so(desk, firms):
    page = desk.get(f"{PAGE}?days=1&days-small=2")

    assert listed(page) == []
    assert "这些天数不够去一家" in page.text


def test_an_empty_district_says_what_to_do(desk, round_):
    page = desk.get(PAGE)

    assert page.status_code == 200
    assert "没有可以安排的企业" in page.text


def test_where_no_rung_would_change_it_says_so(desk, session, round_):
    one = an_assessment(session, round_, "虚构丁阀门厂", step=1)
    keep(session, a_model(), a_forecast(one.id, overturned=0, rungs=[0, 1000, 0, 0, 0, 0]))

    assert "没有一家的等级看起来会低于自评" in desk.get(PAGE).text


# --- forecast anew -----------------------------------------------------------------------------------


def test_an_officer_has_everything_forecast_anew(app, desk, session, firms):
    desk.get(f"{PAGE}?days=3")

    pressed = desk.submit(f"{PAGE}/renew", {})

    assert pressed.location == f"{PAGE}?days=3"
    assert session.scalars(select(Job).where(Job.kind == life.KIND)).one()
    session.rollback()
    assert "正在重新预估" in desk.get(PAGE).text
    assert work(app) == 1
    session.expire_all()
    assert store.model(session, EDITION).visits == 0
    assert session.scalars(select(Forecast)).all() == []


def test_a_question_that_the_edition_no_longer_has_is_left_out(desk, session, round_):
    one = an_assessment(session, round_, "虚构丁阀门厂", step=2)
    keep(session, a_model(), a_forecast(one.id, reasons=[["gone_question", 500, 300]]))

    page = desk.get(PAGE)

    assert page.status_code == 200
    assert "没有哪一题特别突出" in page.text
