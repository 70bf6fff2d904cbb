"""The edition check: each way to break an edition is told with file, place and remedy."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from questionnaires import __main__ as command
from questionnaires.checking import check
from questionnaires.scoring import score
from tests.support.breaking import (
    Change,
    a_check,
    a_ratio_question,
    a_weakness,
    faults_of,
    gated_ratio,
    optional_section,
    package,
    question,
    require_told,
    rung,
    without_a_walk,
)
from tests.support.builders import Files, edition_files, write_edition


def test_an_edition_without_a_fault_has_none(tmp_path: Path) -> None:
    edition, faults = check(write_edition(tmp_path, edition_files()))

    assert faults == ()
    assert edition is not None
    result = score(
        edition.questionnaire("valve"), {"scheduling": 4, "tracing": 4, "heat_number": 4}
    )
    assert result.step == 2


def test_an_edition_says_itself_what_its_parts_weigh(tmp_path: Path) -> None:
    files = edition_files()
    files["edition"].update(core_weight=60, trade_weight=40)
    files["core"]["sections"][0].update(weight=60)
    files["valve"]["sections"][0].update(weight=40)

    edition, faults = check(write_edition(tmp_path, files))

    assert faults == ()
    assert edition is not None
    sheet = {"scheduling": 4, "tracing": 4, "heat_number": 0}
    assert score(edition.questionnaire("valve"), sheet).share == Fraction(3, 5)


def test_a_trade_asks_a_common_question_in_its_own_words_and_is_judged_as_ever(
    tmp_path: Path,
) -> None:
    files = edition_files()
    files["valve"]["rewords"] = {"scheduling": {"text": "装配怎样排？", "not_applicable": True}}

    edition, faults = check(write_edition(tmp_path, files))

    assert faults == ()
    assert edition is not None
    asked, common = edition.questionnaire("valve"), edition.core.sections[0].questions[0]
    (reworded,) = (q for q in asked.sections[0].scored_questions if q.id == "scheduling")
    assert (reworded.text, common.text) == ("装配怎样排？", "scheduling 怎样做？")
    assert reworded == common.model_copy(update={"text": "装配怎样排？", "not_applicable": True})
    sheet = {"scheduling": 0, "tracing": 4, "heat_number": 4}
    assert score(asked, sheet).rungs[0].failed_gates[0].question_ids == ("scheduling",)


def test_questions_that_measure_the_same_are_listed_while_only_one_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = edition_files()
    figure = {"id": "hours", "code": "K01", "kind": "number", "text": "几小时", "short": "时长"}
    files["core"]["sections"][0]["questions"].append(
        figure | {"unit": "小时", "most": 9, "same_as": "tracing"}
    )

    assert command.main(["check", str(write_edition(tmp_path, files))]) == 0
    assert "K01 时长 与" in capsys.readouterr().out


BROKEN: dict[str, tuple[Change, str, str]] = {
    # gates and bands
    "band that begins above the gate": (
        lambda f: gated_ratio(f, [30, 40], at_least=2),
        "edition.yaml",
        "必备条件要求 20%，参考区间却从 30% 起",
    ),
    "band that begins below the gate": (
        lambda f: gated_ratio(f, [20, 40], at_least=1, at_least_percent=50),
        "edition.yaml",
        "必备条件要求 50%，参考区间却从 20% 起",
    ),
    # references
    "rewording of no common question": (
        lambda f: f["valve"].update(rewords={"heat_number": {"text": "怎样？"}}),
        "valve.yaml",
        "通用部分没有题目“heat_number”",
    ),
    "levels for a ratio": (
        lambda f: [
            f["core"]["sections"][0]["questions"].append(a_ratio_question()),
            f["valve"].update(rewords={"networked": {"levels": [*"甲乙丙丁戊"]}}),
        ],
        "valve.yaml",
        "没有选项档",
    ),
    "rewording that says of an answer what it has": (
        lambda f: f["valve"].update(
            rewords={
                "scheduling": {"weakness": [a_weakness([0, 1], lacks=["做法"]), a_weakness([2, 3])]}
            }
        ),
        "valve.yaml",
        "说缺“做法”，0 档的描述里却有",
    ),
    "the same as nothing": (
        lambda f: question(f).update(same_as="stocktaking"),
        "core.yaml",
        "没有题目“stocktaking”",
    ),
    "the same measured and scored twice": (
        lambda f: question(f, "valve").update(same_as="tracing"),
        "valve.yaml",
        "与“tracing”量的是同一件事，却都计分",
    ),
    "section id twice": (
        lambda f: f["valve"]["sections"][0].update(id="production"),
        "valve.yaml",
        "模块 id“production”重复",
    ),
    "reserved section id": (
        lambda f: f["core"]["sections"][0].update(id="trade"),
        "core.yaml",
        "保留词",
    ),
    "question id twice across files": (
        lambda f: question(f, "valve").update(id="scheduling"),
        "valve.yaml",
        "题目 id“scheduling”重复，core.yaml 中已有",
    ),
    "code twice": (
        lambda f: question(f, "valve").update(code=question(f)["code"]),
        "valve.yaml",
        "题号",
    ),
    "rung id twice": (lambda f: rung(f, 1).update(id="basic"), "edition.yaml", "等级 id“basic”"),
    "package code twice": (
        lambda f: f["packages"]["packages"].append(package(f)),
        "packages.yaml",
        "场景编号“N01”重复",
    ),
    "process id twice": (
        lambda f: f["valve"]["processes"].append(f["valve"]["processes"][0]),
        "valve.yaml",
        "工序 id“casting”重复",
    ),
    "trade id unlike its file": (
        lambda f: f["valve"].update(id="tap"),
        "valve.yaml",
        "行业 id 是“tap”",
    ),
    "edition id unlike its folder": (
        lambda f: f["edition"].update(id="2098"),
        "edition.yaml",
        "年版 id“2098”与文件夹“2099”不同",
    ),
    "unknown process": (
        lambda f: question(f, "valve").update(needs=["forging"]),
        "valve.yaml",
        "没有工序“forging”",
    ),
    "gate on an unknown question": (
        lambda f: rung(f, 0)["gates"].append({"question": "typo", "at_least": 1}),
        "edition.yaml",
        "没有题目“typo”",
    ),
    "common gate on a trade's question": (
        lambda f: rung(f, 0)["gates"].append({"question": "heat_number", "at_least": 1}),
        "edition.yaml",
        "没有题目“heat_number”",
    ),
    "gate on an unscored question": (
        lambda f: (
            optional_section(f),
            rung(f, 0)["gates"].append({"question": "extra", "at_least": 1}),
        ),
        "edition.yaml",
        "题目“extra”不计分",
    ),
    "percentage of a level question": (
        lambda f: rung(f, 0)["gates"].append({"question": "tracing", "at_least_percent": 50}),
        "edition.yaml",
        "没有百分比",
    ),
    "gate on an unknown section": (
        lambda f: rung(f, 0)["gates"].append({"section": "typo", "at_least_share": 1}),
        "edition.yaml",
        "没有模块“typo”",
    ),
    "gate on an unscored section": (
        lambda f: (
            optional_section(f),
            rung(f, 0)["gates"].append({"section": "figures", "at_least_share": 1}),
        ),
        "edition.yaml",
        "模块“figures”不计分",
    ),
    "more gates demanded than there are": (
        lambda f: rung(f, 0)["gates"].append(
            {
                "any_of": [
                    {"question": "scheduling", "at_least": 1},
                    {"question": "tracing", "at_least": 1},
                ],
                "count": 3,
            }
        ),
        "edition.yaml",
        "2 项中要求满足 3 项",
    ),
    "gates for an unknown rung": (
        lambda f: f["valve"].update(gates={"top": [{"question": "heat_number", "at_least": 1}]}),
        "valve.yaml",
        "阶梯中没有等级“top”",
    ),
    "no walk": (
        without_a_walk,
        "edition.yaml",
        "没有走访地点",
    ),
    "station twice": (
        lambda f: f["edition"]["stations"].append(f["edition"]["stations"][0]),
        "edition.yaml",
        "走访地点 id“shop”重复",
    ),
    "station nobody looks at": (
        lambda f: f["edition"]["stations"].append(
            {"id": "roof", "title": "屋顶", "does": "看天。", "meets": "谁也不找"}
        ),
        "edition.yaml",
        "走访地点“屋顶”没有要看的题",
    ),
    "section at an unknown station": (
        lambda f: f["core"]["sections"][0].update(station="typo"),
        "core.yaml",
        "没有走访地点“typo”",
    ),
    "question at an unknown station": (
        lambda f: question(f).update(station="typo"),
        "core.yaml",
        "没有走访地点“typo”",
    ),
    "question looked at nowhere": (
        lambda f: (f["core"]["sections"][0].pop("station"), question(f).update(station="shop")),
        "core.yaml",
        "题目“tracing”没有走访地点",
    ),
    "cross-check on an unknown question": (
        lambda f: f["core"].update(
            checks=[
                {
                    "id": "odd",
                    "when": [
                        {"question": "typo", "at_least": 1},
                        {"question": "tracing", "percent_at_most": 0},
                    ],
                    "says": "两处答案不一致。",
                }
            ]
        ),
        "core.yaml",
        "没有题目“typo”",
    ),
    "cross-check without a bound": (
        lambda f: f["core"].update(
            checks=[
                {
                    "id": "odd",
                    "when": [{"question": "scheduling"}, {"question": "tracing", "at_most": 1}],
                    "says": "两处答案不一致。",
                }
            ]
        ),
        "core.yaml",
        "没有写界限",
    ),
    "cross-check with one side": (
        lambda f: f["core"].update(checks=[a_check({"question": "tracing", "at_most": 1})]),
        "core.yaml",
        "只有一方",
    ),
    "cross-check on a fact bounded like another": (
        lambda f: f["core"].update(
            checks=[
                a_check(
                    {"question": "tracing", "at_most": 1},
                    {"fact": "employees", "among": ["small"]},
                )
            ]
        ),
        "core.yaml",
        "employees 的界限写得不对",
    ),
    "cross-check on an unknown process": (
        lambda f: f["valve"].update(
            checks=[
                a_check({"question": "tracing", "at_most": 1}, {"process": "typo", "holds": False})
            ]
        ),
        "valve.yaml",
        "没有工序“typo”",
    ),
    "cross-check on a number that is none": (
        lambda f: f["core"].update(
            checks=[
                a_check(
                    {"question": "tracing", "number_at_most": 1},
                    {"question": "scheduling", "at_least": 3},
                )
            ]
        ),
        "core.yaml",
        "“tracing”不是数字题",
    ),
}


@pytest.mark.parametrize(("change", "file", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_edition_is_told_where_and_what(
    tmp_path: Path, change: Change, file: str, said: str
) -> None:
    require_told(tmp_path, change, file, said)


def test_every_fault_is_told_in_one_run(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        files["core"]["sections"][0]["weight"] = 64
        question(files)["packages"].append("N99")
        question(files, "valve")["help"] = "按 JB/T 9092 检验"
        rung(files, 1)["at_least"] = "0.1"

    assert len(faults_of(tmp_path, change)) == 4


def test_a_place_names_the_line_and_the_ids_down_to_the_value(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, lambda f: question(f, index=1)["packages"].append("N99"))

    line = (tmp_path / "2099" / "core.yaml").read_text("utf-8").splitlines()
    number = next(i for i, text in enumerate(line, 1) if "N99" in text)
    assert fault.place.endswith(" sections › production › questions › tracing › packages")
    assert abs(int(fault.place.split()[1]) - number) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "按 GB/T 13927 执行",
        "按 GB/T 13927-2022 执行",
        "按GB/T13927—2022执行",
        "与 MES、API 接口对接",
        "ISO 认证",
    ],
)
def test_a_standard_may_be_named_with_or_without_its_year(tmp_path: Path, text: str) -> None:
    assert faults_of(tmp_path, lambda f: question(f).update(help=text)) == ()


@pytest.mark.parametrize(
    "number",
    (
        "GB 4287,JB/T 8927,TSG D7002-2023,HJ 1086,DB33/T 2446,ISO 9001,EN 10204,IATF 16949,"
        "API 6D,API Q1,ISO/IEC 27001:2022,AQ 4272-2016,GB/T 39116-2020"
    ).split(","),
)
def test_every_family_of_standards_is_recognised(tmp_path: Path, number: str) -> None:
    (fault,) = faults_of(tmp_path, lambda f: question(f).update(help=f"依据{number}的要求"))

    assert f"“{number}”" in fault.fault
