"""Application conditions: met, not met, to be asked or unknown, and never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from questionnaires.answers import Answer, parse
from questionnaires.checking import conditions as conditions_check
from questionnaires.edition import Edition
from questionnaires.frames import conditions
from questionnaires.frames.conditions import ConditionItem, ConditionResult, facts
from questionnaires.frames.conditions.rules import Conditions, Entry
from questionnaires.library import EDITIONS, SHIPPED
from questionnaires.reading import Fault, read, shape
from questionnaires.references import Whole

EDITION = SHIPPED.load("2026")
VALVE = EDITION.questionnaire("valve")
QUESTIONS = {q.id: q for section in EDITION.extras for q in section.questions}
FILE = EDITIONS / "2026" / "conditions.yaml"
TODAY = date(2026, 6, 15)
KINDS = ("equipment", "software", "services", "civil_works")
YEARS = ("2022", "2023", "2024", "2025", "2026")


def entries() -> Conditions:
    assert EDITION.conditions is not None
    return EDITION.conditions


def a_sheet(**wire: object) -> dict[str, Answer]:
    """A sheet from wire values; only what is given is answered."""
    return {name: parse(QUESTIONS[name], value) for name, value in wire.items()}


def spending(**amounts: str) -> dict[str, dict[str, str]]:
    """Every cell filled: zero but for what is given as ``kind_year``."""
    grid = {kind: dict.fromkeys(YEARS, "0") for kind in KINDS}
    for cell, amount in amounts.items():
        kind, _, year = cell.rpartition("_")
        grid[kind][year] = amount
    return grid


def result(
    sheet: Mapping[str, Answer], rung: str, year: int, reduced: bool = True, today: date = TODAY
) -> ConditionResult:
    judged = conditions.judge(entries(), VALVE, sheet, reduced=reduced, today=today)
    return next(r for r in judged if (r.rung, r.year) == (rung, year))


def item(
    sheet: Mapping[str, Answer],
    title: str,
    rung: str = "workshop",
    year: int = 2025,
    reduced: bool = True,
) -> ConditionItem:
    return next(i for i in result(sheet, rung, year, reduced).items if i.title == title)


# --- the whole ----------------------------------------------------------------------------------


def test_each_rung_of_each_year_is_judged_newest_first_and_bottom_rung_first():
    judged = conditions.judge(entries(), VALVE, {}, reduced=True, today=TODAY)

    assert [(r.year, r.rung) for r in judged] == [
        (year, rung) for year in (2025, 2023, 2022) for rung in ("workshop", "factory", "future")
    ]


def test_a_firm_that_has_said_nothing_is_unknown_in_everything():
    judged = conditions.judge(entries(), VALVE, {}, reduced=True, today=TODAY)

    assert judged
    for one in judged:
        assert one.state == "unknown"
        assert {i.state for i in one.items} == {"unknown"}
        assert {i.found for i in one.items} == {"未填写"}


def test_every_condition_names_its_document_and_how_sure_it_is():
    judged = conditions.judge(entries(), VALVE, {}, reduced=True, today=TODAY)

    assert {i.document for r in judged if r.year == 2025 for i in r.items} == {
        "浙经信产数〔2025〕174 号"
    }
    assert all("文号未见原文" in i.document for r in judged if r.year != 2025 for i in r.items)
    assert all(r.confidence_text == "公开转载，未与原件逐字核对" for r in judged)


def test_a_notice_of_a_past_year_is_shown_as_a_comparison():
    assert result({}, "workshop", 2025, today=date(2026, 1, 1)).past
    assert not result({}, "workshop", 2025, today=date(2025, 12, 31)).past


def test_a_new_year_is_a_new_entry_and_needs_no_code():
    known = entries()
    new = Entry.model_validate(
        {
            "rung": "workshop",
            "year": 2027,
            "title": "省级数字化车间",
            "document": "《测试通知》",
            "number": "测试〔2027〕1 号",
            "confidence": "proposal",
            "investment": {"least": 1000, "window_years": 4, "counts": ["software"]},
        }
    )
    more = known.model_copy(update={"entries": (*known.entries, new)})
    sheet = a_sheet(investment=spending(software_2026="1000"), finish_year="2026")

    first = conditions.judge(more, VALVE, sheet, reduced=False, today=TODAY)[0]

    assert (first.year, first.state, len(first.items)) == (2027, "met", 1)
    assert first.items[0].document == "测试〔2027〕1 号"


def test_one_condition_not_met_decides_and_all_must_be_met_to_meet_them_all():
    good = a_sheet(
        investment=spending(equipment_2025="1500"),
        project_state="under_way",
        finish_year="2026",
        finish_month="10",
        digital_level="2.0",
        digital_level_year="2025",
        credit_grade="good",
        serious_incident="none",
        serious_breach="none",
        unlawful_act="none",
        applicant_kind="legal_person",
        project_place="in_province",
        financial_state="sound",
        project_standing="none",
    )
    silent = {k: v for k, v in good.items() if k != "credit_grade"}
    poor = good | a_sheet(credit_grade="fair")
    late = good | a_sheet(finish_month="11")

    assert result(good, "workshop", 2025).state == "met"
    assert result(good, "workshop", 2025).headline == "11 项中 11 项符合、0 项不符合、0 项未知"
    assert result(silent, "workshop", 2025).state == "unknown"
    assert result(poor, "workshop", 2025).state == "not_met"
    assert result(late, "workshop", 2025).state == "ask"
    assert "1 项需主管部门确认" in result(late, "workshop", 2025).headline


# --- investment ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rung,year,reduced,amount",
    [
        ("workshop", 2025, False, "2000"),
        ("workshop", 2025, True, "1500"),
        ("factory", 2025, False, "4000"),
        ("factory", 2025, True, "3000"),
        ("workshop", 2023, False, "2000"),
        ("workshop", 2022, False, "2000"),
        ("workshop", 2022, True, "1500"),
        ("factory", 2022, True, "3000"),
        ("future", 2022, False, "8000"),
        ("future", 2022, True, "6000"),
    ],
)
def test_the_exact_amount_is_enough_and_a_cent_less_is_not(
    rung: str, year: int, reduced: bool, amount: str
):
    short = str(Decimal(amount) - Decimal("0.01"))
    exact = a_sheet(investment=spending(equipment_2026=amount), finish_year="2026")
    below = a_sheet(investment=spending(equipment_2026=short), finish_year="2026")

    in_principle = reduced and year == 2025
    assert item(exact, "项目投入", rung, year, reduced).state == "met"
    found = item(below, "项目投入", rung, year, reduced)
    assert found.state == ("ask" if in_principle else "not_met")
    assert ("原则上" in found.wanted) == in_principle


def test_civil_works_and_years_outside_the_window_do_not_count_and_are_explained():
    sheet = a_sheet(
        investment=spending(
            equipment_2023="900", equipment_2024="1400", software_2026="400", civil_works_2025="800"
        ),
        finish_year="2026",
    )

    three_years = item(sheet, "项目投入", "workshop", 2022)
    five_years = item(sheet, "项目投入", "workshop", 2025)

    assert (three_years.state, five_years.state) == ("met", "met")
    assert three_years.found == "2024–2026 年合计 1800 万元"
    assert five_years.found == "2022–2026 年合计 2700 万元"
    assert "其他年份的 900 万元不计" in three_years.why
    assert "土建 800 万元不计" in five_years.why


def test_spending_after_completion_is_outside_the_window():
    sheet = a_sheet(
        investment=spending(equipment_2024="1000", equipment_2026="5000"), finish_year="2024"
    )

    assert "合计 1000 万元" in item(sheet, "项目投入", "workshop", 2022).found
    assert item(sheet, "项目投入", "workshop", 2022).state == "not_met"


def test_services_counted_from_2023_on_but_not_named_in_2022():
    sheet = a_sheet(investment=spending(services_2025="2000"), finish_year="2026")

    assert item(sheet, "项目投入", "workshop", 2023, reduced=False).state == "met"
    assert item(sheet, "项目投入", "workshop", 2022, reduced=False).state == "not_met"


def test_an_empty_cell_is_not_a_zero():
    grid = spending(equipment_2025="1499")
    del grid["software"]["2024"]
    sheet = a_sheet(investment=grid, finish_year="2026")

    found = item(sheet, "项目投入")

    assert found.state == "unknown"
    assert "还有 1 格没有填（没有投入请填 0）" in found.found


def test_an_empty_cell_does_not_matter_once_the_amount_is_reached():
    sheet = a_sheet(investment={"equipment": {"2025": "1500"}}, finish_year="2026")

    assert item(sheet, "项目投入").state == "met"


def test_years_before_the_table_leave_the_amount_open():
    sheet = a_sheet(investment=spending(equipment_2023="500"), finish_year="2023")

    found = item(sheet, "项目投入")

    assert found.state == "unknown"
    assert "2019–2021 年不在填报表内" in found.found


def test_without_a_year_of_completion_there_is_no_window():
    sheet = a_sheet(investment=spending(equipment_2025="9000"))

    assert item(sheet, "项目投入").state == "unknown"


def test_a_reduced_amount_that_was_not_seen_is_only_met_by_the_general_one():
    enough = a_sheet(investment=spending(equipment_2026="2000"), finish_year="2026")
    short = a_sheet(investment=spending(equipment_2026="1999.99"), finish_year="2026")

    assert item(enough, "项目投入", "workshop", 2023, reduced=True).state == "met"
    found = item(short, "项目投入", "workshop", 2023, reduced=True)
    assert found.state == "unknown"
    assert "山区海岛县标准未见原文" in found.wanted


@pytest.mark.parametrize("rung,year", [("future", 2025), ("factory", 2023), ("future", 2023)])
def test_an_amount_that_was_not_seen_is_never_judged(rung: str, year: int):
    sheet = a_sheet(investment=spending(equipment_2026="900000"), finish_year="2026")

    found = item(sheet, "项目投入", rung, year)

    assert found.state == "unknown"
    assert "未见原文" in found.wanted


# --- completion ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts,state",
    [
        ({"project_state": "finished", "finish_year": "2023"}, "met"),
        ({"project_state": "finished", "finish_year": "2022"}, "ask"),
        ({"project_state": "finished", "finish_year": "2026", "finish_month": "6"}, "met"),
        ({"project_state": "finished", "finish_year": "2026", "finish_month": "7"}, "unknown"),
        ({"project_state": "under_way", "finish_year": "2026", "finish_month": "10"}, "met"),
        ({"project_state": "under_way", "finish_year": "2026", "finish_month": "11"}, "ask"),
        ({"project_state": "under_way", "finish_year": "2026", "finish_month": "5"}, "unknown"),
        ({"project_state": "under_way", "finish_year": "2026"}, "unknown"),
        ({"project_state": "under_way", "finish_year": "2027"}, "ask"),
        ({"project_state": "planned", "finish_year": "2026", "finish_month": "9"}, "ask"),
        ({"project_state": "under_way"}, "unknown"),
        ({"finish_year": "2026", "finish_month": "9"}, "unknown"),
    ],
)
def test_completion_stands_on_its_edges_and_contradictions_are_asked_about(
    facts: dict[str, str], state: str
):
    assert item(a_sheet(**facts), "竣工时间").state == state


def test_a_completion_window_that_was_not_seen_is_unknown():
    sheet = a_sheet(project_state="finished", finish_year="2023")

    found = item(sheet, "竣工时间", "factory", 2023)

    assert (found.state, found.wanted) == ("unknown", "未见原文")


# --- the rest -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "level,rung,state",
    [
        ("2.0", "workshop", "met"),
        ("1.9", "workshop", "not_met"),
        ("2", "factory", "met"),
        ("3.0", "future", "met"),
        ("2.9", "future", "not_met"),
    ],
)
def test_the_provincial_level_is_taken_as_the_firm_entered_it(level: str, rung: str, state: str):
    sheet = a_sheet(digital_level=level, digital_level_year="2025")

    found = item(sheet, "省评数字化水平", rung)

    assert found.state == state
    assert "2025 年评定" in found.found


def test_a_condition_a_year_did_not_have_is_not_shown():
    titles = {year: {i.title for i in result({}, "workshop", year).items} for year in (2022, 2025)}

    assert {"省评数字化水平", "信用评价"} <= titles[2025]
    assert titles[2022].isdisjoint({"省评数字化水平", "信用评价"})


@pytest.mark.parametrize(
    "grade,rung,year,state",
    [
        ("good", "workshop", 2025, "met"),
        ("fair", "workshop", 2025, "not_met"),
        ("fair", "workshop", 2023, "met"),
        ("poor", "workshop", 2023, "not_met"),
        ("fair", "future", 2023, "not_met"),
        ("excellent", "future", 2025, "met"),
        ("not_checked", "workshop", 2025, "unknown"),
    ],
)
def test_credit_has_its_own_least_grade_per_rung_and_year(
    grade: str, rung: str, year: int, state: str
):
    assert item(a_sheet(credit_grade=grade), "信用评价", rung, year).state == state


@pytest.mark.parametrize(
    "question,title",
    [
        ("serious_incident", "重大事件"),
        ("serious_breach", "违法失信"),
        ("unlawful_act", "违法行为"),
    ],
)
@pytest.mark.parametrize(
    "said,state", [("none", "met"), ("occurred", "not_met"), ("not_checked", "unknown")]
)
def test_events_and_breaches_are_as_the_firm_says(question: str, title: str, said: str, state: str):
    assert item(a_sheet(**{question: said}), title).state == state


@pytest.mark.parametrize(
    "kind,year,state",
    [
        ("legal_person", 2025, "met"),
        ("tax_unit", 2025, "not_met"),
        ("tax_unit", 2023, "met"),
        ("branch", 2025, "ask"),
        ("branch", 2022, "not_met"),
        ("elsewhere", 2025, "not_met"),
    ],
)
def test_the_applicant_must_be_of_a_kind_the_notice_accepts(kind: str, year: int, state: str):
    assert item(a_sheet(applicant_kind=kind), "申报主体", "workshop", year).state == state


@pytest.mark.parametrize(
    "said,title,state",
    [
        ({"project_place": "in_province"}, "项目地点", "met"),
        ({"project_place": "elsewhere"}, "项目地点", "not_met"),
        ({"financial_state": "sound"}, "财务状况", "met"),
        ({"financial_state": "strained"}, "财务状况", "ask"),
        ({"financial_state": "not_checked"}, "财务状况", "unknown"),
        ({"project_standing": "none"}, "项目以往情况", "met"),
        ({"project_standing": "listed"}, "项目以往情况", "not_met"),
        ({"project_standing": "recognised"}, "项目以往情况", "not_met"),
    ],
)
def test_the_project_stands_in_the_province_is_sound_and_new(
    said: dict[str, str], title: str, state: str
):
    assert item(a_sheet(**said), title).state == state


def test_what_a_notice_does_not_ask_is_not_asked_for(tmp_path: Path):
    """An edition whose notices are older needs no question about what newer ones ask."""
    text = re.sub(r"    (project|unlawful_acts): .*\n", "", FILE.read_text("utf-8"))
    (tmp_path / FILE.name).write_text(text, "utf-8")
    without = EDITION.model_copy(update={"extras": EDITION.extras[:1]})

    assert faults_of(tmp_path / FILE.name, without) == []


# --- the file -----------------------------------------------------------------------------------


def faults_of(file: Path, edition: Edition = EDITION) -> list[Fault]:
    """Everything wrong with conditions beside an edition."""
    document = read(file)
    beside = edition.model_copy(update={"conditions": shape(document, Conditions)})
    found = list(conditions_check.faults(Whole(beside, {file.name: document})))
    return document.faults + found


def test_the_conditions_of_edition_2026_have_no_fault():
    assert FILE.is_file()
    assert faults_of(FILE) == []


@pytest.mark.parametrize(
    "was,now,says",
    [
        ("rung: workshop", "rung: workshops", "没有等级“workshops”"),
        ("counts: [equipment, ", "counts: [machines, ", "没有“machines”这一行"),
        ("reduced: 1500", "reduced: 2500", "标准高于一般标准"),
        ("least: 2000, reduced: 1500", "reduced: 1500", "一般标准缺失"),
        ("ask: [branch]", "ask: [branches]", "没有选项“branches”"),
        ("rung: factory\n    year: 2025", "rung: workshop\n    year: 2025", "写了两次"),
        ('under_way_by: "2026-10"', 'under_way_by: "2026-13"', "不合规定的写法"),
        ("credit: {least: good}", "credit: {least: super}", "不是允许的值"),
        ("window_years: 5", "window_years: 0", "应不小于 1"),
    ],
)
def test_conditions_that_disagree_are_refused_with_the_fault_named(
    tmp_path: Path, was: str, now: str, says: str
):
    text = FILE.read_text("utf-8")
    assert was in text
    (tmp_path / FILE.name).write_text(text.replace(was, now, 1), "utf-8")

    found = faults_of(tmp_path / FILE.name)

    assert any(says in str(fault) for fault in found), found


def test_conditions_need_the_questions_that_ask_for_the_facts():
    without = EDITION.model_copy(update={"extras": EDITION.extras[1:]})

    found = faults_of(FILE, without)

    assert {fault.place for fault in found if fault.file == "extras.yaml"} >= {
        "investment",
        "credit_grade",
        "finish_year",
    }
    assert "unlawful_act" not in {fault.place for fault in found}


def test_everything_a_condition_reads_is_listed():
    """Who counts firms by their conditions loads these answers and no others."""
    asked = {question for questions in conditions_check.ASKED.values() for question in questions}

    assert asked == facts.READ
