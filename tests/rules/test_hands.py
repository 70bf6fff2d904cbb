"""Messages that go along when an assessment passes from hand to hand."""

from __future__ import annotations

from datetime import date

from survey.words import hands

URL = "https://shuzhi.example/assessments/7"
HELP = "虚构科 王五 0578-1234567"


def test_a_returned_sheet_tells_its_firm_why_where_and_whom_to_ask():
    text = hands.returned("虚构阀门厂", "2026 年评估", "补充佐证。", URL, HELP)

    assert text.splitlines() == [
        "虚构阀门厂：“2026 年评估”的答卷退回请贵企业补充，原因是：补充佐证。",
        "请登录修改，改好后按“检查并提交”，手机也可以：",
        URL,
        f"有问题请找{HELP}。",
    ]
    assert "原因" not in hands.returned("虚构阀门厂", "2026 年评估", "", URL, HELP)


def test_a_visit_is_told_to_both_sides_with_its_day_or_that_none_is_set():
    friday, names = date(2026, 12, 4), ["张三", "李四"]

    to_firm = hands.visit("虚构阀门厂", names, friday, URL, "")
    errand = hands.errand(names, "虚构阀门厂", friday, URL, "")

    assert "诊断顾问张三、李四，12 月 4 日（周五）到贵企业" in to_firm
    assert errand.startswith("张三、李四：请到虚构阀门厂现场诊断，计划 12 月 4 日（周五）。")
    assert "有问题" not in to_firm + errand
    assert "日期另约" in hands.visit("虚构阀门厂", names, None, URL, "")
    assert "日期请与企业约定" in hands.errand(names, "虚构阀门厂", None, URL, "")


def test_every_message_holds_its_address_alone_on_a_line():
    """Chat programs link an address up to the next blank; a full stop after it would be taken along."""
    texts = (
        hands.returned("甲", "轮", "理由", URL, HELP),
        hands.visit("甲", ["乙"], None, URL, HELP),
        hands.errand(["乙"], "甲", None, URL, HELP),
        hands.confirmed("甲", "轮", URL, HELP),
    )

    assert all(URL in text.splitlines() for text in texts)
