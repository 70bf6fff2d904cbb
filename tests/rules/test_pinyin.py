"""How names are spelled for lists: in letters that both databases put in the same order."""

import pytest

from survey.tables.pinyin import MOST, spelled, tidy


@pytest.mark.parametrize(
    "name, expected",
    [
        ("虚构阀门厂", "xu gou fa men chang"),
        ("重庆长安（虚构）", "chong qing chang an xu gou"),
        ("ＡＢ3号Valve", "ab3 hao valve"),
        ("绿源", "lv yuan"),
        ("'=1+1\x00", "1 1"),
        ("", ""),
    ],
)
def test_a_name_is_spelled_without_marks_and_tones(name, expected):
    assert spelled(name) == expected


def test_a_spelling_an_officer_types_is_kept_in_plain_small_letters():
    assert tidy("  Zēng-SHÌ　fǎ mén ") == "zeng shi fa men"
    assert len(tidy("zhuang " * 200)) <= MOST


def test_a_shorter_syllable_stands_before_a_longer_one_that_begins_alike():
    assert sorted(map(spelled, ["先锋", "西安"])) == ["xi an", "xian feng"]
