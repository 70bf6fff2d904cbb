"""The bureau's lists: what they show, how they are narrowed, and that workbooks say the same."""

import re
from datetime import date
from html import unescape
from itertools import product

import pytest
from sqlalchemy import select

from reports.district import Counting, Target
from survey import db
from survey.lifecycle import pool
from survey.lifecycle.step import Actor, Step
from survey.store import assessments
from survey.tables import (
    AnswerRow,
    AssessmentState,
    Firm,
    PoolEntry,
    Recognition,
    Role,
    SheetKind,
    Verdict,
)
from tests.support.bureau import NOON, a_district, an_assessment, at_desk, counting, logged, rows_of
from tests.support.people import a_file, a_round, a_user, filled, signed_in

LISTS = ("/bureau/assessments", "/bureau/pool", "/bureau/firms", "/bureau/audit")


@pytest.fixture
def round_(session):
    return a_round(session)


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def desk(app, session, officer):
    """The officer's browser."""
    a_district(session)
    return at_desk(app, session, officer)


def names(answer):
    """Return the firms of a list in the order shown."""
    table = answer.text.partition('cards bureau-table">')[2]
    heads = re.findall(r'<th scope="row">(.*?)<span class="bureau-table', table, re.DOTALL)
    return [unescape(re.sub("<[^>]*>", "", head)).strip() for head in heads]


def admitted(session, assessment, officer, target="workshop"):
    by = Actor(officer.id, officer.name)
    reason = "条件成熟。"
    return pool.admit(
        Step(session, by, NOON), assessment.id, target_rung=target, reason=reason, sure=True
    )


def recognised(session, firm_id, officer, rung="workshop", day=date(2025, 6, 1)):
    with db.writing(session):
        session.add(
            Recognition(
                firm_id=firm_id,
                rung=rung,
                document="虚构〔2025〕1 号",
                recognised_on=day,
                recorded_by=officer.id,
                recorded_at=NOON,
            )
        )


# --- what is shown ------------------------------------------------------------------------------


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


# --- narrowing ------------------------------------------------------------------------------------


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


def test_a_list_is_ordered_by_known_keys_only(desk):
    lists = [*LISTS[:3], "/bureau/assessments.xlsx", "/bureau/pool.xlsx"]

    for address, sort in product(
        lists, ["password_hash", "-", "--share", "id;drop", "share,firm", "name"]
    ):
        answer = desk.get(address, query_string={"sort": sort})
        assert answer.status_code == 400, (address, sort)


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


# --- workbooks -------------------------------------------------------------------------------------


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


# --- speed and access -------------------------------------------------------------------------------


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

    assert asked() == few


@pytest.mark.parametrize("role", [Role.FIRM, Role.CONSULTANT])
@pytest.mark.parametrize("address", [*LISTS, "/bureau/rounds", "/bureau/pool.xlsx"])
def test_the_bureaus_pages_are_for_the_bureau(app, session, role, address):
    assert signed_in(app, session, a_user(session, role)).get(address).status_code == 403


def test_an_administrator_reads_the_log_and_nothing_else_of_the_bureau(app, session):
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))

    assert client.get("/bureau/audit").status_code == 200
    assert client.get("/bureau/audit.xlsx").status_code == 200
    assert client.get("/bureau/assessments").status_code == 403
    assert client.get("/bureau/pool").status_code == 403


def test_an_officer_writes_no_answer_and_no_evidence(desk, session, settings):
    assessment = filled(session, a_user(session, Role.FIRM))
    file = a_file(session, settings, assessment, "scheduling")
    own = f"/firm/assessments/{assessment.id}"

    answers = [
        desk.get(f"{own}/sections/design"),
        desk.send(f"{own}/answers", {"question": "scheduling", "value": 4}),
        desk.post(
            f"/assessments/{assessment.id}/questions/scheduling/evidence",
            data={"csrf_token": desk.token},
        ),
        desk.post(f"/evidence/{file.id}/delete", data={"csrf_token": desk.token}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


def test_the_log_is_narrowed_by_step_firm_person_and_day(desk, session, round_, officer):
    one = an_assessment(session, round_, "甲厂（虚构）")
    two = an_assessment(session, round_, "乙厂（虚构）")
    admitted(session, one, officer)
    admitted(session, two, officer)

    for asked, rows in {
        "action=admit": 2,
        "action=admit&firm=甲": 1,
        "firm=%25": 0,
        f"action=admit&user={officer.name}": 2,
        "action=admit&user=_": 0,
        "action=admit&since=2026-10-01&until=2026-10-01": 2,
        "action=admit&since=2026-10-02": 0,
        "action=admit&until=2026-09-30": 0,
    }.items():
        assert len(names(desk.get(f"/bureau/audit?{asked}"))) == rows, asked
        assert len(rows_of(desk.get(f"/bureau/audit.xlsx?{asked}"))) == rows + 1, asked


def test_the_log_tells_what_was_decided_in_the_readers_words(desk, session, round_, officer):
    admitted(session, an_assessment(session, round_, "甲厂（虚构）"), officer)

    page = desk.get("/bureau/audit?action=admit").text

    read, raw = re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL), "in_pool"
    assert "<span>在库</span><span>目标 数字化车间</span>" in read
    assert raw not in read
    assert raw in page, "folded under the row"


def test_the_log_keeps_what_a_draft_holds_to_itself(desk, session, settings):
    draft = filled(session, a_user(session, Role.FIRM))
    a_file(session, settings, draft, "scheduling", name="金丝雀.jpg")

    assert "上传佐证材料" in desk.get("/bureau/audit").text
    assert "金丝雀" not in desk.get("/bureau/audit").text
    assert not any("金丝雀" in str(row) for row in rows_of(desk.get("/bureau/audit.xlsx")))


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
