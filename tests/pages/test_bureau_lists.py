"""The bureau's lists: what they show, in which order and pages, and that workbooks say the same."""

import re
from html import unescape
from itertools import product

import pytest

from survey import db
from survey.store import assessments
from survey.tables import (
    AnswerRow,
    AssessmentState,
    Role,
    SheetKind,
    Verdict,
)
from tests.support.bureau import (
    NOON,
    admitted,
    an_assessment,
    counting,
    logged,
    names,
    recognised,
    rows_of,
)
from tests.support.people import a_user, filled

LISTS = ("/bureau/assessments", "/bureau/pool", "/bureau/firms", "/bureau/audit")


def test_a_confirmed_sheet_speaks_for_its_firm_and_an_unconfirmed_one_is_marked(
    desk, session, round_
):
    an_assessment(
        session, round_, "甲厂（虚构）", state=AssessmentState.CONFIRMED, step=4, visited_step=2
    )
    an_assessment(session, round_, "乙厂（虚构）", step=3)

    rows = rows_of(desk.get("/bureau/assessments.xlsx?sort=firm"))
    shown = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}

    assert shown["甲厂（虚构）"]["等级"] == "智能化生产线"
    assert shown["甲厂（虚构）"]["核验"] == "已核定"
    assert shown["乙厂（虚构）"]["等级"] == "数字化车间"
    assert shown["乙厂（虚构）"]["核验"] == "未核验"
    page = desk.get("/bureau/assessments").text
    assert page.count("未核验</span>") == 1


def test_a_draft_is_only_being_filled_in(desk, session, round_):
    user = a_user(session, Role.FIRM)
    draft = filled(session, user, remark="金丝雀备注")

    page = desk.get("/bureau/assessments")

    assert "填写中" in page.text
    assert f"/bureau/assessments/{draft.id}" not in page.text
    assert "金丝雀" not in page.text
    assert "%</span>" not in page.text
    assert desk.get(f"/bureau/assessments/{draft.id}").status_code == 404


def test_a_share_is_cut_and_never_rounded_up_to_a_threshold(desk, session, round_):
    an_assessment(session, round_, "甲厂（虚构）", share="4499/10000")

    assert "44.9%" in desk.get("/bureau/assessments").text
    assert 44.9 in rows_of(desk.get("/bureau/assessments.xlsx"))[1]


def test_a_list_is_ordered_by_known_keys_only(desk):
    lists = [*LISTS[:3], "/bureau/assessments.xlsx", "/bureau/pool.xlsx"]

    for address, sort in product(
        lists, ["password_hash", "-", "--share", "id;drop", "share,firm", "name"]
    ):
        answer = desk.get(address, query_string={"sort": sort})
        assert answer.status_code == 400, (address, sort)


@pytest.mark.parametrize("address", LISTS)
def test_a_page_that_is_no_number_is_refused_and_one_out_of_range_is_not(desk, address):
    for page in ("abc", "-1", "1.0", "０１", "１", "", "1e3", "9999999999"):
        assert desk.get(address, query_string={"page": page}).status_code == 400, page
    for page in ("0", "999999999"):
        answer = desk.get(address, query_string={"page": page, "page_size": "1000000"})
        assert answer.status_code == 200, page


def test_firms_stand_in_the_order_of_pinyin_and_an_officer_corrects_a_reading(
    desk, session, round_
):
    firms = [
        an_assessment(session, round_, name).firm_id
        for name in ("卓越厂（虚构）", "曾氏厂（虚构）", "安吉厂（虚构）", "3 号厂（虚构）")
    ]
    ordered = ["3 号厂（虚构）", "安吉厂（虚构）", "曾氏厂（虚构）", "卓越厂（虚构）"]
    assert names(desk.get("/bureau/firms?sort=firm")) == ordered

    address = f"/bureau/firms/{firms[1]}"
    form = dict(
        re.findall(r'name="(version|name_key)"[^>]*value="([^"]*)"', desk.get(address).text)
    )
    assert form["name_key"].startswith("ceng shi")
    chosen = {
        "name": "曾氏厂（虚构）",
        "trade": "valve",
        "township": "",
        "version": form["version"],
    }
    answer = desk.submit(address, chosen | {"name_key": "zuo Shì"})

    assert answer.status_code == 302
    assert names(desk.get("/bureau/firms?sort=firm")) == [*ordered[:2], ordered[3], ordered[2]]
    assert logged(session, "edit")[-1].after["name_key"] == "zuo shi"


def test_pages_follow_each_other_without_gaps_and_keep_the_filters(desk, session, round_):
    for number in range(33):
        an_assessment(session, round_, f"{number:02d} 厂（虚构）", township="碧湖镇")

    first = desk.get("/bureau/assessments?township=碧湖镇&sort=firm")
    following = unescape(re.search(r'rel="next" href="([^"]+)"', first.text)[1])
    second = desk.get(following)

    assert names(first) + names(second) == [f"{number:02d} 厂（虚构）" for number in range(33)]
    assert "township=" in following
    assert "sort=firm" in following


def test_a_workbook_holds_all_pages_and_the_log_says_who_took_how_many_rows(
    desk, session, round_, officer
):
    for number in range(33):
        an_assessment(session, round_, f"{number:02d} 厂（虚构）")

    answer = desk.get("/bureau/assessments.xlsx?sort=firm&q=厂")

    assert len(rows_of(answer)) == 34
    assert "attachment" in answer.headers["Content-Disposition"]
    [row] = logged(session, "export")
    assert (row.user_id, row.subject_id, row.after) == (officer.id, "assessments", {"rows": 33})
    assert "企业：厂" in row.reason


def test_the_workbook_counts_what_was_confirmed_changed_not_seen_and_left_as_said(
    desk, session, round_, officer
):
    seen = an_assessment(session, round_, "甲厂（虚构）", state=AssessmentState.CONFIRMED)
    an_assessment(session, round_, "乙厂（虚构）")
    sheet = assessments.sheet(session, seen.id, SheetKind.ONSITE)
    by = {"sheet_id": sheet.id, "revision": 1, "author_id": officer.id, "saved_at": NOON}
    said = [Verdict.VERIFIED, Verdict.VERIFIED, Verdict.CHANGED, Verdict.NOT_SEEN, None]
    with db.writing(session):
        for number, verdict in enumerate(said):
            session.add(AnswerRow(question_id=f"q{number}", value=2, verification=verdict, **by))

    head, *rows = rows_of(desk.get("/bureau/assessments.xlsx?sort=firm&columns=all"))

    at = head.index("已确认（题）")
    assert head[at : at + 4] == ["已确认（题）", "已更改（题）", "未能查看（题）", "沿用自评（题）"]
    assert {row[0]: row[at : at + 4] for row in rows} == {
        "甲厂（虚构）": [2, 1, 1, 0],
        "乙厂（虚构）": ["", "", "", ""],
    }


def test_formulas_that_somebody_typed_are_text(desk, session, round_, officer):
    for name in ("=1+1", "+86", "-5", "@x", '=HYPERLINK("http://x")'):
        assessment = an_assessment(session, round_, name)
        admitted(session, assessment, officer)

    for address in ("/bureau/assessments.xlsx", "/bureau/pool.xlsx"):
        found = {row[0] for row in rows_of(desk.get(address))[1:]}
        assert found == {"=1+1", "+86", "-5", "@x", '=HYPERLINK("http://x")'}


def test_the_pool_and_its_workbook_are_narrowed_alike(desk, session, round_, officer):
    one = an_assessment(
        session, round_, "甲厂（虚构）", state=AssessmentState.CONFIRMED, step=2, township="碧湖镇"
    )
    two = an_assessment(session, round_, "乙厂（虚构）", step=1, trade="bearing")
    admitted(session, one, officer, target="workshop")
    admitted(session, two, officer, target="line")

    for asked, expected in {
        "target=line": ["乙厂（虚构）"],
        "trade=valve": ["甲厂（虚构）"],
        "township=碧湖镇": ["甲厂（虚构）"],
        "rung=line": ["甲厂（虚构）"],
        "state=withdrawn": [],
        "sort=-share&q=虚构": ["乙厂（虚构）", "甲厂（虚构）"],
    }.items():
        assert names(desk.get(f"/bureau/pool?{asked}")) == expected
        rows = rows_of(desk.get(f"/bureau/pool.xlsx?{asked}"))
        assert [row[0] for row in rows[1:]] == expected


@pytest.mark.parametrize("address", [*LISTS, "/bureau/rounds"])
def test_a_longer_list_asks_the_database_no_more_often(
    desk, engine, session, round_, officer, address
):
    def fill(numbers):
        for number in numbers:
            assessment = an_assessment(
                session, round_, f"{number} 厂（虚构）", state=AssessmentState.CONFIRMED, step=3
            )
            admitted(session, assessment, officer)
            recognised(session, assessment.firm_id, officer)

    def asked():
        with counting(engine) as sent:
            assert desk.get(address).status_code == 200
        return len(sent)

    fill(range(5))
    few = asked()
    fill(range(5, 50))

    assert asked() <= few
