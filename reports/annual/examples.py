"""The chapter on examples (典型案例): what samples did, as their firms agreed to have it told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.words import SIZES
from reports.figures import amount, date_text
from reports.samples import Card

NOBODY = "目前没有企业同意公开的样本，本年不列典型案例。"
AGREED = "以下案例经企业同意公开。"
UNNAMED = "以下案例经企业同意公开，公开版不写企业名称、金额和服务商。"


@dataclass(frozen=True)
class Example:
    """A sample that others may see.

    ``firm`` is empty where its firm did not agree to be named; ``packages`` are titles by code.
    """

    firm: str
    trade: str
    card: Card
    packages: Mapping[str, str]


def examples(found: Sequence[Example], *, outward: bool) -> list[str]:
    """Tell every example in a paragraph; what may leave the bureau names nobody, and no amount."""
    if not found:
        return [NOBODY]
    told = (_outside(one) if outward else _inside(one) for one in found)
    return [UNNAMED if outward else AGREED, *told]


def _inside(it: Example) -> str:
    card = it.card
    once = f"合同价合计 {_money(card.price)}" if card.price else ""
    yearly = f"，每年 {_money(card.yearly)}" if card.yearly else ""
    own = [f"{once}{yearly}".lstrip("，"), _accepted(card)]
    return _sentences([f"{it.firm or _kind(it)}：{card.title}", *_facts(it), *own])


def _outside(it: Example) -> str:
    return _sentences([_kind(it), *_facts(it)])


def _kind(it: Example) -> str:
    size = next((title for size, title in SIZES.items() if size == it.card.size), "")
    return f"{it.trade}行业的一家{size}企业"


def _facts(it: Example) -> Iterator[str]:
    """What a card says of the work itself, in words nobody typed but of figures' titles."""
    named = dict.fromkeys(it.packages.get(item.package, item.package) for item in it.card.items)
    if named:
        yield f"做了{''.join(f'“{one}”' for one in named)}"
    figures = [
        f"{one.title}由 {one.before}{unit}{gap}到 {one.after}{unit}"
        for one in it.card.figures
        for unit in [one.unit if one.unit.startswith("%") else f" {one.unit}" if one.unit else ""]
        for gap in ["" if unit[-1:] >= "一" else " "]
    ]
    if figures:
        yield f"改造前后：{'，'.join(figures)}"


def _accepted(card: Card) -> str:
    if card.accepted_on is None:
        return ""
    by = f"，{card.accepted_by}" if card.accepted_by else ""
    return f"{date_text(card.accepted_on)}验收{by}"


def _money(hundredths: int) -> str:
    return f"{amount(Fraction(hundredths, 100))} 万元"


def _sentences(said: Sequence[str]) -> str:
    return "".join(f"{one.rstrip('。')}。" for one in said if one)
