"""Which part of its sales the district pays a provider (服务商奖补比例), as it is typed: a line a rate."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from itertools import pairwise
from typing import Final

from reports.contracts import Rate
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.words.providers import share

MOST: Final = 20
MOST_DOCUMENT: Final = 100
_HEAD = re.compile(r"(?:(\d{4}-\d{2}-\d{2}) )?(\d{1,3})(?:\.(\d))? ?", re.ASCII)
LIKE: Final = "2026-01-01 6% 某政〔2026〕9 号"


def read(text: str) -> tuple[Rate, ...]:
    """Read rates in any order, each with the day it begins, its percentage and its paper; put them in theirs.

    One may lack a day: it holds from the beginning. One may lack a paper: it is a reference.

    Raises:
        Invalid: A line is no rate, or two begin on one day.
    """
    lines = [line for line in map(typed.line, text.splitlines()) if line]
    rates = sorted((_rate(line) for line in lines), key=lambda rate: rate.since or date.min)
    if len(rates) > MOST:
        raise Invalid({"provider_rates": f"最多登记 {MOST} 条比例。"})
    for before, after in pairwise(rates):
        if before.since == after.since:
            day = f"都从 {after.since} 起" if after.since else "都没有写起始日期"
            raise Invalid({"provider_rates": f"有两条比例{day}，请改正或删去一条。"})
    return tuple(rates)


def _rate(line: str) -> Rate:
    head, sign, document = re.sub("[%％]", "%", line, count=1).partition("%")
    found = _HEAD.fullmatch(unicodedata.normalize("NFKC", head)) if sign else None
    permille = int(found[2] + (found[3] or "0")) if found else 0
    if found is None or permille > 1000:
        told = (
            f"看不懂“{line[:40]}”。请写起始日期、0 至 100 的比例（最多一位小数）和文号，"
            f"用空格隔开，例如 {LIKE}。"
        )
        raise Invalid({"provider_rates": told})
    document = document.strip()
    if len(document) > MOST_DOCUMENT:
        raise Invalid(
            {"provider_rates": f"文号最多 {MOST_DOCUMENT} 字，请删减“{document[:20]}…”。"}
        )
    try:
        return Rate(permille, document, date.fromisoformat(found[1]) if found[1] else None)
    except ValueError:
        raise Invalid({"provider_rates": f"没有 {found[1]} 这一天，请改正日期。"}) from None


def as_text(rates: tuple[Rate, ...]) -> str:
    """Write rates as ``read`` takes them."""
    return "\n".join(
        f"{one.since or ''} {share(one.permille)}% {one.document}".strip() for one in rates
    )
