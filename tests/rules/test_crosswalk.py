"""The same answers in other frames: exact where all is known, bounded where it is not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from questionnaires import loading
from questionnaires.answers import NOT_APPLICABLE, Answer, Choice, Multiple, Ratio, Sheet, plain
from questionnaires.checking import crosswalk as crosswalk_check
from questionnaires.checking import examples
from questionnaires.edition import Edition
from questionnaires.frames import crosswalk
from questionnaires.frames.crosswalk import FrameResult, FrameRow, Span, miit, subdomains
from questionnaires.frames.crosswalk.frames import Crosswalk, MaturityFrame
from questionnaires.frames.crosswalk.view import View
from questionnaires.library import EDITIONS, SHIPPED
from questionnaires.model import (
    ChoiceQuestion,
    LevelQuestion,
    MultipleQuestion,
    Question,
    RatioQuestion,
)
from questionnaires.reading import Fault, shape
from questionnaires.reading import read as read_yaml
from questionnaires.references import Whole
from tests.support.builders import a_question, a_questionnaire

EDITION = SHIPPED.load("2026")
FRAMES = EDITION.crosswalk
BEARING = EDITION.questionnaire("bearing")
PROCESSES = frozenset(process.id for process in BEARING.trade.processes)
FILE = EDITIONS / "2026" / "crosswalk.yaml"

FORTY_POINTS: dict[str, Answer] = {
    "network_build": Multiple(("shop_floor", "application", "mobile_5g", "full_coverage")),  # 8
    "digital_machines": Ratio(61, 100),  # 6
    "networked_equipment": Ratio(61, 100),  # 6
    "automatic_links": Multiple(("none",)),  # 0
    "systems_coverage": Choice("all"),  # 10
    "network_security": Multiple(("rules", "products", "assessment", "boundary")),  # 5
    "data_security": Multiple(("rules", "products", "assessment", "ledger")),  # 5
    "digital_planning": Choice("none"),
    "management_mechanism": Multiple(("none",)),
    "digital_talent": Multiple(("none",)),
    "digital_spend_three_years": Ratio(1, 100),
    "energy_trend": Choice("up"),
    "quality_trend": Choice("down"),
    "revenue_trend": Choice("down"),
    "cost_trend": Choice("up"),
}


def frames() -> Crosswalk:
    assert FRAMES is not None
    return FRAMES


def read(sheet: Sheet, processes: frozenset[str] = PROCESSES) -> tuple[FrameResult, ...]:
    return crosswalk.read_across(FRAMES, BEARING, sheet, processes)


def all_at(level: int) -> dict[str, Answer]:
    """Every scored question of a bearing firm at one level."""
    ratio = Ratio((0, 15, 30, 50, 100)[level], 100)
    return {
        q.id: level if isinstance(q, LevelQuestion) else ratio
        for q in BEARING.questions.values()
        if q.scored
    }


def row(result: FrameResult, title: str, part: str) -> FrameRow:
    return next(r for r in result.rows if r.title == title and r.part == part)


def scenario(sheet: Sheet, title: str) -> FrameRow:
    return row(read(sheet)[0], title, miit.SCENARIOS)


# --- every frame --------------------------------------------------------------------------------


def test_every_result_says_where_it_comes_from_and_that_it_is_no_official_finding():
    results = read(all_at(2))

    assert [r.id for r in results] == ["miit_2024", "gbt_39116", "zhejiang_future_factory"]
    for result in results:
        assert result.disclaimer == "对照估算，非官方结论"
        assert result.source
        assert result.year >= 2020
        assert result.confidence in ("copy", "proposal")
        assert result.confidence_text


def test_nothing_is_derived_from_questions_nobody_answered():
    national, maturity, province = read({})

    assert (national.score, national.level) == (None, None)
    assert national.score_span == Span(Fraction(0), Fraction(100))
    assert national.level_span == Span(Fraction(0), Fraction(4))
    assert {r.state for r in national.rows if r.part != miit.TESTS} == {"unknown"}
    assert {r.state for r in maturity.rows + province.rows} == {"unknown"}
    assert all(r.level is None and r.span is None for r in maturity.rows + province.rows)


def test_an_answer_left_from_a_process_the_firm_does_not_have_is_not_seen():
    linear_only = PROCESSES - {"ring_bearings"}
    sheet = all_at(3) | {"grinding_line_ring": 0}

    assert row(read(sheet)[1], "装备", subdomains.SUBDOMAIN).level == 0
    assert row(read(sheet, linear_only)[1], "装备", subdomains.SUBDOMAIN).level == 3


# --- MIIT: the scored part ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "networked,points",
    [
        (0, "0"),
        (10, "0"),
        (11, "1.5"),
        (20, "1.5"),
        (21, "3"),
        (40, "3"),
        (41, "4.5"),
        (60, "4.5"),
        (61, "6"),
        (100, "6"),
    ],
)
def test_a_percentage_on_the_edge_of_a_band_stays_in_the_lower_one(networked: int, points: str):
    result = read({"networked_equipment": Ratio(networked, 100)})[0]

    assert row(result, "设备联网率", miit.POINTS).span == Span(Fraction(points), Fraction(points))


def test_ticking_every_link_of_automatic_collection_earns_exactly_ten_points():
    question = BEARING.questions["automatic_links"]
    assert isinstance(question, MultipleQuestion)
    links = tuple(o.id for o in question.options if not o.exclusive)

    result = read({"automatic_links": Multiple(links)})[0]

    assert len(links) == 14
    assert row(result, "数据采集", miit.POINTS).value == "10 / 10 分"


def test_each_missing_fact_widens_the_score_by_exactly_its_points():
    known = read(FORTY_POINTS)[0]
    without = {k: v for k, v in FORTY_POINTS.items() if k != "energy_trend"}

    result = read(without)[0]

    assert known.score == 40
    assert (result.score, result.score_span) == (None, Span(Fraction(40), Fraction(47)))
    assert any("E21" in label for label in result.missing)


def test_key_machines_under_numerical_control_are_not_taken_for_all_digital_machines():
    result = read({"numerical_control": Ratio(90, 100)})[0]

    assert row(result, "设备数字化率", miit.POINTS).state == "unknown"


# --- MIIT: the scenarios ------------------------------------------------------------------------


@pytest.mark.parametrize("level", range(5))
def test_a_scenario_with_one_question_follows_it_one_to_one(level: int):
    assert scenario({"maintenance": level}, "设备管理").level == level


def test_the_rate_of_networked_machines_says_that_ours_can_only_be_lower():
    found = row(read({"networked_equipment": Ratio(1, 4)})[0], "设备联网率", miit.POINTS)

    assert found.value == "3 / 6 分"
    assert "实际得分只会更高或相同" in found.why


def test_a_scenario_with_several_questions_takes_the_lowest():
    assert scenario({"stock_accuracy": 4, "material_flow": 1}, "仓储物流").level == 1


@pytest.mark.parametrize(
    "records,nonconformity,trace,level",
    [
        (1, 0, 0, 1),
        (2, 1, 4, 1),  # the flow is not in a system
        (2, 2, 2, 2),
        (2, 2, 3, 3),  # full trace is enough
        (3, 2, 0, 3),  # automatic judgement is enough
        (4, 3, 3, 4),
        (3, 4, 3, 4),
        (0, 4, 4, 0),
    ],
)
def test_quality_reaches_three_by_automatic_judgement_or_by_full_trace(
    records: int, nonconformity: int, trace: int, level: int
):
    sheet = {"inspection_records": records, "nonconformity": nonconformity, "traceability": trace}

    assert scenario(sheet, "质量管理").level == level


def test_a_scenario_half_answered_has_bounds_and_names_what_is_missing():
    found = scenario({"progress_reporting": 3}, "生产管控")

    assert (found.level, found.state) == (None, "partial")
    assert found.span == Span(Fraction(2), Fraction(3))
    assert "data_collection" in found.missing


@pytest.mark.parametrize(
    "compliance,least,most", [(0, 0, 0), (1, 0, 1), (2, 1, 1), (3, 2, 2), (4, 3, 4)]
)
def test_a_ledger_that_may_be_paper_leaves_level_one_of_safety_open(
    compliance: int, least: int, most: int
):
    assert scenario({"compliance": compliance}, "安全生产").span == Span(
        Fraction(least), Fraction(most)
    )


@pytest.mark.parametrize(
    "tools,drawings,level", [(1, 0, 1), (0, 4, 0), (1, 2, 2), (3, 2, 2), (3, 3, 3), (3, 4, 3)]
)
def test_product_design_begins_with_tools_and_goes_on_with_drawings_under_control(
    tools: int, drawings: int, level: int
):
    sheet = {"design_tools": tools, "drawing_control": drawings}

    assert scenario(sheet, "产品设计").level == level


@pytest.mark.parametrize(
    "title,sheet,least,most",
    [
        ("产品设计", {"design_tools": 4, "drawing_control": 4}, 3, 4),  # simulation or co-design
        ("工艺设计", {"process_routes": 0}, 0, 0),
        ("工艺设计", {"process_routes": 1}, 0, 1),  # a spreadsheet is no CAM or CAPP
        ("工艺设计", {"process_routes": 2}, 2, 2),
        ("工艺设计", {"process_routes": 4}, 3, 4),
        ("财务管理", {"order_costing": 1}, 0, 4),
        ("财务管理", {"order_costing": 2}, 1, 4),
        ("财务管理", {"finance_software": 2, "order_costing": 0}, 2, 2),
    ],
)
def test_what_an_answer_does_not_prove_is_a_span(
    title: str, sheet: dict[str, Answer], least: int, most: int
):
    assert scenario(sheet, title).span == Span(Fraction(least), Fraction(most))


@pytest.mark.parametrize("title,joined", [("生产管控", 2), ("采购管理", 3), ("仓储物流", 3)])
def test_joined_means_joined(title: str, joined: int):
    everything = all_at(3)

    alone = scenario(everything | {"integration": joined - 1}, title)
    together = scenario(everything | {"integration": joined}, title)

    assert (alone.level, together.level) == (2, 3)


def test_what_our_questions_cannot_prove_stays_open_above():
    office = scenario({"people_admin": 4}, "协同办公")

    assert (office.span, office.state) == (Span(Fraction(2), Fraction(4)), "partial")
    assert scenario({"people_admin": 1}, "协同办公").level == 1


# --- MIIT: the level ----------------------------------------------------------------------------


def levels_of(reached: int, constrained: int, level: int) -> dict[str, Fraction]:
    """``reached`` scenarios exactly at a level, ``constrained`` of them constrained; others at 0."""
    hard = [s.id for s in frames().miit.scenarios if s.constrained]
    soft = [s.id for s in frames().miit.scenarios if not s.constrained]
    at = {*hard[:constrained], *soft[: reached - constrained]}
    assert len(at) == reached
    return {s: Fraction(level if s in at else 0) for s in hard + soft}


@pytest.mark.parametrize(
    "level,score,reached,constrained", [(1, 20, 6, 3), (2, 40, 6, 3), (3, 60, 8, 5), (4, 80, 10, 6)]
)
def test_a_level_needs_both_its_points_and_its_scenarios_exactly(
    level: int, score: int, reached: int, constrained: int
):
    frame = frames().miit
    enough = levels_of(reached, constrained, level)
    hair = Fraction(1, 1000)

    assert miit.level_reached(frame, Fraction(score), enough) == level
    assert miit.level_reached(frame, score - hair, enough) < level
    assert (
        miit.level_reached(frame, Fraction(100), levels_of(reached - 1, constrained, level)) < level
    )
    assert (
        miit.level_reached(frame, Fraction(100), levels_of(reached, constrained - 1, level)) < level
    )


def test_many_points_without_scenarios_give_no_level():
    nobody = levels_of(0, 0, 0)

    assert miit.level_reached(frames().miit, Fraction(100), nobody) == 0


def test_a_level_whose_test_fails_falls_to_the_next_lower_one_that_holds():
    sheet = all_at(4) | FORTY_POINTS

    assert read(sheet)[0].level == 2


def test_a_sheet_of_exactly_forty_points_is_at_level_two_and_one_tick_less_is_not():
    exact = all_at(2) | FORTY_POINTS
    short = exact | {"data_security": Multiple(("rules", "products", "assessment"))}

    assert (read(exact)[0].score, read(exact)[0].level) == (40, 2)
    assert (read(short)[0].score, read(short)[0].level) == (Fraction("38.75"), 1)


def test_with_a_few_facts_missing_the_level_is_a_range_and_the_headline_says_so():
    some = {k: v for k, v in FORTY_POINTS.items() if k not in ("network_build", "energy_trend")}
    result = read(all_at(2) | some)[0]

    assert result.level is None
    assert result.headline.startswith("计分 32–47 分，对照等级在一级（初始级）与二级（规范级）之间")


def test_with_most_facts_missing_there_are_scenarios_and_a_list_but_no_score_and_no_level():
    without = {k: v for k, v in all_at(2).items() if k != "finance_software"}
    result = read(without)[0]

    assert result.headline.startswith("16 个应用场景中 ")
    assert "15 项计分指标只知道 1 项，不给分数和总等级；还缺 15 项事实" in result.headline
    assert result.groups[0].value == "7 项中知道 1 项"
    assert all("计分部分还缺事实" in r.why for r in result.rows if r.part == miit.TESTS)
    assert any("E25" in label for label in result.missing)


READ_BY_MIIT = sorted(
    {item.question for item in frames().miit.items}
    | {q for s in frames().miit.scenarios for q in s.reads}
)


def answers_to(question: Question) -> st.SearchStrategy[Answer]:
    match question:
        case LevelQuestion():
            return st.integers(0, 4)
        case RatioQuestion():
            return st.integers(0, 100).map(lambda part: Ratio(part, 100))
        case ChoiceQuestion():
            return st.sampled_from([Choice(o.id) for o in question.options])
        case MultipleQuestion():
            ids = [o.id for o in question.options if not o.exclusive]
            return st.sets(st.sampled_from(ids)).map(lambda s: Multiple(tuple(sorted(s))))
    raise AssertionError(question.kind)


WHOLE_SHEETS = st.fixed_dictionaries({q: answers_to(BEARING.questions[q]) for q in READ_BY_MIIT})


@given(whole=WHOLE_SHEETS, forgotten=st.sets(st.sampled_from(READ_BY_MIIT)))
def test_the_bounds_hold_whatever_the_missing_answers_will_be(
    whole: dict[str, Answer], forgotten: set[str]
):
    known = read(whole)[0]
    partial = read({k: v for k, v in whole.items() if k not in forgotten})[0]

    assert known.score is not None
    assert partial.score_span is not None
    assert partial.level_span is not None
    assert known.level_span is not None
    assert partial.score_span.lower <= known.score <= partial.score_span.upper
    assert partial.level_span.lower <= known.level_span.lower
    assert known.level_span.upper <= partial.level_span.upper


@given(
    whole=WHOLE_SHEETS,
    raised=st.sampled_from([q for q in READ_BY_MIIT if BEARING.questions[q].kind == "level"]),
)
def test_raising_one_answer_never_lowers_the_level(whole: dict[str, Answer], raised: str):
    before = read(whole)[0].level_span
    level = whole[raised]
    assert isinstance(level, int)

    after = read(whole | {raised: min(4, level + 1)})[0].level_span

    assert before is not None
    assert after is not None
    assert after.lower >= before.lower
    assert after.upper >= before.upper


# --- GB/T 39116 ---------------------------------------------------------------------------------


def a_maturity_frame() -> MaturityFrame:
    given = {"title": "装备", "group": "资源"}, {"title": "网络", "group": "资源"}
    return MaturityFrame.model_validate(
        {
            "id": "maturity",
            "title": "成熟度",
            "source": "测试",
            "year": 2020,
            "confidence": "proposal",
            "levels": ["规划级", "规范级", "集成级", "优化级", "引领级"],
            "subdomains": given,
        }
    )


def maturity_of(sheet: Sheet) -> tuple[FrameRow, ...]:
    asked = [
        a_question("control", maps={"gbt39116": ["装备"]}, not_applicable=True),
        a_question("loading", maps={"gbt39116": ["装备"]}, not_applicable=True),
    ]
    view = View(a_questionnaire(asked), sheet, frozenset())
    return subdomains.read_maturity(a_maturity_frame(), view).rows


def test_a_subdomain_has_the_lowest_level_among_its_answers():
    found = maturity_of({"control": 3, "loading": 1})[0]

    assert (found.level, found.value, found.state) == (1, "1 级（规划级）", "derived")


def test_a_subdomain_half_answered_only_has_an_upper_end():
    found = maturity_of({"control": 2})[0]

    assert (found.level, found.value, found.state) == (None, "不高于 2 级（规范级）", "partial")
    assert found.span == Span(Fraction(0), Fraction(2))


def test_what_does_not_apply_leaves_the_subdomain_and_one_answer_decides_none():
    without_loading = maturity_of({"control": 3, "loading": NOT_APPLICABLE})[0]
    nothing = maturity_of({"control": NOT_APPLICABLE, "loading": NOT_APPLICABLE})[0]

    assert without_loading.value == "只有 1 题（3 档），不定级"
    assert (without_loading.level, without_loading.state) == (None, "partial")
    assert (nothing.level, nothing.state, nothing.why) == (None, "unknown", subdomains.INAPPLICABLE)


@pytest.mark.parametrize("title", ["集成", "人员技能", "设备管理"])
def test_finance_pay_and_gauges_decide_no_subdomain(title: str):
    sheet = all_at(3) | {"order_costing": 0, "people_admin": 0, "metrology": 0}

    found = row(read(sheet)[1], title, subdomains.SUBDOMAIN)

    assert found.span is not None
    assert found.span.lower == 3


def test_a_subdomain_no_question_touches_says_so():
    untouched = maturity_of({"control": 4, "loading": 4})[1]

    assert (untouched.state, untouched.why) == ("unknown", subdomains.UNTOUCHED)


def test_gbt_39116_gets_no_overall_level_and_no_score():
    result = read(all_at(4))[1]

    assert len(result.rows) == 20
    assert (result.level, result.score, result.level_span, result.score_span) == (None,) * 4
    assert "不给总等级" in result.headline


# --- Zhejiang -----------------------------------------------------------------------------------


def test_the_province_shows_fourteen_domains_and_forty_four_subdomains():
    result = read(all_at(3))[2]

    assert len(result.groups) == 14
    assert len(result.rows) == sum(g.total for g in result.groups) == 44
    assert (result.level, result.score) == (None, None)
    assert "官方及格线未见" in result.headline


def test_a_position_is_the_mean_over_the_answers_and_open_where_one_is_missing():
    found = View(BEARING, {}, PROCESSES).mapped("zhejiang", "产品设计")
    first, *others = [question.id for question in found]
    assert others

    both = row(read(dict.fromkeys(others, 2) | {first: 4})[2], "产品设计", subdomains.SUBDOMAIN)
    one = row(read({first: 4})[2], "产品设计", subdomains.SUBDOMAIN)

    mean = Fraction(4 + 2 * len(others), 4 * len(found))
    assert (both.span, both.state) == (Span(mean, mean), "derived")
    assert (one.span, one.state) == (Span(Fraction(1, len(found)), Fraction(1)), "partial")


@pytest.mark.parametrize("level,share", [(0, 0), (2, 0), (3, Fraction(3, 4)), (4, 1)])
def test_a_model_counts_from_the_level_at_which_there_is_one(level: int, share: Fraction):
    found = row(read({"models_in_use": level})[2], "制造过程模型化", subdomains.SUBDOMAIN)

    assert found.span == Span(Fraction(share), Fraction(share))
    assert "3 档起才计" in found.value


def test_subdomains_the_answers_do_not_touch_are_counted_and_never_averaged_in():
    result = read(all_at(4))[2]
    open_domains = [g for g in result.groups if 0 < g.touched < g.total]

    assert open_domains
    assert all(g.span == Span(Fraction(1), Fraction(1)) for g in open_domains)
    untouched = [r for r in result.rows if r.state == "unknown"]
    assert len(untouched) == 44 - sum(g.touched for g in result.groups)
    assert all(r.value == "不能推出" for r in untouched)


# --- the file -----------------------------------------------------------------------------------

DOCUMENTS = loading.read_edition(FILE.parent).documents


def faults_of(file: Path, edition: Edition = EDITION) -> list[Fault]:
    """Everything wrong with a crosswalk beside an edition."""
    document = read_yaml(file)
    beside = edition.model_copy(update={"crosswalk": shape(document, Crosswalk)})
    found = list(crosswalk_check.faults(Whole(beside, DOCUMENTS | {file.name: document})))
    return document.faults + found


def test_the_crosswalk_of_edition_2026_has_no_fault():
    assert FILE.is_file()
    assert faults_of(FILE) == []


def test_an_edition_without_frames_is_read_across_to_nothing():
    without = EDITION.model_copy(update={"crosswalk": None})

    assert list(crosswalk_check.faults(Whole(without, {}))) == []
    assert crosswalk.read_across(without.crosswalk, BEARING, FORTY_POINTS, PROCESSES) == ()


@pytest.mark.parametrize(
    "was,now,says",
    [
        ("question: network_build", "question: net_work", "没有“net_work”"),
        ("question: network_build", "question: heat_treatment", "没有“heat_treatment”"),
        ("question: digital_planning", "question: digital_talent", "要读 choice 题"),
        ("{shop_floor: 2, ", "{shop_flour: 2, ", "选项与“network_build”不一致"),
        ("mobile_5g: 2, full_coverage: 2", "mobile_5g: 2, full_coverage: 3", "最多可得 9 分"),
        ("points: 8\n", "points: 9\n", "指标合计 51 分，应为 50 分"),
        ("points: 30\n", "points: 31\n", "各维度合计 101 分"),
        ('earns: [0, "1.5", 3, "4.5", 6]', 'earns: [0, 3, "1.5", "4.5", 6]', "逐档上升"),
        ("questions: [maintenance]", "questions: [maintaining]", "没有“maintaining”"),
        ("questions: [maintenance]", "questions: [network_build]", "没有 0 至 4 档"),
        ("constrained: true\n      questions: [maintenance]", "questions: [maintenance]", "9 个约束性"),
        ("title: 决策支持", "title: 决策支持\n      most: 3", "most 却只到 3 级"),
        ("- id: decisions", "- id: people", "“people”出现了两次"),
        ("{level: 2, title: 二级（规范级）, score: 40", "{level: 2, title: 二级（规范级）, score: 20", "计分要求没有逐级上升"),
        ("    - {group: 制造·销售, title: 销售}\n", "", "有 19 个能力子域"),
        ("title: 产品服务}", "title: 客户服务}", "“客户服务”出现了两次"),
        ("            - {title: 企业大脑, items: 1}\n", "", "能力子域有 43 个"),
        ("{title: 企业大脑, items: 1}", "{title: 企业大脑, items: 2}", "评分项有 101 个"),
    ],
)  # fmt: skip
def test_a_crosswalk_that_disagrees_is_refused_with_the_fault_named(
    tmp_path: Path, was: str, now: str, says: str
):
    text = FILE.read_text("utf-8")
    assert was in text
    (tmp_path / FILE.name).write_text(text.replace(was, now, 1), "utf-8")

    found = faults_of(tmp_path / FILE.name)

    assert any(says in str(fault) for fault in found), found


def a_worked_example(folder: Path, miit_level: int, **answers: object) -> Path:
    """A folder with one example that states a MIIT level."""
    (folder / "examples").mkdir(parents=True)
    example = {
        "trade": "bearing",
        "title": "测试算例",
        "fill": {"default_level": 2},
        "answers": answers,
        "expects": {"share": "1/2", "rung": "none", "miit_level": miit_level},
        "reason": "测试",
    }
    text = yaml.safe_dump(example, allow_unicode=True)
    (folder / "examples" / "bearing-01.yaml").write_text(text, "utf-8")
    return folder


def test_the_miit_level_a_worked_example_states_must_come_out_exactly(tmp_path: Path):
    facts = {name: plain(answer) for name, answer in FORTY_POINTS.items()}

    right = a_worked_example(tmp_path / "right", 2, **facts)
    wrong = a_worked_example(tmp_path / "wrong", 3, **facts)
    vague = a_worked_example(tmp_path / "vague", 2)

    told = [
        [f.fault for f in examples.faults(EDITION, examples.load(folder)) if "miit" in f.place]
        for folder in (right, wrong, vague)
    ]

    assert told == [[], ["应为 3，算得 2"], ["应为 2，算得 0–2"]]


def test_a_question_that_names_an_unknown_subdomain_is_a_fault_of_its_own_file():
    section = EDITION.core.sections[0]
    question = section.questions[0].model_copy(update={"maps": {"gbt39116": ("产品设汁",)}})
    broken = section.model_copy(update={"questions": (question, *section.questions[1:])})
    core = EDITION.core.model_copy(update={"sections": (broken, *EDITION.core.sections[1:])})
    edition = EDITION.model_copy(update={"core": core})

    found = faults_of(FILE, Edition.model_validate(edition))

    assert [(f.file, f.fault) for f in found] == [("core.yaml", "“gbt39116”里没有“产品设汁”")]
