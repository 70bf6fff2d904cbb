"""What the paper's font does not have is said in words."""

from pathlib import Path

import pytest

from reports.paper import letters
from reports.paper.letters import in_letters


@pytest.fixture
def ours_alone(monkeypatch):
    """A machine without ``fonts-noto-cjk``."""
    monkeypatch.setattr(letters, "SYSTEM", Path("/of/nobody.ttc"))
    letters._known.cache_clear()
    yield
    letters._known.cache_clear()


def test_a_rare_name_is_printed_where_the_system_has_its_letters():
    assert letters.SYSTEM.is_file(), "fonts-noto-cjk"
    assert in_letters("𠮷㛃赟堃") == "𠮷㛃赟堃"
    assert in_letters("生僻\U0002cb4f字") == "生僻〔U+2CB4F〕字"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("设备 12 台，≥ 30 ℃、μm、Ⅱ 型 ①", None),
        ("很好😀👍🏽", "很好〔表情〕"),
        ("👨‍👩‍👧 一家", "〔表情〕 一家"),
        ("姓𠮷名", "姓〔U+20BB7〕名"),
        ("㛃赟堃", None),
        ("生僻\U0002cb4f\U00030edd字", "生僻〔U+2CB4F〕\U00030edd字"),
        ("断\u0007行\u200d，<b>留</b>\n", "断行，<b>留</b>\n"),
        ("🏭<td>🏭</td>", "〔表情〕<td>〔表情〕</td>"),
    ],
)
def test_a_letter_without_a_shape_has_a_name(typed, printed, ours_alone):
    assert in_letters(typed) == (typed if printed is None else printed)
