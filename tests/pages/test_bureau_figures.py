"""The figures above the bureau's lists: the plan's targets beside today, and the ladder."""

import re
from datetime import date

from reports.district import Counting, Target
from survey import db
from survey.store import assessments
from survey.tables import (
    AnswerRow,
    AssessmentState,
    PoolEntry,
    SheetKind,
)
from tests.support.bureau import (
    NOON,
    a_district,
    admitted,
    an_assessment,
    names,
    recognised,
    rows_of,
)
from tests.support.people import a_round

MEETS = {
    "investment": {"equipment": {"2024": "2500"}},
    "project_state": "finished",
    "finish_year": "2024",
    "digital_level": "2.0",
    "credit_grade": "good",
    "serious_incident": "none",
    "serious_breach": "none",
    "unlawful_act": "none",
    "applicant_kind": "legal_person",
    "project_place": "in_province",
    "financial_state": "sound",
    "project_standing": "none",
}


def figures(answer):
    """Return the counts of the ladder's table by rung."""
    table = re.search(r'rung-table">.*?<tbody>(.*?)</tbody>', answer.text, re.DOTALL)[1]
    found = {}
    for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL):
        title = re.sub(r"<[^>]*>", "", re.search(r"<th.*?</th>", row, re.DOTALL)[0]).strip()
        found[title] = [int(n) for n in re.findall(r'<td class="figure">(\d+)</td>', row)]
    return found


def test_the_plan_counts_only_what_was_recognised_in_time(desk, session, round_, officer):
    rungs = ("workshop", "factory", "future")
    a_district(session, targets=(Target(2025, 1, rungs), Target(2027, 4, rungs)))
    firms = [
        an_assessment(session, round_, f"{n} 厂（虚构）", state=AssessmentState.CONFIRMED, step=3)
        for n in range(3)
    ]
    recognised(session, firms[0].firm_id, officer, day=date(2025, 12, 31))
    recognised(session, firms[0].firm_id, officer, rung="factory", day=date(2026, 5, 1))
    recognised(session, firms[1].firm_id, officer, day=date(2026, 1, 1))
    recognised(session, firms[2].firm_id, officer, rung="line", day=date(2025, 1, 1))

    page = desk.get("/bureau/pool").text
    lines = re.findall(r"<dd>(\d+)<span>家", page)

    assert lines == ["1", "1", "3", "0", "4", "2", "3", "0"]
    assert page.count("<span>家，3 家未知</span>") == 2
    assert "已完成" in page
    assert "还差 2 家" in page


def test_a_target_whose_year_is_over_is_said_to_be_missed_and_not_still_to_come(desk, session):
    a_district(session, targets=(Target(2020, 2, ("workshop",)), Target(2099, 4, ("workshop",))))

    page = desk.get("/bureau/pool").text

    assert "到期没有完成，差 2 家" in page
    assert page.count("已到期") == 1
    assert "还差 4 家" in page


def told(session, assessment, facts, author):
    """Write application facts on the confirmed sheet."""
    with db.writing(session):
        sheet = assessments.sheet(session, assessment.id, SheetKind.ONSITE)
        for question_id, value in facts.items():
            session.add(
                AnswerRow(
                    sheet_id=sheet.id,
                    question_id=question_id,
                    value=value,
                    revision=1,
                    author_id=author.id,
                    saved_at=NOON,
                )
            )


def test_who_meets_the_newest_notice_is_counted_among_those_who_stand_on_our_rung(
    desk, session, round_, officer
):
    a_district(session, targets=(Target(2027, 4, ("workshop", "factory")),))
    by_facts = {
        "符合": MEETS,
        "未填": {},
        "待确认": MEETS | {"project_state": "planned"},
        "不符合": MEETS | {"unlawful_act": "occurred"},
    }
    for name, facts in by_facts.items():
        firm = an_assessment(
            session, round_, f"{name} 厂（虚构）", state=AssessmentState.CONFIRMED, step=3
        )
        told(session, firm, facts, officer)
    below = an_assessment(
        session, round_, "低一级 厂（虚构）", state=AssessmentState.CONFIRMED, step=2
    )
    told(session, below, MEETS, officer)

    page = desk.get("/bureau/pool").text

    assert re.findall(r"<dd>(\d+)<span>家", page) == ["4", "0", "4", "1"]
    assert "<span>家，2 家未知</span>" in page
    assert "2025 年度通知" in page


def test_the_rule_by_which_recognitions_are_counted_is_printed_beside_the_figure(
    desk, session, round_, officer
):
    rule = Counting(("数字化车间",), ("省级",), since=date(2026, 1, 1), base=2)
    a_district(session, targets=(Target(2027, 4, ("workshop",)),), counting=rule)
    for day in (date(2025, 12, 31), date(2026, 1, 1)):
        firm = an_assessment(session, round_, f"{day} 厂（虚构）").firm_id
        recognised(session, firm, officer, day=day)

    page = desk.get("/bureau/pool").text

    assert re.findall(r"<dd>(\d+)<span>家", page)[:2] == ["4", "3"]
    assert "称号含“数字化车间”，级别为省级" in page
    assert "2026 年 1 月 1 日起、到 2027 年 12 月 31 日止，一家企业只计一次，另加基数 2 家" in page


def test_the_ladder_counts_firms_by_their_confirmed_sheets(desk, session, round_, officer):
    for step in (1, 3, 3, 4):
        an_assessment(
            session, round_, f"{step} 级厂（虚构）", state=AssessmentState.CONFIRMED, step=step
        )
    unverified = an_assessment(session, round_, "自评厂（虚构）", step=5)
    admitted(session, unverified, officer, target="future")

    shown = figures(desk.get("/bureau/pool"))

    assert shown["数字化车间"] == [2, 3, 0, 0, 0]
    assert shown["设备改造"] == [1, 4, 0, 0, 0]
    assert shown["未来工厂"] == [0, 0, 0, 1, 0]


def test_lists_and_counts_never_mix_editions(desk, session, round_, officer):
    former = a_round(session, edition="1999", opens_on=date(1999, 1, 1))
    here = an_assessment(session, round_, "今年厂（虚构）", state=AssessmentState.CONFIRMED, step=3)
    there = an_assessment(
        session, former, "往年厂（虚构）", state=AssessmentState.CONFIRMED, step=5
    )
    admitted(session, here, officer)
    with db.writing(session):
        session.add(
            PoolEntry(
                firm_id=there.firm_id,
                assessment_id=there.id,
                edition=there.edition,
                state="in_pool",
                target_rung="future",
                reason="往年",
                changed_at=NOON,
            )
        )

    for address in ("/bureau/assessments", "/bureau/pool"):
        assert names(desk.get(address)) == ["今年厂（虚构）"]
        assert [row[0] for row in rows_of(desk.get(f"{address}.xlsx"))[1:]] == ["今年厂（虚构）"]
    future = figures(desk.get("/bureau/pool"))["未来工厂"]
    assert future == [0, 0, 0, 0, 0]
