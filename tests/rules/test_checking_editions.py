"""The edition check: each way to break an edition is told with file, place and remedy."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from questionnaires import __main__ as command
from questionnaires.checking import check
from questionnaires.library import SHIPPED
from questionnaires.reading import Fault
from questionnaires.scoring import score
from tests.support.builders import Files, edition_files, write_edition
from tests.support.patience import calls

Change = Callable[[Files], object]


def faults_of(folder: Path, change: Change | None = None) -> tuple[Fault, ...]:
    files = edition_files()
    if change:
        change(files)
    return check(write_edition(folder, files))[1]


def question(files: Files, file: str = "core", index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = files[file]["sections"][0]["questions"][index]
    return found


def rung(files: Files, index: int) -> dict[str, Any]:
    found: dict[str, Any] = files["edition"]["ladder"][index]
    return found


NETWORKED = {
    "id": "networked", "code": "Q90", "kind": "ratio", "text": "联网的有几台？", "short": "联网",
    "part": "联网台数", "whole": "总台数", "unit": "台", "above": [10, 20, 40, 60],
    "packages": ["N01"],
}  # fmt: skip


def package(files: Files) -> dict[str, Any]:
    found: dict[str, Any] = files["packages"]["packages"][0]
    return found


def another_package(files: Files, **given: Any) -> object:
    files["packages"]["packages"].append(deepcopy(package(files)) | {"code": "N02"} | given)
    return question(files)["packages"].append("N02")


def without_a_walk(files: Files) -> None:
    del files["edition"]["stations"]
    for file in ("core", "valve"):
        for section in files[file]["sections"]:
            del section["station"]


def optional_section(files: Files) -> object:
    section = deepcopy(files["core"]["sections"][0])
    del section["weight"]
    asked = section["questions"][0] | {"id": "extra", "code": "K01"}
    files["core"]["sections"].append(
        section | {"id": "figures", "optional": True, "questions": [asked]}
    )
    return package(files)["lifts"].update(extra=4)


def a_ratio_question(**given: Any) -> dict[str, Any]:
    asked = {"id": "networked", "code": "R01", "kind": "ratio", "text": "联网率", "short": "联网率"}
    counts = {"part": "已联网", "whole": "全部", "unit": "台", "above": [10, 20, 40, 60]}
    return asked | counts | given


def gated_ratio(files: Files, edges: list[int], **wanted: int) -> object:
    bands = {"all": {"edges": edges, "source": "建议值"}}
    files["core"]["sections"][0]["questions"].append(a_ratio_question(bands=bands))
    return rung(files, 0).update(gates=[{"question": "networked"} | wanted])


def a_weakness(levels: list[int], **said: Any) -> dict[str, Any]:
    words = {"plain": "说不清做到哪一步", "official": "进度不可查"}
    return {"levels": levels} | words | said


def _check(*when: dict[str, Any]) -> dict[str, Any]:
    return {"id": "odd", "when": list(when), "says": "两处答案不一致。"}


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
        lambda f: f["core"].update(checks=[_check({"question": "tracing", "at_most": 1})]),
        "core.yaml",
        "只有一方",
    ),
    "cross-check on a fact bounded like another": (
        lambda f: f["core"].update(
            checks=[
                _check(
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
                _check({"question": "tracing", "at_most": 1}, {"process": "typo", "holds": False})
            ]
        ),
        "valve.yaml",
        "没有工序“typo”",
    ),
    "cross-check on a number that is none": (
        lambda f: f["core"].update(
            checks=[
                _check(
                    {"question": "tracing", "number_at_most": 1},
                    {"question": "scheduling", "at_least": 3},
                )
            ]
        ),
        "core.yaml",
        "“tracing”不是数字题",
    ),
    # weights and thresholds
    "core weights off": (
        lambda f: f["core"]["sections"][0].update(weight=64),
        "core.yaml",
        "模块权重合计 64，应为 65",
    ),
    "trade weights off": (
        lambda f: f["valve"]["sections"][0].update(weight="35.5"),
        "valve.yaml",
        "模块权重合计 71/2，应为 35",
    ),
    "parts weigh otherwise": (
        lambda f: f["edition"].update(core_weight=60, trade_weight="39.5"),
        "core.yaml",
        "模块权重合计 65，应为 60",
    ),
    "part weight not positive": (
        lambda f: f["edition"].update(trade_weight=0),
        "edition.yaml",
        "应大于 0",
    ),
    "weight not positive": (
        lambda f: f["core"]["sections"][0].update(weight=0),
        "core.yaml",
        "应大于 0",
    ),
    "question weight negative": (lambda f: question(f).update(weight=-1), "core.yaml", "应大于 0"),
    "section without weight": (
        lambda f: f["core"]["sections"][0].pop("weight"),
        "core.yaml",
        "缺少权重",
    ),
    "optional section with weight": (
        lambda f: (optional_section(f), f["core"]["sections"][1].update(weight=1)),
        "core.yaml",
        "选填模块不能有权重",
    ),
    "thresholds level": (
        lambda f: rung(f, 1).update(at_least="0.2"),
        "edition.yaml",
        "不高于下一级",
    ),
    "threshold as a float": (
        lambda f: f.update(core="sections: 0.45"),
        "core.yaml",
        "“0.45”没有加引号",
    ),
    "threshold over one": (lambda f: rung(f, 1).update(at_least=2), "edition.yaml", "应不大于 1"),
    "threshold no number": (
        lambda f: rung(f, 1).update(at_least="1/0"),
        "edition.yaml",
        "写成整数",
    ),
    # shape
    "four descriptors": (lambda f: question(f)["levels"].pop(), "core.yaml", "至少要有 5 项"),
    "unknown key": (lambda f: question(f).update(colour="red"), "core.yaml", "不认识的键“colour”"),
    "unknown kind": (lambda f: question(f).update(kind="slider"), "core.yaml", "slider"),
    "gate of no kind": (lambda f: rung(f, 0)["gates"].append({"x": 1}), "edition.yaml", "哪一种"),
    "gate that demands nothing": (
        lambda f: rung(f, 0)["gates"].append({"question": "tracing"}),
        "edition.yaml",
        "at_least",
    ),
    "bands that fall": (
        lambda f: f["core"]["sections"][0]["questions"].append(
            a_ratio_question(above=[10, 40, 20, 60])
        ),
        "core.yaml",
        "应逐个升高",
    ),
    "text too long": (lambda f: question(f).update(text="字" * 2001), "core.yaml", "超过 2000"),
    # questions and packages
    "two descriptors alike": (
        lambda f: question(f)["levels"].__setitem__(1, question(f)["levels"][0]),
        "core.yaml",
        "两档的描述相同",
    ),
    "weakness that leaves out a level": (
        lambda f: question(f).update(weakness=[a_weakness([0, 1]), a_weakness([3])]),
        "core.yaml",
        "0 至 3 档没有各说一次",
    ),
    "weakness that says a level twice": (
        lambda f: question(f).update(weakness=[a_weakness([0, 1, 2]), a_weakness([2, 3])]),
        "core.yaml",
        "0 至 3 档没有各说一次",
    ),
    "weakness that misses what the level has, by another name": (
        lambda f: question(f).update(
            levels=["无", "纸单", "电子表格", "系统里的炉温曲线", "自动"],
            weakness=[a_weakness([0, 1, 2]), a_weakness([3], lacks=["连续曲线/炉温曲线"])],
        ),
        "core.yaml",
        "说缺“炉温曲线”，3 档的描述里却有",
    ),
    "unknown frame": (
        lambda f: question(f).update(maps={"iso": ["x"]}),
        "core.yaml",
        "不认识的对照框架“iso”",
    ),
    "unknown package": (
        lambda f: question(f)["packages"].append("N99"),
        "core.yaml",
        "没有改造场景“N99”",
    ),
    "package that does not lift its question": (
        lambda f: package(f)["lifts"].pop("tracing"),
        "core.yaml",
        "并不提升本题",
    ),
    "package nobody names": (
        lambda f: (another_package(f), question(f)["packages"].remove("N02")),
        "packages.yaml",
        "没有题目用到",
    ),
    "package that lifts an unknown question": (
        lambda f: package(f)["lifts"].update(typo=3),
        "packages.yaml",
        "没有题目“typo”",
    ),
    "package that lifts to nothing": (
        lambda f: another_package(f, lifts={"scheduling": 0}),
        "packages.yaml",
        "0 档",
    ),
    "unknown prerequisite": (
        lambda f: package(f).update(prerequisites=["N99"]),
        "packages.yaml",
        "没有改造场景“N99”",
    ),
    "prerequisites in a ring": (
        lambda f: (
            another_package(f, prerequisites=["N01"]),
            package(f).update(prerequisites=["N02"]),
        ),
        "packages.yaml",
        "前置场景成环",
    ),
    "package before itself": (
        lambda f: package(f).update(prerequisites=["N01"]),
        "packages.yaml",
        "前置场景成环：N01 → N01",
    ),
    "package for an unknown trade": (
        lambda f: package(f).update(applies_to=["valve", "pump"]),
        "packages.yaml",
        "没有行业“pump”",
    ),
    "cost upside down": (
        lambda f: package(f).update(cost={"low": 9, "high": 3}),
        "packages.yaml",
        "大于上限",
    ),
    "cost to the hundredth of a hundredth": (
        lambda f: package(f).update(cost={"fixed": {"software": {"low": "0.125", "high": 3}}}),
        "packages.yaml",
        "最多两位小数",
    ),
    "units counted by a question that is no number": (
        lambda f: package(f).update(
            cost={"each": {"equipment": {"low": 1, "high": 3}}, "units": "scheduling"}
        ),
        "packages.yaml",
        "没有比例题或数字题“scheduling”",
    ),
    "bought by the machine, and promising more than the ratio reaches": (
        lambda f: (
            f["core"]["sections"][0]["questions"].append(NETWORKED),
            package(f)["lifts"].update(networked=2),
            package(f).update(
                cost={"each": {"equipment": {"low": 1, "high": 3}}, "units": "networked"}
            ),
        ),
        "packages.yaml",
        "有的题提升得比“networked”还高",
    ),
    "weeks upside down": (
        lambda f: package(f).update(weeks={"low": 9, "high": 3}),
        "packages.yaml",
        "工期下限",
    ),
    "too few reference bands": (
        lambda f: f["core"]["sections"][0]["questions"].append(
            a_ratio_question(bands={"all": {"edges": [1], "source": "建议值"}}, packages=["N01"])
        ),
        "core.yaml",
        "参考区间有 1 个界限",
    ),
    # reach
    "gate nothing lifts to": (
        lambda f: (
            package(f)["lifts"].update(scheduling=2),
            rung(f, 0)["gates"][0].update(at_least=3),
        ),
        "edition.yaml",
        "“scheduling”要求 3 档，场景和措施最高只提升到 2 档",
    ),
    "gate nothing lifts": (
        lambda f: (package(f)["lifts"].pop("scheduling"), question(f).pop("packages")),
        "edition.yaml",
        "“scheduling”要求 1 档，没有场景或措施能提升",
    ),
    "section gate out of reach": (
        lambda f: package(f)["lifts"].update(heat_number=1),
        "valve.yaml",
        "得分率只有 25%，达不到 50%",
    ),
    "threshold out of reach": (
        lambda f: package(f)["lifts"].update(scheduling=1, tracing=1),
        "edition.yaml",
        "达不到 60%",
    ),
    # texts
    "standard not in the dictionary": (
        lambda f: question(f).update(help="按 API 598 做压力试验"),
        "core.yaml",
        "标准“API 598”不在标准目录里",
    ),
    "standard of another year": (
        lambda f: question(f).update(help="按 GB/T 13927-2008 做压力试验"),
        "core.yaml",
        "GB/T 13927-2008",
    ),
    "markup": (lambda f: question(f).update(help="<b>注意</b>"), "core.yaml", "标记"),
    "template": (lambda f: question(f).update(short="{{ 7*7 }}"), "core.yaml", "标记"),
    # files
    "missing file": (lambda f: f.pop("standards"), "standards.yaml", "文件不存在"),
}


@pytest.mark.parametrize(("change", "file", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_edition_is_told_where_and_what(
    tmp_path: Path, change: Change, file: str, said: str
) -> None:
    faults = faults_of(tmp_path, change)

    told = [fault for fault in faults if fault.file == file and said in fault.fault + fault.remedy]
    assert told, [str(fault) for fault in faults]
    assert all(fault.remedy for fault in faults)


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


# --- the command --------------------------------------------------------------------------------


def test_an_edition_is_sealed_once_and_only_without_faults(tmp_path: Path) -> None:
    files = edition_files()
    files["core"]["sections"][0]["weight"] = 64
    folder = write_edition(tmp_path, files)

    assert command.main(["seal", str(folder)]) == 1
    assert not (folder / "seal").exists()

    write_edition(tmp_path, edition_files())
    assert command.main(["seal", str(folder)]) == 0
    assert command.main(["seal", str(folder)]) == 1


def test_the_command_sums_up_a_good_edition(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_edition(tmp_path, edition_files())

    assert command.main(["check", str(folder)]) == 0
    assert "1 个行业，3 道题，1 个场景，1 项标准，0 个算例，没有问题" in capsys.readouterr().out


def test_the_command_fails_with_every_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = edition_files()
    files["core"]["sections"][0]["weight"] = 64
    rung(files, 1)["at_least"] = "0.1"
    folder = write_edition(tmp_path, files)

    assert command.main(["check", str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out.count("\n") == 2
    assert "2099/core.yaml 第 " in said.out
    assert "2 处问题" in said.err


def test_without_a_name_every_edition_of_the_program_is_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main([]) == 0

    said = capsys.readouterr().out
    heads = [line.partition("（")[0] for line in said.splitlines() if not line.startswith(" ")]
    assert heads == list(SHIPPED.editions())


# --- size ---------------------------------------------------------------------------------------


def test_the_work_for_a_thousand_questions_does_not_grow_faster_than_they_do(
    tmp_path: Path,
) -> None:
    files = edition_files()
    model = question(files, "valve")
    many = [
        model
        | {"id": f"q{n}", "code": f"{chr(65 + n // 100)}Q{n % 100:02d}", "help": "解释一句" * 9}
        for n in range(1000)
    ]
    files["valve"]["sections"] = [
        {"id": f"s{s}", "title": "模块", "weight": "0.7", "station": "shop",
         "questions": many[s * 20 : s * 20 + 20]}
        for s in range(50)
    ]  # fmt: skip
    del files["valve"]["gates"]
    package(files)["lifts"] = {q["id"]: 4 for q in many} | {"scheduling": 4, "tracing": 4}
    folder = write_edition(tmp_path, files)

    checking = calls(lambda: check(folder))
    edition, faults = check(folder)

    assert faults == ()
    assert edition is not None
    questionnaire = edition.questionnaire("valve")
    sheet = dict.fromkeys(questionnaire.questions, 2)
    assert checking < 1000 * len(many)
    assert calls(lambda: score(questionnaire, sheet)) < 100 * len(many)
