"""Sentences of a report in the cases that are rare: full marks, nothing to buy, a consultant's own plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from questionnaires.answers import Answer, Ratio
from reports.diagnosis import Diagnosis
from reports.facts import Choice, Finding, Severity, Verdict, Verification
from reports.paper.html import render_html, render_short
from reports.paper.owner import owners_page
from reports.paper.problems import problems
from reports.word import diagnosis as word
from reports.word.fields import values
from tests.support.reporting import (
    a_valve_diagnosis,
    an_onsite_diagnosis,
    full_marks,
)

NOTHING_LACKING = "各题都已到满档，没有要补的差距。"


@pytest.fixture(scope="module")
def best() -> Diagnosis:
    """A firm with full marks everywhere."""
    return a_valve_diagnosis(full_marks())


@pytest.mark.parametrize("render", [render_html, render_short])
def test_a_firm_with_full_marks_reads_that_nothing_is_lacking(
    best: Diagnosis, render: Callable[[Diagnosis], str]
) -> None:
    page = _words(render(best))

    assert best.missing is None
    assert NOTHING_LACKING in page
    assert "现有答卷没有可以用目录场景提升的题目。" in page
    for wrong in (
        "下一等级的必备条件",
        "先列到下一等级",
        "全部建议项的合计",
        "最需要补的",
        "0 题在",
    ):
        assert wrong not in page, wrong


@pytest.fixture(scope="module")
def lowest() -> Diagnosis:
    """A firm that has nothing yet."""
    full = full_marks()
    return a_valve_diagnosis({id: 0 if full[id] == 4 else Ratio(0, 40) for id in full})


@pytest.mark.parametrize("render", [render_html, render_short])
def test_a_firm_below_the_ladder_stands_on_no_rung(
    lowest: Diagnosis, render: Callable[[Diagnosis], str]
) -> None:
    page = _words(render(lowest))

    assert "现在尚未达到设备改造" in page
    assert not re.search("处于尚未|等级为尚未", page)


def test_where_all_areas_are_alike_none_is_the_best_and_none_the_worst(
    best: Diagnosis, lowest: Diagnosis
) -> None:
    assert lowest.strongest == lowest.weakest == best.weakest == ()
    assert len(best.strongest) == 3
    page = _words(render_short(lowest))
    assert "各能力域的得分率相同" in page
    assert not re.search("做得最好的|最需要补的|最弱的是", page)
    areas = a_valve_diagnosis()
    assert not set(areas.strongest) & set(areas.weakest)


def test_word_says_the_same_of_a_firm_with_full_marks(best: Diagnosis) -> None:
    said = values(word.FIELDS, best, [])

    assert said["方案说明"] == "现有答卷没有可以用目录场景提升的题目。"
    assert said["预期"] == ""
    assert said["一页"]["理由"] == said["一页"]["先做"] == []


def test_answers_alike_are_counted_in_one_sentence(best: Diagnosis) -> None:
    lowest = a_valve_diagnosis({id: 0 for id, level in full_marks().items() if level == 4})

    poor = {area.says.split("。")[0] for area in a_valve_diagnosis(mostly_poor()).areas}

    assert all(" 题都是 4 档。" in area.says or "只有一题" in area.says for area in best.areas)
    assert "4 题都在 1 档以下" in poor
    assert not any(re.search(r"(\d+) 题中 \1 题", says) for says in poor)
    assert "题都是 0 档。先要补的是" in " ".join(area.says for area in lowest.areas)


def mostly_poor() -> dict[str, Answer]:
    """Every other question at level 1, the rest at none."""
    levels = (id for id, level in full_marks().items() if level == 4)
    return {id: number % 2 for number, id in enumerate(levels)}


def test_where_a_consultant_chose_nothing_the_short_edition_does_not_blame_the_sheet() -> None:
    it = an_onsite_diagnosis({}, {}, choices=())

    assert "诊断顾问没有列入任何一项。" in render_short(it)
    assert it.rung_after == it.expected == ""


def test_the_first_page_tells_where_the_consultant_s_plan_leads() -> None:
    """Its money is that of the consultant's plan; so is what comes of it."""
    way = an_onsite_diagnosis({}, {}).route
    assert way is not None
    one = Choice(code=way.costs.lines[-1].code, starts="2027-02")

    it = an_onsite_diagnosis({}, {}, choices=(one,))

    assert it.both_plans is not None
    assert owners_page(it).money == it.both_plans.chosen.once
    assert it.rung_after == it.both_plans.chosen.reach.rung != way.rung_after
    assert it.expected.startswith("顾问方案全部完成并验收后")
    assert it.expected.endswith("等级不变。")
    (task,) = it.plan.schedule.tasks
    assert task.months.startswith("第 4")
    assert [one.title for one in it.plan.schedule.milestones] == ["全部完成"], "a part of the way"
    assert "横轴第 1 个月是出具报告的 2026 年 11 月" in render_html(it)


def test_a_self_assessment_lists_no_findings_of_a_visit() -> None:
    page = render_html(a_valve_diagnosis())

    assert "先列现场发现的问题" not in page
    assert "先列优先高的。" in page
    assert "优先“高”是下一等级的必备条件，“中”是本期方案会解决的，“低”是其余。" in page
    assert "横轴从决定启动的那一月算起" in page


def test_a_visit_that_only_summed_up_lists_no_findings_either() -> None:
    page = render_html(an_onsite_diagnosis({}, {}, (Finding("与企业所填基本相符。"),)))

    assert "与企业所填基本相符。" in page
    assert "先列优先高的。" in page
    assert "严重问题" not in page


def test_at_the_highest_rung_no_problem_is_said_to_be_of_the_next() -> None:
    page = render_html(a_valve_diagnosis(full_marks() | {"drawing_control": 3}))

    assert "优先“中”是本期方案会解决的，“低”是其余。" in page


def test_the_heaviest_problems_stand_first_and_of_those_alike_what_was_found_on_site() -> None:
    found = (
        Finding("地上有切屑。", title="通道里有杂物", severity=Severity.HINT),
        Finding("急停按不下去。", title="急停失灵", severity=Severity.SERIOUS),
    )
    base = an_onsite_diagnosis({}, {})
    it = replace(base, visit=replace(base.visit, findings=found))

    told = problems(it)

    assert [one.number for one in told] == list(range(1, len(told) + 1))
    assert {one.priority for one in told} == {"高", "中", "低"}
    assert [one.priority for one in told] == sorted(
        (one.priority for one in told), key="高中低".index
    )
    first = {one.priority: one.title for one in reversed(told)}
    assert (first["高"], first["低"]) == ("急停失灵", "通道里有杂物")
    page = render_html(it)
    assert page.index("同样优先的先列现场发现的问题") < page.index("急停失灵</strong>")


def test_problems_beyond_the_page_of_the_short_edition_are_counted() -> None:
    assert re.search(r"其余 \d+ 个见完整报告", render_short(a_valve_diagnosis()))


def _words(html: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", "", html, flags=re.DOTALL)


def test_a_long_reason_stands_in_the_appendix_and_not_in_a_narrow_column() -> None:
    reason = "".join(f"{n:04d}现场查看台账" for n in range(480))
    told = {
        "item_coding": Verification(Verdict.CHANGED, reason),
        "traceability": Verification(Verdict.NOT_SEEN, reason + "。"),
    }
    page = _words(render_html(an_onsite_diagnosis({"item_coding": 0}, told)))

    assert page.count(reason) == 2
    assert page.count("文字较长，全文见附录一") == 2
