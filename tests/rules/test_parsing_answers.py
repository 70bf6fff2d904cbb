"""What is an answer, and what is refused with a sentence that names field and remedy."""

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.answers import (
    NOT_APPLICABLE,
    BadAnswer,
    Choice,
    Grid,
    Multiple,
    Ratio,
    describe,
    level_of,
    parse,
    percent_text,
    plain,
)
from tests.support.builders import a_question, a_ratio

HOSTILE_NUMBERS = [
    "",
    " ",
    "1,234",
    "1，234",
    "12%",
    "1_000",
    "٣",
    "²",
    "Ⅳ",
    "十二",
    "+5",
    "1e3",
    "0x10",
    "NaN",
    "Infinity",
    "1 2",
    "12\n",
    "\u200b12",
    "12\x00",
    "=1+1",
    "9" * 16,
    "9" * 5000,
    10**15,
    -1,
    1.0,
    12.5,
    float("nan"),
    float("inf"),
    True,
    None,
    [],
    {},
    ["12"],
]


def refusal(question: Any, wire: object) -> BadAnswer:
    with pytest.raises(BadAnswer) as caught:
        parse(question, wire)
    return caught.value


# --- levels -------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", range(5))
def test_a_level_is_a_whole_number_from_0_to_4(level: int) -> None:
    assert parse(a_question(), level) == level


@pytest.mark.parametrize("wire", [-1, 5, 2.0, 2.5, "3", "", True, False, None, [3], {"level": 3}])
def test_no_other_value_is_a_level(wire: object) -> None:
    refused = refusal(a_question(short="排产"), wire)

    assert refused.question_id == "scheduling"
    assert refused.message == "“排产”：请在 0 至 4 档中选择一档。"


# --- ratios -------------------------------------------------------------------------------------


@pytest.mark.parametrize("twelve", [12, "12", " 12 ", "１２", "\u300012\u00a0", "012"])
def test_full_width_digits_and_blanks_around_a_number_are_normalised(twelve: object) -> None:
    assert parse(a_ratio(), {"part": twelve, "whole": 40}) == Ratio(12, 40)


@pytest.mark.parametrize("field", ["part", "whole"])
@pytest.mark.parametrize("wire", HOSTILE_NUMBERS)
def test_nothing_that_only_resembles_a_number_counts(field: str, wire: object) -> None:
    refused = refusal(a_ratio(), {"part": 1, "whole": 40} | {field: wire})

    assert refused.field == field
    assert {"part": "已联网设备数", "whole": "设备总数"}[field] in refused.message


def test_the_whole_is_at_least_one_and_不适用_is_offered_only_where_it_is_allowed() -> None:
    strict = refusal(a_ratio(), {"part": 0, "whole": 0})
    lenient = refusal(a_ratio(not_applicable=True), {"part": 0, "whole": 0})

    assert strict.field == lenient.field == "whole"
    assert "不适用" not in strict.message
    assert "不适用" in lenient.message


def test_the_part_is_no_larger_than_the_whole() -> None:
    assert parse(a_ratio(), {"part": 40, "whole": 40}) == Ratio(40, 40)
    assert refusal(a_ratio(), {"part": 41, "whole": 40}).field == "part"


def test_no_side_of_a_ratio_exceeds_a_thousand_million() -> None:
    assert parse(a_ratio(), {"part": 0, "whole": 10**9}) == Ratio(0, 10**9)
    assert refusal(a_ratio(), {"part": 0, "whole": 10**9 + 1}).field == "whole"


@pytest.mark.parametrize(
    "wire", [None, 3, "12/40", [12, 40], {}, {"part": 1}, {"part": 1, "whole": 2, "more": 3}]
)
def test_a_ratio_is_two_numbers(wire: object) -> None:
    assert "两个整数" in refusal(a_ratio(), wire).message


@pytest.mark.parametrize(
    ("part", "level"), [(0, 0), (10, 0), (11, 1), (20, 1), (40, 2), (41, 3), (60, 3), (61, 4)]
)
def test_a_ratio_is_on_the_level_of_the_percentages_it_exceeds(part: int, level: int) -> None:
    assert level_of(a_ratio(above=(10, 20, 40, 60)), Ratio(part, 100)) == level


def test_a_band_edge_is_exact_however_large_the_numbers() -> None:
    third = a_ratio(above=("100/3", 50, 60, 70))

    assert level_of(third, Ratio(333_333_333, 999_999_999)) == 0
    assert level_of(third, Ratio(333_333_334, 999_999_999)) == 1


def test_an_unscored_ratio_has_no_level() -> None:
    assert level_of(a_question("on_time", "ratio"), Ratio(1, 2)) is None


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "amount"),
    [("12.5", "12.5"), ("１２．５", "12.5"), (" 12.0 ", "12"), (0, "0"), (100000, "100000")],
)
def test_a_number_is_read_exactly(wire: object, amount: str) -> None:
    answer = parse(a_question("turnover", "number"), wire)

    assert answer == Decimal(amount)
    assert plain(answer) == amount


@pytest.mark.parametrize("wire", [*HOSTILE_NUMBERS, "-0", "-0.0", "--5", ".5", "5.", "1.2.3"])
def test_no_guess_is_a_number(wire: object) -> None:
    question = a_question("turnover", "number", least=-100)
    if wire == -1:
        wire = "-1 "
        assert parse(question, wire) == Decimal(-1)
        return

    assert refusal(question, wire).question_id == "turnover"


@pytest.mark.parametrize(
    ("wire", "said"), [("100000.1", "100000 万元"), ("-1", "0 至"), ("1.25", "最多保留 1 位小数")]
)
def test_a_number_outside_its_bounds_or_decimals_is_told_them(wire: str, said: str) -> None:
    assert said in refusal(a_question("turnover", "number"), wire).message


# --- options ------------------------------------------------------------------------------------


def test_a_choice_is_one_known_option() -> None:
    assert parse(a_question("certified", "choice"), "yes") == Choice("yes")


@pytest.mark.parametrize("wire", ["erp", "", "YES", 1, None, ["yes"], ["yes", "no"], {"id": "yes"}])
def test_an_unknown_option_or_two_of_them_are_refused(wire: object) -> None:
    assert "选择一项" in refusal(a_question("certified", "choice"), wire).message


def test_ticked_options_are_kept_in_the_questions_order() -> None:
    assert parse(a_question("systems", "multiple"), ["mes", "erp"]) == Multiple(("erp", "mes"))


@pytest.mark.parametrize(
    "wire", [[], None, "erp", ["erp", "erp"], ["erp", "yes"], ["nothing", "erp"], [1], {"erp": 1}]
)
def test_unknown_repeated_or_contradicting_ticks_are_refused(wire: object) -> None:
    assert refusal(a_question("systems", "multiple"), wire).question_id == "systems"


def test_none_of_the_above_stands_alone() -> None:
    question = a_question("systems", "multiple")

    assert parse(question, ["nothing"]) == Multiple(("nothing",))
    assert "以上都没有" in refusal(question, ["nothing", "mes"]).message


# --- text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["𠮷㛃😀", "a\u202eb", "零\u200b宽", "\ue000", "<script>alert(1)</script>", "{{7*7}}", "a\tb"],
)
def test_any_visible_text_is_kept_as_it_is(text: str) -> None:
    assert parse(a_question("remarks", "text"), text) == text


def test_text_is_composed_and_its_line_ends_are_plain() -> None:
    assert (
        parse(a_question("remarks", "text"), "cafe\u0301\r\n第二行\r尾") == "caf\u00e9\n第二行\n尾"
    )


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800"])
def test_control_characters_and_half_characters_are_refused(character: str) -> None:
    assert "控制字符" in refusal(a_question("remarks", "text"), f"前{character}后").message


def test_length_is_counted_in_code_points_after_composing() -> None:
    question = a_question("remarks", "text", most=20)

    assert len(str(parse(question, "𠮷" * 20))) == 20
    assert len(str(parse(question, "e\u0301" * 20))) == 20
    assert "最多 20 个字" in refusal(question, "𠮷" * 21).message
    assert "最多 20 个字" in refusal(question, "字" * 5_000_000).message


@pytest.mark.parametrize("wire", ["", "  \n", None, 12, ["字"], {"text": "字"}])
def test_no_text_is_no_answer(wire: object) -> None:
    assert refusal(a_question("remarks", "text"), wire).question_id == "remarks"


# --- grids --------------------------------------------------------------------------------------


def test_a_grid_keeps_the_cells_that_are_filled() -> None:
    wire = {"software": {"y2026": "3.50"}, "equipment": {"y2025": "１２", "y2026": ""}}

    answer = parse(a_question("spending", "grid"), wire)

    assert answer == Grid(
        (("equipment", "y2025", Decimal(12)), ("software", "y2026", Decimal("3.5")))
    )
    assert plain(answer) == {"equipment": {"y2025": "12"}, "software": {"y2026": "3.5"}}


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        {},
        {"equipment": {}},
        {"equipment": {"y2025": ""}},
        {"land": {"y2025": "1"}},
        {"equipment": {"y1999": "1"}},
        {"equipment": "1"},
    ],
)
def test_a_grid_has_only_its_own_rows_and_columns(wire: object) -> None:
    assert refusal(a_question("spending", "grid"), wire).question_id == "spending"


def test_a_bad_cell_is_named_by_row_and_column() -> None:
    refused = refusal(a_question("spending", "grid"), {"software": {"y2026": "1,234"}})

    assert refused.field == "software.y2026"
    assert "“软件”行“2026 年”列" in refused.message


# --- 不适用 -------------------------------------------------------------------------------------


def test_不适用_is_an_answer_only_where_the_question_allows_it() -> None:
    wire = {"not_applicable": True}

    assert parse(a_question(not_applicable=True), wire) is NOT_APPLICABLE
    assert "不能选“不适用”" in refusal(a_question(), wire).message


@pytest.mark.parametrize(
    "wire", [{"not_applicable": 1}, {"not_applicable": False}, {"not_applicable": True, "part": 1}]
)
def test_不适用_comes_alone_and_is_meant(wire: object) -> None:
    assert refusal(a_ratio(not_applicable=True), wire).message


# --- back and forth -----------------------------------------------------------------------------

EVERY_KIND = [
    (a_question(), 2, "2 档：第 2 档的做法"),
    (a_ratio(), {"part": 12, "whole": 40}, "12 / 40 台（30%）"),
    (a_question("turnover", "number"), "12.5", "12.5 万元"),
    (a_question("oee", "number", unit="%", most=100), "65", "65%"),
    (a_question("certified", "choice"), "yes", "是"),
    (a_question("systems", "multiple"), ["erp", "mes"], "资源计划系统、制造执行系统"),
    (a_question("remarks", "text"), "已报修", "已报修"),
    (a_question("spending", "grid"), {"software": {"y2026": "3.5"}}, "软件（2026 年）3.5 万元"),
    (a_question(not_applicable=True), {"not_applicable": True}, "不适用"),
]


@pytest.mark.parametrize(("question", "wire", "said"), EVERY_KIND)
def test_an_answer_goes_to_the_wire_and_back_and_is_said_in_chinese(
    question: Any, wire: object, said: str
) -> None:
    answer = parse(question, wire)

    assert parse(question, json.loads(json.dumps(plain(answer)))) == answer
    assert plain(answer) == wire
    assert describe(question, answer) == said


@given(st.decimals(min_value=0, max_value=100000, places=1))
def test_every_number_survives_the_wire(amount: Decimal) -> None:
    question = a_question("turnover", "number")

    answer = parse(question, format(abs(amount), "f"))

    assert answer == abs(amount)
    assert parse(question, plain(answer)) == answer


@given(st.text(max_size=40))
def test_whatever_text_is_kept_is_composed_and_survives_the_wire(text: str) -> None:
    question = a_question("remarks", "text", most=40)
    try:
        answer = parse(question, text)
    except BadAnswer:
        return

    assert isinstance(answer, str)
    assert unicodedata.is_normalized("NFC", answer)
    answer.encode()
    assert parse(question, plain(answer)) == answer


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["part", "whole", "equipment", "y2025", "not_applicable", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(JSON, st.sampled_from([question for question, _, _ in EVERY_KIND]))
def test_any_json_is_an_answer_or_refused_and_never_a_crash(wire: object, question: Any) -> None:
    refused = None
    try:
        answer = parse(question, wire)
    except BadAnswer as caught:
        refused = caught.message

    if refused is None:
        assert parse(question, plain(answer)) == answer
    else:
        assert refused.startswith(f"“{question.short}”：")
        assert refused.endswith("。")


@pytest.mark.parametrize(
    ("percent", "said"),
    [
        ("60", "60%"),
        ("1199/20", "59.9%"),
        ("599999/10000", "59.9%"),
        ("100/3", "33.3%"),
        ("0", "0%"),
    ],
)
def test_a_percentage_is_cut_so_that_nothing_reads_as_on_a_threshold_it_misses(
    percent: str, said: str
) -> None:
    assert percent_text(Fraction(percent)) == said


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        ({"part": "86台", "whole": "120"}, "只填数字 86，单位“台”已经写在框后面。"),
        ({"part": "86", "whole": " 120 台 "}, "只填数字 120，单位“台”已经写在框后面。"),
        ({"part": "八十六台", "whole": "120"}, "请填不小于 0 的整数"),
    ],
)
def test_a_number_typed_with_its_unit_is_refused_with_the_remedy(wire, words):
    question = a_question("networked", "ratio", unit="台")

    with pytest.raises(BadAnswer) as refused:
        parse(question, wire)

    assert words in refused.value.message
