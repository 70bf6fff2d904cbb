"""An XLSForm becomes a trade's questionnaire: what comes comes exactly, what does not is named by row."""

from __future__ import annotations

import io
from fractions import Fraction

import pytest
from pyxform.xls2xform import convert

from questionnaires import loading
from questionnaires.checking import check
from questionnaires.library import SHIPPED
from questionnaires.taken import NotAForm, Place, conditions, take, write_sample
from questionnaires.taken.conditions import Bounds, bounds, selected
from questionnaires.taken.rows import MOST_ROWS
from questionnaires.workbook import write_files
from questionnaires.xlsform import write_xlsform
from tests.support.forms import KPI, SAFETY, SHORT, book, sheets_of

EDITION = SHIPPED.load("2026")
PUMP = Place(EDITION, "pump", "水泵（虚构）")


def taken(form, place=PUMP):
    return take(sheets_of(book(form)), place)


def questions(found):
    return {one.id: one for section in found.shape.sections for one in section.questions}


def lost(found):
    return [(one.row, one.name) for one in found.remarks if not one.came]


def remarks(found):
    return {one.row: one.said for one in found.remarks if one.row}


# --- forms of others ------------------------------------------------------------------------------


def test_a_form_in_two_languages_comes_in_chinese_with_everything_it_can_say():
    found = taken(SAFETY)
    sections = found.shape.sections
    assert [(one.title, one.optional) for one in sections] == [
        ("水泵（虚构）", True),
        ("设备", False),
        ("其他题目", True),
    ]
    equipment = sections[1]
    assert equipment.intro == "只看在用的设备。"
    assert equipment.weight == 35
    asked = questions(found)
    level = asked["q_1"]
    assert (level.kind, level.text, level.help) == ("level", "机床联网到哪一步？", "看车间大屏")
    assert level.levels == (
        *("都没有", "个别联网", "关键设备联网", "大部分联网", "全部联网，自动排产"),
    )
    assert [(o.id, o.text) for o in asked["has_mes"].options] == [("y", "有"), ("n", "没有")]
    machines = asked["machines"]
    assert (machines.unit, machines.least, machines.most) == ("台", 1, 10**9)
    energy = asked["power_use"]
    assert (energy.unit, energy.most, energy.decimals) == ("未注明单位", Fraction("5000.5"), 2)
    systems = asked["systems"]
    assert systems.text == "有哪些系统？"
    assert [o.exclusive for o in systems.options] == [False, False, True]
    assert (asked["remark"].text, asked["remark"].most) == ("还有什么要说？", 200)
    assert {one.code for one in asked.values()} == {f"T{n:02d}" for n in range(1, 8)}


def test_what_does_not_come_is_named_by_its_row_with_the_reason():
    found = taken(SAFETY)
    assert lost(found) == [
        *((2, "start"), (3, "today"), (14, "n2"), (16, "lines"), (17, "line_name")),
        *((19, "photo"), (20, "place"), (21, "score"), (22, "visited")),
    ]
    said = remarks(found)
    for row, words in {
        2: "自动记录",
        4: "不强制填写",
        6: "格式标记",
        9: "所有企业都会问到",
        10: "填写规则",
        11: "小组",
        12: "格式标记",
        14: "最前面",
        16: "重复填写",
        17: "重复填写的一组里",
        19: "佐证材料",
        20: "位置",
        21: "计算",
        22: "文字或数字题",
        23: "图片",
    }.items():
        assert words in said[row], (row, said[row])
    assert "预填的答案" in said[23]
    assert 7 not in said, "a level question that is required loses nothing"


def test_a_question_on_which_others_depend_becomes_the_processes():
    found = taken(SHORT)
    assert [(one.id, one.title) for one in found.shape.processes] == [
        ("shaft", "轴"),
        ("gear", "齿轮"),
    ]
    asked = questions(found)
    assert asked["cnc"].needs == ("shaft",)
    assert asked["core"].needs == ("gear", "shaft")
    assert asked["cnc"].not_applicable
    assert asked["cnc"].levels[2] == "第 2 种做法"
    assert (asked["core"].code, asked["core"].text) == ("T01", "热处理怎样记录？")
    assert "scheduling_2" in asked, "a name of the common part is a word like others"
    assert lost(found) == []


def test_two_numbers_of_which_one_bounds_the_other_are_a_share():
    asked = questions(taken(KPI))
    share = asked["online"]
    assert (share.kind, share.part, share.whole, share.unit) == (
        "ratio",
        "联网的",
        "设备总数",
        "台",
    )
    assert share.above is None
    assert asked["defects"].most == 100
    assert "total" not in asked
    assert [option.text for option in asked["marks"].options] == ["质量", "环境"]
    assert "自填的“其他”" in remarks(taken(KPI))[6]
    assert any("没有一道计分的题" in one.said for one in taken(KPI).remarks)


@pytest.mark.parametrize("label", ["", "<b></b>", "${a}", "（台）"])
def test_whatever_stands_in_a_label_the_trade_is_one(label):
    form = {
        "survey": [
            ["type", "name", "label", "constraint"],
            ["begin group", "g", label],
            ["note", "n", label],
            ["note", "share_asks", label],
            ["integer", "total", label],
            ["integer", "", label, ". <= ${total}"],
            ["end group"],
        ],
    }
    (section,) = take(read(form), PUMP).shape.sections
    (share,) = section.questions
    assert share.kind == "ratio"
    assert all((share.text, share.part, share.whole))


# --- our own forms come back ----------------------------------------------------------------------


@pytest.mark.parametrize("trade", EDITION.trades)
def test_our_own_form_of_a_trade_comes_back_as_it_went(trade):
    stream = io.BytesIO()
    write_xlsform(EDITION, trade, stream)
    known = EDITION.trades[trade]
    found = take(sheets_of(stream.getvalue()), Place(EDITION, trade, known.title)).shape

    assert [one.id for one in found.processes] == [one.id for one in known.processes]
    assert [one.title for one in found.processes] == [one.title for one in known.processes]
    before = {one.id: one for section in known.sections for one in section.questions}
    after = {one.id: one for section in found.sections for one in section.questions}
    assert after.keys() == before.keys()
    for id, one in after.items():
        was = before[id]
        same = ("kind", "code", "text", "needs", "not_applicable", "help", "evidence")
        for name in (*same, *(("levels",) if was.kind == "level" else ("unit",))):
            if was.kind in ("ratio", "number") and name == "not_applicable":
                continue  # asked as a question of its own there
            assert getattr(one, name) == getattr(was, name), (id, name)


def test_the_sample_is_a_form_as_others_read_it_and_comes_whole(tmp_path):
    file = tmp_path / "sample.xlsx"
    write_sample(file)
    assert list(convert(file, validate=False).warnings) == []

    found = take(sheets_of(file.read_bytes()), PUMP)
    assert lost(found) == []
    assert {one.kind for one in questions(found).values()} == {
        *("level", "choice", "multiple", "number", "text"),
    }


@pytest.mark.parametrize("form", [SAFETY, SHORT], ids=["safety", "short"])
def test_those_of_others_are_forms_as_others_read_them(form, tmp_path):
    file = tmp_path / "form.xlsx"
    rows = [row for row in form["survey"] if "has_mes} =" not in str(row)]
    file.write_bytes(book({**form, "survey": rows}))
    assert convert(file, validate=False).xform


def test_a_draft_with_it_has_no_fault_and_can_be_looked_at(tmp_path):
    import shutil

    folder = tmp_path / "2026-draft"
    shutil.copytree(SHIPPED.folder_of("2026"), folder, ignore=shutil.ignore_patterns("seal"))
    head = loading.read_edition(folder).documents["edition.yaml"].value
    found = taken(SHORT)
    write_files(
        folder,
        {
            "edition.yaml": head | {"id": "2026-draft", "trades": [*head["trades"], "pump"]},
            "pump.yaml": found.trade,
        },
    )
    edition, faults = check(folder)
    assert edition is not None
    assert {fault.place.partition(" ladder")[2][:9] for fault in faults} == {" › future"}, (
        "only that no package lifts its new questions"
    )
    assert edition.questionnaire("pump").trade.title == "水泵（虚构）"


# --- what is no form ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"企业": [["名称"]]}, "没有 survey 表"),
        ({"survey": [["类型", "名称"], ["text", "a"]]}, "没有 type 这一列"),
        ({"survey": [["type", "name", "label"]]}, "没有一道题能导入"),
        ({"survey": [["type", "name", "label"], ["image", "a", "照片"]]}, "没有一道题能导入"),
        ({"survey": [["type", "name"], *[["text", f"t{n}"] for n in range(301)]]}, "超过 300 道"),
        ({"survey": [["type", "name"], *[["note", "n"]] * (MOST_ROWS + 1)]}, "超过 2000 行"),
        ({"survey": [["type", "name"], ["select_one gone", "a"]]}, "没有一道题能导入"),
    ],
)
def test_what_is_no_form_is_refused_with_the_remedy(form, fault):
    with pytest.raises(NotAForm) as refused:
        taken(form)
    assert fault in refused.value.fault
    assert refused.value.remedy


@pytest.mark.parametrize(
    "label",
    ["", "   ", "<b></b>", "${a}", "\u200b", "x" * 3000, "=1+1", "\x07铃", "a\nb", "1e400", "没有"],
)
def test_a_label_of_any_kind_becomes_plain_words_or_the_name(label):
    form = {
        "survey": [["type", "name", "label"], ["text", "Frage.1", label]],
    }
    try:
        sheets = sheets_of(book(form))
    except openpyxl_refuses():
        sheets = {"survey": [(1, ["type", "name", "label"]), (2, ["text", "Frage.1", label])]}
    (one,) = questions(take(sheets, PUMP)).values()
    assert one.id == "frage_1"
    assert 1 <= len(one.text) <= 2000
    assert "<" not in one.text
    assert "$" not in one.text


def openpyxl_refuses():
    from openpyxl.utils.exceptions import IllegalCharacterError

    return IllegalCharacterError


# --- expressions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relevant", "said"),
    [
        ("selected(${p}, 'a')", ("p", ("a",))),
        ("(selected( ${p} ,\"a\") or selected(${p}, 'b'))", ("p", ("a", "b"))),
        ("((selected(${p}, 'a')))", ("p", ("a",))),
        ("selected(${p}, 'a') and selected(${p}, 'b')", None),
        ("selected(${p}, 'a') or selected(${q}, 'b')", None),
        ("not(selected(${p}, 'a'))", None),
        ("${p} = 'a'", None),
        ("(selected(${p}, 'a')) or (selected(${p}, 'b'))", ("p", ("a", "b"))),
        ("", None),
    ],
)
def test_a_condition_is_read_only_where_it_asks_for_one_of_some_options(relevant, said):
    assert selected(relevant) == said


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        ("", Bounds()),
        (". >= 0 and . <= 100", Bounds(Fraction(0), Fraction(100))),
        (".>0 and .<10", Bounds(Fraction(1), Fraction(9))),
        ("string-length(.) <= 20", Bounds(longest=20)),
        (". <= ${whole} and . >= 0", Bounds(least=Fraction(0), part_of="whole")),
        ("regex(., '[a-z]')", Bounds(left="regex(., '[a-z]')")),
        (". > 0.5 and . < 9.5", Bounds(Fraction(1), Fraction(9))),
        (". > 5 and . >= 0 and .<9 and . <= 20", Bounds(Fraction(6), Fraction(8))),
        ("((. >= 1)and(. <= 7))", Bounds(Fraction(1), Fraction(7))),
        (". < 5 or . > 10", Bounds(left=". < 5 or . > 10")),
        ("not(. > 5)", Bounds(left="not(. > 5)")),
        (
            "if(${a} = 'x', . < 5, . < 9) and . >= 1",
            Bounds(Fraction(1), left="if(${a} = 'x', . < 5, . < 9)"),
        ),
        ("not(selected(., 'a')) or . = 'b'", Bounds(left="not(selected(., 'a')) or . = 'b'")),
    ],
)
def test_a_rule_is_read_as_far_as_bounds_go(constraint, said):
    assert bounds(constraint) == said


def test_more_or_less_than_goes_by_the_decimals_a_number_has():
    assert bounds(". > 0 and . < 100", 2) == Bounds(Fraction("0.01"), Fraction("99.99"))
    one = "regex(string(.), '^-?[0-9]+([.][0-9]{1,1})?$')"
    assert bounds(f". > 0 and {one}", 2) == Bounds(Fraction("0.1"), decimals=1)


@pytest.mark.parametrize(
    ("constraint", "least", "most", "said"),
    [
        ("", 0, 10**9, "没有写下限，暂定 0；没有写上限，上限暂定"),
        (". >= -40 and . <= 60", -40, 60, ""),
        (". <= -5", -(10**9), -5, "没有写下限"),
        (". >= 9 and . <= 3", 9, 10**9, "上限不大于下限"),
    ],
)
def test_a_number_reaches_as_far_as_the_form_lets_it(constraint, least, most, said):
    form = {
        "survey": [
            ["type", "name", "label", "constraint"],
            ["integer", "n", "温度（℃）", constraint],
        ]
    }
    found = taken(form)
    (one,) = questions(found).values()
    assert (one.least, one.most) == (least, most)
    assert said in remarks(found).get(2, "")


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("2 档：有台账", "有台账"),
        ("2级 有台账", "有台账"),
        ("2、有台账", "有台账"),
        ("2. 有台账", "有台账"),
        ("2：5 台联网", "5 台联网"),
        ("100% 联网", "100% 联网"),
        ("2.5 倍以上", "2.5 倍以上"),
        ("3 台以上", "3 台以上"),
        ("2 级", "2 级"),
    ],
)
def test_only_a_number_that_counts_the_levels_is_taken_off(label, level):
    said = [*("零", "一"), label, *("三", "四")]
    form = {
        "survey": [["type", "name", "label"], ["select_one l", "q", "怎样？"]],
        "choices": [["list_name", "name", "label"], *(["l", n, one] for n, one in enumerate(said))],
    }
    (one,) = questions(taken(form)).values()
    assert one.levels[2] == level


@pytest.mark.parametrize("kind", ["select_one", "select_multiple"])
def test_a_register_of_options_does_not_come_however_many_questions_name_it(kind):
    form = {
        "survey": [
            ["type", "name", "label"],
            ["text", "t", "文字"],
            *([f"{kind} l", f"q{n}", "哪个？"] for n in range(1500)),
        ],
        "choices": [["list_name", "name", "label"], *(["l", "x", "<a" * 900] for _ in range(4000))],
    }
    found = take(read(form), PUMP)
    assert list(questions(found)) == ["t"]
    assert "选项超过 100 个" in remarks(found)[3]


@pytest.mark.parametrize("sign", ["<a", "${", ". ", "a ", "(", "not(", "selected(${a},'b') or "])
def test_a_cell_full_of_one_sign_takes_no_longer_than_others(sign):
    cell = (sign * 2000)[:2000]
    form = {
        "survey": [
            ["type", "name", "label", "relevant", "constraint"],
            *(["integer", f"q{n}", f"温度{cell}"[:2000], cell, cell] for n in range(100)),
        ],
    }
    assert len(questions(take(read(form), PUMP))) == 100


def read(form):
    """Return a form as it is read, where no workbook would be let in with it."""
    return {name: list(enumerate(rows, 1)) for name, rows in form.items()}


def test_however_deep_a_constraint_stands_in_brackets_each_sign_is_looked_at_a_few_times(
    monkeypatch,
):
    """A stranger's workbook holds thousands of such cells, and is read while somebody waits."""
    looked_at = []
    closing = conditions._closing
    monkeypatch.setattr(
        conditions, "_closing", lambda text: looked_at.append(len(text)) or closing(text)
    )
    within, chained = "(" * 990 + ". > 3" + ")" * 990, ". > 3"
    for _ in range(200):
        chained = f"({chained} and . < 9)"

    assert bounds(within) == Bounds(least=Fraction(4))
    assert sum(looked_at) == len(within)
    assert bounds(chained).left.startswith("(((")
    assert sum(looked_at) < 30 * (len(within) + len(chained))
