"""The edition check: what is wrong with a question, its weight, its words, the packages that lift it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.breaking import (
    NETWORKED,
    Change,
    a_ratio_question,
    a_weakness,
    another_package,
    optional_section,
    package,
    question,
    require_told,
    rung,
)

BROKEN: dict[str, tuple[Change, str, str]] = {
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
def test_a_broken_question_or_package_is_told_where_and_what(
    tmp_path: Path, change: Change, file: str, said: str
) -> None:
    require_told(tmp_path, change, file, said)
