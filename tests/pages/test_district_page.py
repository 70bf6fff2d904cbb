"""The district on one page: every number is the list behind it, the workbook's, the CSV's and the paper's."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO
from random import Random
from urllib.parse import urlsplit

import pymupdf
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from reports.dashboard import Basis, Cell, Table
from reports.district import Target
from reports.samples import Card
from survey import db
from survey.clock import utc_now
from survey.library import load
from survey.readings import dashboard
from survey.store import settings, tallies
from survey.store.project_sums import OVER
from survey.store.tallies import Part, What
from survey.tables import (
    AssessmentState,
    PoolEntry,
    PoolState,
    Project,
    ProjectState,
    Role,
    Sample,
    SampleChoice,
    SampleCopy,
    SampleState,
    SheetKind,
    Subsidy,
    SubsidyPolicy,
)
from survey.views.bureau.district import address
from tests.support.bureau import LADDER, NOON, a_district, an_assessment, at_desk, counting, rows_of
from tests.support.labour import work
from tests.support.people import EDITION, a_firm, a_round, a_user

STATES = list(AssessmentState)
SUMMED = {
    "一次性投入（万元）",
    "已申请补助（万元）",
    "已兑现补助（万元）",
    "已投入（万元）",
    "照做（家）",
    "已验收（家）",
}
"""Figures that add up a column of the list they lead to."""


def a_random_district(session, seed: int, firms: int = 24):
    """Firms of every kind in two rounds, with parts of their scores; returns the newer round."""
    dice = Random(seed)
    a_district(session, targets=(Target(2027, 4, ("workshop", "factory", "future")),))
    earlier = a_round(session)
    newer = a_round(session)
    for number in range(firms):
        one = an_assessment(
            session,
            newer if dice.random() < 0.8 else earlier,
            f"虚构 {seed}-{number} 厂",
            trade=dice.choice(["valve", "bearing", "metal_products"]),
            township=dice.choice(["碧湖镇", "紫金街道", None]),
            size=dice.choice(["micro", "small", "medium", "large", None]),
            above_scale=dice.choice([True, False, None]),
            state=dice.choice(STATES),
            step=dice.randint(1, 5),
            visited_step=dice.randint(1, 5),
            share=f"{dice.randint(1, 9)}/10",
            unmet=tuple(dice.sample(["networked_equipment", "traceability", "core"], 2)),
        )
        _tallied(session, one, dice)
        if dice.random() < 0.4:
            _pooled(session, one, dice)
        with db.writing(session):
            _at_work(session, one, dice)
    a_firm(session, "从没来过的虚构厂", township="碧湖镇")
    return newer


def _tallied(session, one, dice: Random) -> None:
    if one.state == AssessmentState.DRAFT:
        return
    visited = one.state == AssessmentState.CONFIRMED
    kind = SheetKind.ONSITE if visited else SheetKind.SELF
    parts = [
        Part(What.SECTION, "design", 400, 400),
        Part(What.SYSTEM, "erp", dice.randint(0, 1)),
        Part(What.NEXT, LADDER[-1], dice.randint(0, 3), dice.randint(0, 90)),
        Part(What.JUDGED, "x"),
        Part(What.CONDITIONS, dice.choice(["workshop|factory", "|workshop", "factory|"])),
    ]
    if visited:
        parts.append(Part(What.PACKAGE, dice.choice(["N01", "N02", ""]), 1000, 2550))
    with db.writing(session):
        tallies.keep(session, one, kind, parts)


def _pooled(session, one, dice: Random) -> None:
    with db.writing(session):
        session.add(
            PoolEntry(
                firm_id=one.firm_id,
                assessment_id=one.id,
                edition=one.edition,
                state=dice.choice(list(PoolState)),
                target_rung=LADDER[3],
                reason="虚构的理由",
                changed_at=NOON,
            )
        )


def _at_work(session, one, dice: Random) -> None:
    """Projects in any state with their subsidies; now and then a card of its firm, and copies of cards."""
    policy = session.scalar(select(SubsidyPolicy)) or SubsidyPolicy(
        name="虚构补助", year=2026, share=20, counted=["equipment"]
    )
    cards = list(session.scalars(select(Sample)))
    projects = [
        Project(
            firm_id=one.firm_id,
            edition=EDITION,
            title=f"虚构项目 {n}",
            state=state,
            price_equipment=dice.choice([None, dice.randint(0, 90_000)]),
            price_software=dice.randint(0, 9_000),
            planned_end=dice.choice([None, date(2026, 1, 1), date(2030, 1, 1)]),
            invested=dice.randint(0, 9_000) if state in OVER else dice.choice([None, 500]),
            begun_at=NOON,
            changed_at=NOON,
        )
        for n, state in enumerate(dice.choices(list(ProjectState), k=dice.randint(0, 2)))
    ]
    session.add_all([policy, *projects])
    session.flush()
    for project in dice.sample(projects, len(projects) // 2):
        paid = dice.choice([None, 0, dice.randint(1, 500)])
        session.add(
            Subsidy(
                project_id=project.id,
                policy_id=policy.id,
                asked=dice.randint(1, 900),
                asked_on=date(2026, 5, 1),
                paid=paid,
            )
        )
    _copied(session, one, dice, cards, projects)


def _copied(session, one, dice: Random, cards: list[Sample], projects: list[Project]) -> None:
    if dice.random() < 0.3:
        state = dice.choice([SampleState.DRAFT, SampleState.PUBLISHED, SampleState.WITHDRAWN])
        session.add(
            Sample(
                firm_id=one.firm_id,
                edition=EDITION,
                trade=one.trade,
                title="虚构样本",
                card=Card("虚构样本", one.trade, "small", ()).kept(),
                state=state,
                made_at=NOON,
                changed_at=NOON,
            )
        )
    if cards and projects:
        copy = SampleCopy(sample_id=dice.choice(cards).id, firm_id=one.firm_id, copied_at=NOON)
        session.add(copy)
        session.flush()
        choice = SampleChoice(
            copy_id=copy.id, package="N01", needed=True, quantity=1, project_id=projects[0].id
        )
        session.add(choice)


def read(session, round_, basis: Basis | None = None) -> dashboard.Page:
    place, edition = settings.read(session), load(session, EDITION)
    return dashboard.page(session, place, edition, round_, basis, utc_now())


def counts(tables: tuple[Table, ...]) -> Iterator[tuple[str, Cell]]:
    for table in tables:
        for line in table.lines:
            for title, cell in zip(table.head[1:], line.cells, strict=True):
                if cell.where:
                    yield f"{table.id} {line.title} {title}", cell


@pytest.fixture
def officer(app, session):
    return at_desk(app, session, a_user(session, Role.OFFICER))


def test_the_name_of_a_firm_near_its_next_rung_leads_to_it(app, session, officer):
    page = read(session, a_random_district(session, 1))
    lines = page.table("near").lines
    html = officer.get("/bureau/district").text
    assert lines
    for line in lines:
        with app.test_request_context():
            assert f'<th scope="row"><a href="{address(line.where)}">{line.title}</a>' in html


@pytest.mark.parametrize("basis", list(Basis))
def test_every_number_is_that_of_the_list_it_leads_to(app, session, officer, basis):
    round_ = a_random_district(session, 1)
    page = read(session, round_, basis)
    found = dict(counts(page.tables))
    assert len(found) > 60

    wrong, seen = {}, {}
    for name, cell in found.items():
        with app.test_request_context():
            path, _, asked = address(cell.where).partition("?")
        workbook = f"{path}.xlsx?{asked}"
        if workbook not in seen:
            seen[workbook] = rows_of(officer.get(workbook))
        said = told(name.rpartition(" ")[2], seen[workbook])
        if said != float(cell.number):
            wrong[name] = (cell.number, said, workbook)

    assert not wrong


def told(title: str, rows) -> float:
    """What a list says of a figure: the sum of its column, how many firms, how many rows."""
    head, *lines = rows
    if title in SUMMED:
        return round(sum(line[head.index(title)] or 0 for line in lines), 2)
    if title == "企业" and "项目名称" in head:
        return len({line[0] for line in lines})
    return len(lines)


def test_page_workbook_and_csv_say_the_same(app, session, officer):
    round_ = a_random_district(session, 3)
    page = read(session, round_)
    asked = {"round": round_.id, "basis": page.basis}

    screen = officer.get("/bureau/district", query_string=asked).text
    book = officer.get("/bureau/district.xlsx", query_string=asked)

    sheets = CalamineWorkbook.from_filelike(BytesIO(book.data))
    assert len(sheets.sheet_names) == len(page.tables)
    for name, table in zip(sheets.sheet_names, page.tables, strict=True):
        rows = sheets.get_sheet_by_name(name).to_python()[1:]
        said = officer.get(f"/bureau/district/{table.id}.csv", query_string=asked)
        lines = list(csv.reader(StringIO(said.get_data().decode("utf-8-sig"))))
        assert rows[0] == lines[0] == list(table.head)
        for line, row, text in zip(table.lines, rows[1:], lines[1:], strict=True):
            numbers = [None if c.number is None else float(c.number) for c in line.cells]
            shown = [c if isinstance(c, float) else None for c in row[1:]]
            assert shown == numbers, (table.id, line.title)
            assert [float(t) for t, n in zip(text[1:], numbers, strict=True) if n is not None] == [
                n for n in numbers if n is not None
            ]
            for cell in line.cells:
                assert cell.text in screen


def test_a_district_of_any_size_is_read_in_the_same_number_of_questions(app, session, officer):
    round_ = a_random_district(session, 4, firms=3)
    address = f"/bureau/district?round={round_.id}"
    with counting(app.extensions["survey_engine"]) as few:
        officer.get(address)
    with counting(app.extensions["survey_engine"]) as again:
        officer.get(address)

    a_random_district(session, 5, firms=20)
    with counting(app.extensions["survey_engine"]) as many:
        officer.get(address)

    assert len(many) <= len(few)
    assert len(again) < len(few) / 2  # what nothing has touched since is not counted again


def test_an_empty_district_and_one_of_a_single_firm_are_pages_too(app, session, officer):
    a_district(session)
    assert "还没有评估轮次" in officer.get("/bureau/district").text

    an_assessment(session, a_round(session), "独一家虚构厂")

    page = officer.get("/bureau/district").text
    assert "有结果的 1 家" in page
    assert "还没有设规划目标" in page
    assert officer.get("/bureau/district?basis=visited").status_code == 200


def test_firms_behind_a_year_of_the_plan_are_told_with_its_end(session, officer):
    a_district(session)
    a_round(session)

    page = officer.get("/bureau/district/firms?what=recognised&key=2027").text

    assert "看的数字：到 2027 年底。" in page


@pytest.mark.parametrize(
    "asked",
    [
        "/bureau/district?round=abc",
        "/bureau/district?basis=both",
        "/bureau/district/firms?what=secrets&key=1",
        "/bureau/district/firms?what=way",
    ],
)
def test_what_no_link_of_ours_asks_is_refused_in_words(session, officer, asked):
    a_district(session)
    a_round(session)

    answer = officer.get(asked)

    assert answer.status_code == 400
    assert re.search("[\u4e00-\u9fff]", answer.text)


def test_what_is_not_there_answers_404(session, officer):
    a_district(session)

    for gone in (
        "/bureau/district?round=99",
        "/bureau/district/secrets.csv",
        "/bureau/district/pages/99.pdf",
        "/bureau/district/jobs/99/state",
    ):
        assert officer.get(gone).status_code == 404, gone


def test_both_kinds_of_the_page_are_printed_on_one_a4_and_only_one_names_firms(
    app, session, officer
):
    round_ = a_random_district(session, 6)
    words = {}
    for outward in ("", "yes"):
        page = officer.get(f"/bureau/district?round={round_.id}&basis=own")
        assert page.status_code == 200
        asked = {"round": round_.id, "basis": "own", "outward": outward}
        answer = officer.post("/bureau/district/page", data=asked | {"csrf_token": officer.token})
        assert answer.status_code == 302
        assert work(app) == 1
        shown = officer.get(urlsplit(answer.location).path + "?" + urlsplit(answer.location).query)
        where = re.findall(r"/bureau/district/pages/\d+\.pdf", shown.text)[-1]
        with pymupdf.open(stream=officer.get(where).data) as document:
            assert len(document) == 1
            assert round(document[0].rect.height) == 842
            words[outward] = "".join(document[0].get_text().split())

    assert "内部使用" in words[""]
    assert "厂" in words[""]
    assert "公开版" in words["yes"]
    assert "虚构6-" not in words["yes"]
    assert "虚构6-" in words[""]


def test_a_page_is_asked_for_once_while_it_is_being_printed(app, session, officer):
    round_ = a_random_district(session, 7, firms=2)
    asked = {"round": round_.id, "basis": "own", "outward": ""}
    officer.get("/bureau/district")

    for _ in range(2):
        officer.post("/bureau/district/page", data=asked | {"csrf_token": officer.token})

    assert work(app) == 1
    wrong = {**asked, "basis": "both", "csrf_token": officer.token}
    assert officer.post("/bureau/district/page", data=wrong).status_code == 400
    gone = {**asked, "round": 99, "csrf_token": officer.token}
    assert officer.post("/bureau/district/page", data=gone).status_code == 404
