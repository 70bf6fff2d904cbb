"""Examples in the yearly report: as their firms agreed, and outside the bureau without a name."""

from __future__ import annotations

from datetime import date

from reports.annual.examples import NOBODY, UNNAMED, Example, examples
from reports.samples import Card, Figure, Item

CARD = Card(
    title="虚构样本厂扫码报工",
    trade="valve",
    size="small",
    processes=(),
    problem="虚构样本厂报工靠纸卡。",
    accepted_by="虚构区经信局",
    accepted_on=date(2026, 6, 10),
    items=(Item("N01", needed=True, price=1200, yearly=100, provider="虚构软件公司"),),
    figures=(Figure("准时交付率", "%", "80", date(2026, 3, 1), "92.5", date(2026, 6, 1)),),
)


def an_example(firm: str) -> Example:
    return Example(firm, "阀门", CARD, {"N01": "扫码报工"})


def test_a_firm_that_agreed_to_be_named_is_named_inside_the_bureau():
    _, told = examples([an_example("虚构样本厂")], outward=False)

    assert told == (
        "虚构样本厂：虚构样本厂扫码报工。做了“扫码报工”。改造前后：准时交付率由 80% 到 92.5%。"
        "合同价合计 12 万元，每年 1 万元。2026 年 6 月 10 日验收，虚构区经信局。"
    )


def test_a_firm_that_did_not_is_called_by_trade_and_size():
    _, told = examples([an_example("")], outward=False)

    assert told.startswith("阀门行业的一家小型企业：")


def test_outside_the_bureau_no_example_names_a_firm_a_provider_or_an_amount():
    says, told = examples([an_example("虚构样本厂")], outward=True)

    assert says == UNNAMED
    assert told == ("阀门行业的一家小型企业。做了“扫码报工”。改造前后：准时交付率由 80% 到 92.5%。")


def test_without_samples_the_chapter_says_so():
    assert examples([], outward=True) == examples([], outward=False) == [NOBODY]
