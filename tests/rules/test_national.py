"""The national ladder of smart factories: beside ours, never mixed with it, and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from questionnaires import loading
from questionnaires.answers import Answer, parse
from questionnaires.checking import national as national_check
from questionnaires.frames import national
from questionnaires.frames.conditions import ConditionItem
from questionnaires.frames.national import NationalLadder, RungResult
from questionnaires.library import EDITIONS, SHIPPED
from questionnaires.reading import read, shape
from questionnaires.references import Whole

EDITION = SHIPPED.load("2026")
VALVE = EDITION.questionnaire("valve")
FILE = EDITIONS / "2026" / "national.yaml"
PRODUCTION = {
    "numerical_control": {"part": 30, "whole": 100},
    "networked_equipment": {"part": 30, "whole": 100},
    "data_collection": 2,
    "automation": 1,
}


def a_sheet(**wire: object) -> dict[str, Answer]:
    return {name: parse(VALVE.questions[name], value) for name, value in wire.items()}


def rung(name: str, above_scale: bool | None = None, **wire: object) -> RungResult:
    found = national.read(
        EDITION.national, VALVE, a_sheet(**wire), frozenset(), above_scale=above_scale
    )
    assert found is not None
    return next(r for r in found.rungs if r.id == name)


def item(found: RungResult, title: str) -> ConditionItem:
    return next(i for i in found.items if i.title == title)


def test_a_firm_that_has_said_nothing_is_unknown_on_every_rung():
    found = national.read(EDITION.national, VALVE, {}, frozenset(), above_scale=None)

    assert found is not None
    assert [r.title for r in found.rungs] == ["基础级", "先进级", "卓越级", "领航级"]
    assert {i.state for r in found.rungs for i in r.items} == {"unknown"}
    assert found.next is found.rungs[0]


def test_an_edition_without_a_national_ladder_reads_nothing():
    assert national.read(None, VALVE, {}, frozenset(), above_scale=True) is None


@pytest.mark.parametrize(
    "level,basic,excellent",
    [
        ("none", "unknown", "unknown"),
        ("below", "not_met", "not_met"),
        ("one", "not_met", "not_met"),
        ("two", "met", "not_met"),
        ("three", "met", "met"),
    ],
)
def test_each_rung_asks_its_own_level_of_the_self_assessment(
    level: str, basic: str, excellent: str
):
    assert item(rung("basic", maturity_level=level), "成熟度自评").state == basic
    assert item(rung("excellent", maturity_level=level), "成熟度自评").state == excellent


def test_the_self_assessment_is_shown_with_its_date_and_number():
    said = {"maturity_level": "two", "maturity_date": "2026-03-15", "maturity_report": "A-001"}

    found = item(rung("basic", **said), "成熟度自评").found

    assert found == "二级（规范级），自评日期 2026-03-15，报告号 A-001"


def test_a_rung_is_only_open_to_who_holds_the_one_below():
    nothing = item(rung("advanced", national_grade="none"), "逐级申报")
    basic = item(rung("advanced", national_grade="basic", basic_filed_on="2026-03-20"), "逐级申报")

    assert (nothing.state, basic.state) == ("not_met", "met")
    assert basic.found == "基础级，基础级备案日期 2026-03-20"
    assert item(rung("excellent", national_grade="basic"), "逐级申报").state == "not_met"


def test_what_a_firm_holds_is_behind_it():
    sheet = a_sheet(national_grade="advanced")

    found = national.read(EDITION.national, VALVE, sheet, frozenset(), above_scale=True)

    assert found is not None
    assert [r.held for r in found.rungs] == [True, True, False, False]
    assert found.next is not None
    assert found.next.title == "卓越级"


@pytest.mark.parametrize(
    "above_scale,state", [(True, "met"), (False, "not_met"), (None, "unknown")]
)
def test_the_size_of_the_firm_is_taken_from_its_profile(above_scale: bool | None, state: str):
    assert item(rung("basic", above_scale), "规模以上").state == state


def test_production_is_judged_by_the_answers_and_says_so():
    enough = item(rung("basic", **PRODUCTION), "生产作业")
    short = item(rung("basic", **(PRODUCTION | {"data_collection": 1})), "生产作业")
    open_still = item(rung("basic", data_collection=2), "生产作业")

    assert (enough.state, short.state, open_still.state) == ("met", "not_met", "unknown")
    assert "C16 数据采集 2 档" in enough.found


def test_what_we_do_not_ask_is_named_apart_and_never_judged():
    found = rung("basic", **PRODUCTION)

    assert "主要指标高于本省同行业平均水平" in found.unasked
    assert found.unasked[0] not in {i.title for i in found.items}
    assert found.headline.startswith("必须的 5 项中 1 项符合、0 项不符合、4 项未知")
    assert found.headline.endswith("另有 2 项没有问到")


@pytest.mark.parametrize(
    "was,now,says",
    [
        ("after: excellent", "after: leading", "不在“leading”下面"),
        ("- id: advanced", "- id: basic", "写了两次"),
        ("maturity: 4", "maturity: 2", "低于下一级"),
        ("automation: 1", "automating: 1", "没有 0 至 4 档的“automating”"),
        ("- id: leading", "- id: pilot", "缺少选项“pilot”"),
        ("maturity: 4", "maturity: 6", "应不大于 5"),
    ],
)
def test_a_ladder_that_disagrees_is_refused_with_the_fault_named(
    tmp_path: Path, was: str, now: str, says: str
):
    text = FILE.read_text("utf-8")
    assert was in text
    (tmp_path / FILE.name).write_text(text.replace(was, now, 1), "utf-8")
    document = read(tmp_path / FILE.name)
    documents = loading.read_edition(FILE.parent).documents | {FILE.name: document}
    beside = EDITION.model_copy(update={"national": shape(document, NationalLadder)})

    found = [*document.faults, *national_check.faults(Whole(beside, documents))]

    assert any(says in str(fault) for fault in found), found
