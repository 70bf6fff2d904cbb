"""A data file is read without guessing, and every fault is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from questionnaires.model import Standard
from questionnaires.reading import MOST_NODES, Document, read, shape, texts
from tests.support.patience import calls


def reading(folder: Path, text: str | bytes) -> Document:
    file = folder / "core.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(file)


def test_words_whole_numbers_and_true_or_false_need_no_quotes(tmp_path: Path) -> None:
    document = reading(
        tmp_path, "a: 靠粉笔和纸卡，或没有\nb: 12\nc: -3\nd: true\ne: [a b, 0]\nf: ''\n"
    )

    assert document.faults == []
    assert document.value == {
        "a": "靠粉笔和纸卡，或没有",
        "b": 12,
        "c": -3,
        "d": True,
        "e": ["a b", 0],
        "f": "",
    }


@pytest.mark.parametrize(
    "value",
    (
        "no,yes,on,Off,True,012,0x1F,1_000,1:30,24_7,0.45,1.0e+3,.inf,.nan,null,~,2026-03-01,"
        "2026-03-01 08:00:00,="
    ).split(","),
)
def test_what_yaml_would_change_must_stand_in_quotes(tmp_path: Path, value: str) -> None:
    unquoted = reading(tmp_path, f"first: 1\nsecond: {value}\n")
    quoted = reading(tmp_path, f'second: "{value}"\n')

    (fault,) = unquoted.faults
    assert fault.place == "第 2 行 second"
    assert fault.remedy == f'写成 "{value}"'
    assert quoted.faults == []
    assert quoted.value == {"second": value}


def test_a_key_that_yaml_would_change_must_stand_in_quotes_too(tmp_path: Path) -> None:
    assert "“no”" in reading(tmp_path, "no: 1\n").faults[0].fault


def test_an_empty_value_is_a_fault(tmp_path: Path) -> None:
    (fault,) = reading(tmp_path, "title: 阀门\nhelp:\n").faults

    assert (fault.place, fault.fault) == ("第 2 行 help", "没有写内容")


def test_a_key_given_twice_is_a_fault_with_the_line_of_the_second(tmp_path: Path) -> None:
    (fault,) = reading(tmp_path, "id: a\ntitle: 阀门\nid: b\n").faults

    assert fault.fault == "第 3 行重复了键“id”"


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x\n",
        "a: &x 1\n",
        "a: !!python/object/apply:os.system ['true']\n",
        "a: !include other.yaml\n",
        "a: !!str 12\n",
    ],
)
def test_aliases_anchors_and_tags_are_refused_and_never_carried_out(
    tmp_path: Path, text: str
) -> None:
    assert reading(tmp_path, text).faults


def test_merge_keys_are_refused(tmp_path: Path) -> None:
    assert reading(tmp_path, "base: &b {x: 1}\nown:\n  <<: *b\n").faults


def test_an_alias_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    documents = []

    work = calls(lambda: documents.append(reading(tmp_path, "\n".join(lines))))

    assert documents[0].faults
    assert work < 100_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: " + "[" * 3000, "嵌套"),
        ("[" + "1," * (MOST_NODES + 1) + "]", "项"),
        ("a: '" + "字" * 2_000_000 + "'", "MB"),
        ("", "空的"),
        ("# 只有注释\n", "空的"),
        ("a: 1\n---\na: 2\n", "多份"),
        ("a: [1\nb: 2\n", "YAML 格式有误"),
        ("\ta: 1\n", "YAML 格式有误"),
        ("? [a, b]\n: 1\n", "不是一个词"),
        (b"a: \xff\xfe\n", "UTF-8"),
        ("a: \x00\n", "YAML 格式有误"),
    ],
)
def test_a_file_that_is_not_plain_yaml_of_sensible_size_is_refused_whole(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    document = reading(tmp_path, text)

    assert document.value is None
    assert said in document.faults[-1].fault


def test_every_fault_of_shape_is_told_at_once_in_chinese(tmp_path: Path) -> None:
    document = reading(tmp_path, "number: 13927\nyear: 1900\nstatus: valid\nreviewed: soon\nx: 1\n")

    assert shape(document, Standard) is None
    told = {fault.place: fault.fault for fault in document.faults}
    assert told == {
        "第 1 行 number": "应为文字",
        "第 1 行": "缺少“title”",
        "第 2 行 year": "应不小于 1950",
        "第 3 行 status": "“valid”不是允许的值",
        "第 4 行 reviewed": "“soon”不合规定的写法",
        "第 5 行 x": "不认识的键“x”",
    }


def test_every_text_is_found_with_its_place() -> None:
    found = dict(texts({"a": "甲", "b": [{"c": "乙"}, 3], "d": True}))

    assert found == {("a",): "甲", ("b", 0, "c"): "乙"}
