"""What a provider would have changed in its file, line by line, for the officer who checks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from survey.lifecycle.provider_files import Case, File, Product
from survey.words.providers import FIELDS, price


class Difference(NamedTuple):
    """One thing that a provider would have changed."""

    title: str
    before: str
    after: str


def differences(
    before: File, after: File, packages: Mapping[str, str], trades: Mapping[str, str]
) -> list[Difference]:
    """Say everything that a new file changes, line by line."""

    def said(name: str, value: Any) -> str:
        if name == "trades":
            return "、".join(trades.get(one, one) for one in value) or "不限行业"
        return "、".join(value) if isinstance(value, tuple) else "" if value is None else str(value)

    plain = [
        Difference(title, said(name, getattr(before, name)), said(name, getattr(after, name)))
        for name, title in FIELDS.items()
        if getattr(before, name) != getattr(after, name)
    ]
    products = _rows("产品", before.products, after.products, lambda one: product(one, packages))
    cases = _rows("案例", before.cases, after.cases, lambda one: case(one, packages, trades))
    return [*plain, *products, *cases]


def product(one: Product, packages: Mapping[str, str]) -> str:
    """Say one product on a line."""
    costs = price(one)
    return (
        f"{one.package} {packages.get(one.package, '')}：{one.name}{f'，{costs}' if costs else ''}"
    )


def case(one: Case, packages: Mapping[str, str], trades: Mapping[str, str]) -> str:
    """Say one case on a line, with the firm's name: for those who check it."""
    trade = trades.get(one.trade, "")
    named = "，企业同意公开" if one.named else "，企业未同意公开"
    return f"{one.package} {packages.get(one.package, '')}：{one.firm}{f'（{trade}）' if trade else ''}，{one.accepted_on.isoformat()} 验收{named}"


def _rows(
    title: str, before: Sequence[Any], after: Sequence[Any], say: Callable[[Any], str]
) -> list[Difference]:
    gone = [Difference(f"{title}，删去", say(one), "") for one in before if one not in after]
    new = [Difference(f"{title}，新写", "", say(one)) for one in after if one not in before]
    return gone + new
