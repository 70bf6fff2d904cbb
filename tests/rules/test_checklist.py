"""The page a consultant carries: what matters most, as far as there is room, in the order of the walk."""

from __future__ import annotations

from reports.checklist import Item, checklist
from tests.support.builders import a_question


def an_item(place: str, name: str, **given: bool) -> Item:
    return Item(place, a_question(name, evidence="看记录"), "2 档", **given)


def test_what_decides_alone_goes_before_what_a_gate_looks_at_and_before_what_is_unproved() -> None:
    items = [
        an_item("仓库", "stock", unproved=True),
        an_item("车间", "plan", holds=True),
        an_item("车间", "tracing", decides=True, holds=True),
    ]

    page = checklist(items, room=9)

    assert [i.question.id for _, there in page.places for i in there] == ["plan", "tracing"]
    assert (page.left, page.left_reasons) == (1, 1)


def test_places_stand_in_the_order_of_the_walk_and_what_has_no_reason_is_only_counted() -> None:
    items = [
        an_item("仓库", "stock", unproved=True),
        an_item("仓库", "flow"),
        an_item("车间", "plan", decides=True),
    ]

    page = checklist(items)

    assert [place for place, _ in page.places] == ["仓库", "车间"]
    assert (page.left, page.left_reasons) == (1, 0)


def test_a_claim_that_only_keeps_the_share_says_so_as_one_that_a_gate_looks_at_does() -> None:
    assert an_item("车间", "plan", decides=True, holds=True).why == ("决定等级",)
    assert an_item("车间", "plan", holds=True, unproved=True).why == ("必备条件", "没有佐证")
