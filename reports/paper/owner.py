"""What an owner reads on one page: where the firm stands, three reasons, three next steps, money, time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from reports.diagnosis import FIRST_THINGS, Diagnosis
from reports.diagnosis.advice import Advice

MOST = 64
"""Characters of a sentence on this page; what is longer stands in full further on."""


@dataclass(frozen=True)
class Reason:
    """Why the firm stands where it stands, in two short sentences."""

    title: str
    says: str


@dataclass(frozen=True)
class Step:
    """What to do, when, how long, for how much, and what the firm does itself."""

    title: str
    when: str
    cost: str
    own: str


@dataclass(frozen=True)
class OwnersPage:
    """The page; ``money`` and ``months`` are of the whole way that leads to the next rung."""

    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    money: str
    yearly: str
    months: str
    whole: bool
    """The sums are of the way to the next rung, all of it; else of everything advised."""


def owners_page(it: Diagnosis) -> OwnersPage:
    """Say the most important of a diagnosis."""
    costs = it.leading_costs
    return OwnersPage(
        reasons=tuple(islice(_reasons(it), FIRST_THINGS)),
        steps=tuple(_step(it, advice) for advice in it.to_begin_with),
        money=costs.once,
        yearly=costs.yearly.removeprefix("每年 "),
        months=costs.months if costs.lines else "—",
        whole=it.advice_begins_with_route,
    )


def _reasons(it: Diagnosis) -> Iterator[Reason]:
    """First the gates of the next rung, then the share, then what weighs most."""
    if it.missing:
        for gate in it.missing.gates[:2]:
            yield Reason(cut(gate.wanted), f"现在：{cut(gate.found)}")
        if not it.missing.threshold_met:
            line = f"离“{it.missing.title}”的分数线 {it.missing.threshold.text} 还差"
            yield Reason(f"{line} {it.missing.missing.text}", _weakest(it))
    for gap in it.gaps:
        if not gap.is_gate:
            says = gap.weakness.official if gap.weakness else gap.answer
            yield Reason(f"{gap.section}：{gap.short}还要提升", cut(says))


def _weakest(it: Diagnosis) -> str:
    named = "、".join(f"{line.title}（{line.share_text}）" for line in it.weakest)
    return f"最弱的是{named}" if named else "各能力域的得分率相同"


def _step(it: Diagnosis, advice: Advice) -> Step:
    task = next((t for t in it.plan.schedule.tasks if t.code == advice.code), None)
    when = (advice.starts and f"{advice.starts}启动") or (task.months if task else "")
    costs = (advice.cost, advice.yearly, advice.weeks)
    return Step(
        title=f"{advice.code} {advice.title}",
        when=when,
        cost="，".join(filter(None, costs)),
        own=cut(advice.firm_does),
    )


def cut(text: str, most: int = MOST) -> str:
    """Cut a sentence to what a line or two hold."""
    return text if len(text) <= most else text[: most - 1].rstrip("，、；：（“") + "…"
