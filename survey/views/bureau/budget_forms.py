"""The fields of a budget: what they start with, what was typed, and the terms that it means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from werkzeug.datastructures import MultiDict

from questionnaires.words import SIZES
from reports.budget.errors import Absurd
from reports.budget.firms import Kind
from reports.budget.subsidy import Rules
from reports.budget.terms import By, Limit, Plan, Terms
from reports.district import Target
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.readings.budgets import ABOVE_SCALE, YUAN
from survey.views.bureau.choices import Frame
from survey.words.budgets import FIELDS, said

KINDS: Final = {
    Kind.EQUIPMENT: "设备",
    Kind.SOFTWARE: "软件",
    Kind.SERVICES: "实施服务",
    Kind.UNDIVIDED: "来源没有分类的费用",
    Kind.YEARLY: "每年费用（年费）",
}
AIMS: Final = {"firms": "支持的企业最多", "rungs": "各级分值之和最大"}
COUNTED: Final = "counted-"
"""Before the year of a target of the plan: its counted titles are made as many as can be."""
STARTS: Final = {
    "share": "30",
    "cap": "50",
    "fee_years": "1",
    "withdrawing": "10",
    "aim": "firms",
}
"""Reference values: the county rule of 2024 that is quoted beside the fields."""
LABELS: Final = FIELDS | {"title": "方案名称", "since": "政策开始", "aim": "比什么"}


class LimitLine(NamedTuple):
    """One line of the table of limits; ``key`` ends the names of its two fields."""

    by: By
    value: str
    title: str
    key: str


class BudgetForm:
    """The fields as they stand; ``faults`` names those that cannot be taken."""

    def __init__(
        self,
        frame: Frame,
        townships: tuple[str, ...],
        today: date,
        given: MultiDict[str, str] | None = None,
        targets: Iterable[Target] = (),
        counted: Callable[[Target], Collection[int]] = lambda _target: (),
    ) -> None:
        """Take the fields as they were typed, or as they begin.

        Args:
            targets: Those of the district's plan.
            counted: Says which firms count towards one already.
        """
        self.frame, self.faults, self.counted = frame, dict[str, str](), counted
        ladder = {rung.id for rung in frame.edition.ladder}
        to_come = (one for one in targets if one.ends >= today and ladder & set(one.rungs))
        self.targets = {f"{COUNTED}{one.year}": one for one in to_come}
        self.given = given
        self.today = today
        self.limits = tuple(_lines(frame, townships))

    def value(self, name: str) -> str:
        """What stands in a field."""
        if self.given is not None:
            return self.given.get(name, "")
        starts = STARTS | {"day": self.today.isoformat()}
        starts |= {f"worth-{step}": str(step) for step, _ in self.steps}
        return starts.get(name, "")

    def ticked(self, name: str, value: str) -> bool:
        if self.given is not None:
            return value in self.given.getlist(name)
        return name == "kinds" and value != Kind.YEARLY

    @property
    def steps(self) -> list[tuple[int, str]]:
        """The rungs by position; the first is where many firms stand already, and a goal all the same."""
        return [(step, rung.title) for step, rung in enumerate(self.frame.edition.ladder, 1)]

    @property
    def told(self) -> list[tuple[str, str]]:
        """Each fault with the field it is about, named once."""
        labelled = [(name, self._label(name), words) for name, words in self.faults.items()]
        return [
            (name, words if words.startswith(label) else f"{label}：{words}")
            for name, label, words in labelled
        ]

    def _label(self, name: str) -> str:
        kind, _, key = name.partition("-")
        if kind in ("least", "most"):
            title = next((line.title for line in self.limits if line.key == key), key)
            return f"{title}{'至少' if kind == 'least' else '最多'}"
        if kind in ("award", "worth"):
            rung = dict(self.steps).get(typed.whole(key) or 0, key)
            return f"“{rung}”的{'奖励' if kind == 'award' else '分值'}"
        return LABELS.get(name, name)

    @property
    def aims(self) -> dict[str, str]:
        """What may be made as much as can be, with the plan's targets that are still to come."""
        return AIMS | {key: self._target_said(one) for key, one in self.targets.items()}

    def _target_said(self, target: Target) -> str:
        titles = (rung.title for rung in self.frame.edition.ladder if rung.id in target.rungs)
        return f"计入 {target.year} 年规划目标的企业最多（{'、'.join(titles)}）"

    # --- read -----------------------------------------------------------------------------------

    def terms(self) -> Terms | None:
        """Return what the fields mean; None where ``faults`` says why not."""
        money = self._money("money")
        if money is None:
            self.faults.setdefault("money", "请填预算，以万元计，例如 2000。")
        if self.value("aim") not in self.aims:  # such as a target of the plan that was taken back
            self.faults["aim"] = "没有这一种，请从列出的几种里选一种。"
        rules, worth, limits = self._rules(), self._worth(), tuple(self._limits())
        day = self._day("day") or self.today
        if self.faults or rules is None:
            return None
        try:
            return Terms(money or 0, rules, day, worth, limits, plan=self._plan())
        except Absurd as error:
            self.faults[error.field] = said(error)
            return None

    def withdrawing(self) -> int:
        return self._whole("withdrawing", 100) or 0

    def _rules(self) -> Rules | None:
        ticked = [kind for kind in Kind if self.ticked("kinds", kind)]
        sizes = [size for size in SIZES if self.ticked("sizes", size)]
        read = {
            "share": self._percent("share"),
            "cap": self._money("cap"),
            "least_counted": self._money("least_counted") or 0,
            "least_own": self._money("least_own") or 0,
            "fee_years": self._whole("fee_years", 10) or 0,
        }
        awards = {step: self._money(f"award-{step}") or 0 for step, _ in self.steps}
        since, until = self._day("since"), self._day("until")
        if read["cap"] is None:
            self.faults.setdefault("cap", "请填每家最多补多少，以万元计，例如 50。")
        if self.faults:
            return None
        try:
            return Rules(
                share=read["share"] or 0,
                cap=read["cap"] or 0,
                least_counted=read["least_counted"] or 0,
                least_own=read["least_own"] or 0,
                kinds=frozenset(ticked),
                fee_years=read["fee_years"] or 0,
                sizes=frozenset(sizes),
                titles=frozenset([ABOVE_SCALE]) if self.ticked("above", "yes") else frozenset(),
                since=since,
                until=until,
                awards={step: award for step, award in awards.items() if award},
            )
        except Absurd as error:
            self.faults[error.field] = said(error)
            return None

    def _worth(self) -> dict[int, int]:
        aim = self.value("aim")
        if target := self.targets.get(aim):
            ladder = self.frame.edition.ladder
            return {step: 1 for step, rung in enumerate(ladder, 1) if rung.id in target.rungs}
        if aim != "rungs":
            return {}
        return {step: self._whole(f"worth-{step}", 1_000) or 0 for step, _ in self.steps}

    def _plan(self) -> Plan | None:
        target = self.targets.get(self.value("aim"))
        return Plan(target.year, frozenset(self.counted(target))) if target else None

    def _limits(self) -> Iterator[Limit]:
        for line in self.limits:
            least = self._whole(f"least-{line.key}", 100_000)
            most = self._whole(f"most-{line.key}", 100_000)
            if least is None and most is None:
                continue
            try:
                yield Limit(line.by, line.value, least or 0, most)
            except Absurd as error:
                self.faults[f"most-{line.key}"] = said(error)

    def _money(self, name: str) -> int | None:
        try:
            hundredths = typed.money(name, self.value(name))
        except Invalid as error:
            self.faults |= error.fields
            return None
        return None if hundredths is None else hundredths * YUAN

    def _percent(self, name: str) -> int | None:
        try:
            share = typed.money(name, self.value(name).strip().removesuffix("%"))
        except Invalid:
            share = None
        if share is None or share > 10_000:
            self.faults[name] = "请填 0 到 100 之间的百分数，最多两位小数，例如 30。"
        return share

    def _whole(self, name: str, most: int) -> int | None:
        text = typed.plain(self.value(name))
        number = typed.whole(text)
        if text and (number is None or number > most):
            self.faults[name] = f"请填 0 到 {most} 之间的整数，不填就空着。"
        return number

    def _day(self, name: str) -> date | None:
        text = self.value(name).strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.faults[name] = "看不懂这个日期，请写成 2027-01-31 这样。"
            return None


def _lines(frame: Frame, townships: tuple[str, ...]) -> Iterator[LimitLine]:
    for number, (value, title) in enumerate(frame.trades.items()):
        yield LimitLine(By.TRADE, value, title, f"trade-{number}")
    for number, township in enumerate(townships):
        yield LimitLine(By.TOWNSHIP, township, township, f"township-{number}")
    for number, (value, title) in enumerate(SIZES.items()):
        yield LimitLine(By.SIZE, value, title, f"size-{number}")
