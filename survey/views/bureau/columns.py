"""The columns of the bureau's lists: on the page, in workbooks and in the bureau's own templates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from reports import figures
from reports.tables import Cell
from survey.readings.ledger import Beside
from survey.store import views as store
from survey.store.sheets import Standing
from survey.store.stages import Stage
from survey.tables import Recognition, SheetKind, Verdict
from survey.views.bureau.choices import Frame
from survey.views.bureau.exports import Column, local_day
from survey.views.bureau.ledger_columns import of_ledger, of_way
from survey.web import here
from survey.words import wording
from survey.words.lists import NO_RUNG, SCALES
from survey.words.rounds import NOT_BEGUN

EVERY = "all"
"""Asks for every column."""
PERSONAL = frozenset({"contact", "phone"})
"""Columns that say how people are reached: whoever looks at them is noted."""
UNVERIFIED = "未核验"
PROVISIONAL = "暂核"


@dataclass(frozen=True)
class Columns:
    """Every column of a list, and the keys of those that are shown, in their order."""

    every: Sequence[Column[Any]]
    shown: Sequence[str]

    @property
    def on_page(self) -> list[Column[Any]]:
        """The columns of the page, one for each key."""
        first = self._first()
        return [first[key] for key in self.shown]

    @property
    def in_workbook(self) -> list[Column[Any]]:
        return [column for key in self.shown for column in self.every if column.key == key]

    @property
    def choices(self) -> list[Column[Any]]:
        """What an officer may choose, first what is shown; the firm itself always leads."""
        first = self._first()
        return [first[key] for key in dict.fromkeys([*self.shown, *first]) if key != "firm"]

    def _first(self) -> dict[str, Column[Any]]:
        first: dict[str, Column[Any]] = {}
        for column in self.every:
            first.setdefault(column.key, column)
        return first


def shown(listed: str, every: Sequence[Column[Any]]) -> Columns:
    """Return the columns asked for: by this address, else by the officer, else the usual ones.

    They stand in the order in which they are asked for, the firm in front.
    """
    known = list(dict.fromkeys(column.key for column in every))
    asked = request.args.get("columns", "")
    kept = known if asked == EVERY else asked.split(".") if asked else _kept(listed)
    wanted = [key for key in dict.fromkeys(["firm", *kept]) if key in known]
    usual = list(dict.fromkeys(column.key for column in every if column.usual))
    found = wanted if len(wanted) > 1 else usual
    if PERSONAL.intersection(found):
        here.shows_persons()
    return Columns(every, found)


def _kept(listed: str) -> list[str]:
    return store.columns_of(here.session(), here.reader().id, listed) or []


# --- of firms -----------------------------------------------------------------------------------


def of_firm(
    trades: Mapping[str, str], *, usual: Collection[str] = ("trade", "township")
) -> tuple[Column[Any], ...]:
    """Who a firm is and where; every list begins with it.

    Args:
        usual: Which are shown until an officer chooses, besides the name.
    """
    return (
        Column("企业名称", lambda line: line.firm, 30, key="firm", sort="firm", usual=True),
        Column("统一社会信用代码", lambda line: line.code, 22, key="firm", usual=True),
        Column(
            "行业",
            lambda line: trades.get(line.trade, line.trade),
            key="trade",
            sort="trade",
            usual="trade" in usual,
        ),
        Column(
            "乡镇（街道）",
            lambda line: line.facts.township,
            key="township",
            sort="township",
            usual="township" in usual,
        ),
        Column("园区", lambda line: line.facts.park, key="park"),
        Column("规上规下", lambda line: _scale(line.facts.above_scale), 10, key="scale"),
        Column("规模", lambda line: wording.SIZES.get(line.facts.size or "", ""), 10, key="size"),
        _number("从业人数（人）", lambda line: line.facts.employees, "employees", "从业"),
        _number("营业收入（万元）", lambda line: line.facts.revenue, "revenue", "营收"),
        Column("联系人", lambda line: line.facts.contact_name, 12, key="contact", label="联系人"),
        Column("联系电话", lambda line: line.facts.contact_phone, 16, key="phone", label="电话"),
    )


def of_firms(trades: Mapping[str, str]) -> tuple[Column[Any], ...]:
    return (
        *of_firm(trades),
        Column("用户（人）", lambda line: line.users, 10, "number", key="users", usual=True),
        Column("未设密码（人）", lambda line: line.waiting, 10, "number", key="users", usual=True),
        Column(
            "最近评估",
            lambda line: wording.STATES.get(line.state or "", NOT_BEGUN),
            key="state",
            usual=True,
        ),
        _pool(lambda line: _pooled(line.pool_state), "pool"),
        day("新增日期", lambda line: local_day(line.added_at), "added", "新增", sort="added"),
    )


def _scale(above: bool | None) -> str:
    return "" if above is None else SCALES["yes" if above else "no"]


def _pooled(state: str | None) -> str:
    return wording.POOL.get(state or "", "")


def _pool(cell: Callable[[Any], Cell], key: str, sort: str = "") -> Column[Any]:
    return Column("在库状态", cell, key=key, sort=sort, usual=True, former="培育阶段")


def _number(title: str, cell: Callable[[Any], Cell], key: str, label: str) -> Column[Any]:
    return Column(title, cell, 14, "number", key=key, sort=key, label=label)


def day(
    title: str,
    cell: Callable[[Any], Cell],
    key: str,
    label: str,
    *,
    sort: str = "",
    usual: bool = False,
) -> Column[Any]:
    return Column(title, cell, 14, "date", key=key, sort=sort or key, usual=usual, label=label)


# --- of assessments -----------------------------------------------------------------------------

Unmet = Mapping[int, Mapping[SheetKind, Sequence[str]]]
Judged = Mapping[int, Mapping[Verdict, int]]


def of_assessments(frame: Frame, unmet: Unmet, judged: Judged) -> tuple[Column[Any], ...]:
    """
    Args:
        unmet: The gates each sheet does not meet, where a column needs them.
        judged: How many answers of each verdict, by assessment, where a column needs them.
    """
    return (
        *of_firm(frame.trades),
        Column("评估轮次", lambda line: line.round, 26, key="round", label="轮次"),
        *_of_results(frame, unmet, lambda line: line.id),
        Column(
            "状态", lambda line: wording.STATES[line.state], key="state", sort="state", usual=True
        ),
        Column("诊断顾问", lambda line: line.consultant, 20, key="consultant", usual=True),
        day("计划日期", lambda line: line.planned_on, "planned", "计划", usual=True),
        day("提交日期", lambda line: local_day(line.submitted_at), "submitted", "提交", usual=True),
        day("核定日期", lambda line: local_day(line.confirmed_at), "confirmed", "核定"),
        _pool(lambda line: _pooled(line.pool_state), "pool"),
        Column(
            "培育目标等级",
            lambda line: frame.rungs.get(line.target_rung or "", ""),
            16,
            key="target",
            label="目标",
        ),
        *_of_verdicts(judged),
    )


def _of_results(frame: Frame, unmet: Unmet, id_of: Callable[[Any], int]) -> tuple[Column[Any], ...]:
    """Rung and share of the sheet that speaks, of both sheets, and what is missing."""
    missing = Missing(frame, unmet)
    return (
        Column("等级", lambda line: rung_title(frame, line.standing), key="rung", usual=True),
        Column("核验", lambda line: verified(line.standing), 10, key="rung", usual=True),
        _share("得分率（%）", lambda line: line.standing, "share", sort="share", usual=True),
        _rung("自评等级", frame, lambda line: line.results.own, "own", "自评"),
        _share(
            "自评得分率（%）",
            lambda line: line.results.own,
            "own_share",
            sort="own_share",
            label="自评",
        ),
        _rung("核定等级", frame, lambda line: line.results.visited, "visited", "核定"),
        _share(
            "核定得分率（%）",
            lambda line: line.results.visited,
            "visited_share",
            sort="visited_share",
            label="核定",
        ),
        Column(
            "自评高出核定（百分点）",
            lambda line: _points(line.results.deviation),
            14,
            "percent",
            key="deviation",
            sort="deviation",
            label="自评高出",
        ),
        Column(
            "几题各降一档会掉级",
            lambda line: line.standing.support or None,
            14,
            "number",
            key="support",
            sort="support",
            label="几题掉级",
        ),
        Column(
            "未核验的题中几题各降一档会掉级",
            lambda line: line.standing.unseen_support or None,
            14,
            "number",
            key="unseen",
            sort="unseen",
            label="未核验几题掉级",
        ),
        Column("距下一级", lambda line: missing.share(line), 24, key="gap", label="距下一级"),
        Column("未达到的必备条件", lambda line: missing.gates(line, id_of(line)), 40, key="gap"),
    )


def _rung(
    title: str, frame: Frame, of: Callable[[Any], Standing], key: str, label: str
) -> Column[Any]:
    return Column(title, lambda line: rung_title(frame, of(line)), 16, key=key, label=label)


def _share(
    title: str,
    of: Callable[[Any], Standing],
    key: str,
    *,
    sort: str = "",
    usual: bool = False,
    label: str = "",
) -> Column[Any]:
    def cell(line: Any) -> Cell:
        share = of(line).share
        return None if share is None else figures.percent_number(share)

    return Column(title, cell, 12, "percent", key=key, sort=sort, usual=usual, label=label)


def _points(permille: int | None) -> float | None:
    return None if permille is None else permille / 10


def _of_verdicts(judged: Judged) -> Iterable[Column[Any]]:
    """How many answers were confirmed, changed, not seen, left as said; empty until confirmed."""

    def column(verdict: Verdict) -> Column[Any]:
        def cell(line: Any) -> int | None:
            return judged[line.id].get(verdict, 0) if line.id in judged else None

        title = f"{wording.VERDICTS[verdict]}（题）"
        return Column(title, cell, 12, "number", key=f"verdict-{verdict}", label=title)

    return [column(verdict) for verdict in Verdict if verdict != Verdict.UNVERIFIED]


def rung_title(frame: Frame, standing: Standing) -> str:
    if standing.step is None:
        return ""
    return frame.rungs.get(standing.rung or "", NO_RUNG)


def verified(standing: Standing) -> str:
    if standing.step is None:
        return ""
    if standing.provisional:
        return PROVISIONAL
    return "已核定" if standing.verified else UNVERIFIED


@dataclass(frozen=True)
class Missing:
    """What lies between a firm and its next rung, by the sheet that speaks."""

    frame: Frame
    unmet: Unmet

    def share(self, line: Any) -> str:
        standing, ladder = line.standing, self.frame.edition.ladder
        if standing.step is None or standing.share is None:
            return ""
        if standing.step == len(ladder):
            return "已是最高等级"
        rung = ladder[standing.step]
        wanting = rung.at_least - standing.share
        said = f"差 {figures.percentage_points(wanting)}" if wanting > 0 else "得分率已够"
        return f"{rung.title}：{said}"

    def gates(self, line: Any, assessment_id: int) -> str:
        kind = SheetKind.ONSITE if line.standing.verified else SheetKind.SELF
        found = self.unmet.get(assessment_id, {}).get(kind, ())
        return "；".join(self.frame.gates.get(gate, gate) for gate in found)


# --- of the pool --------------------------------------------------------------------------------


def of_pool(
    frame: Frame, unmet: Unmet, stages: Sequence[Stage], known: Beside
) -> tuple[Column[Any], ...]:
    """The ledger: who a firm is, where it stands on both ladders, what it does, what is known."""

    def held(write: Callable[[Recognition], str]) -> Callable[[Any], str]:
        return lambda line: "；".join(write(fact) for fact in line.recognitions)

    def titled(title: str, write: Callable[[Recognition], str], width: int = 16) -> Column[Any]:
        return Column(title, held(write), width, key="recognitions", usual=True)

    return (
        *of_firm(frame.trades, usual=("trade",)),
        _pool(lambda line: wording.POOL[line.state], "state", sort="state"),
        *of_way(frame.edition, stages, known),
        *_of_results(frame, unmet, lambda line: line.assessment_id),
        Column(
            "培育目标等级",
            lambda line: frame.rungs.get(line.target_rung, line.target_rung),
            16,
            key="target",
            usual=True,
        ),
        *of_ledger(frame.edition, known),
        titled("认定等级", lambda fact: frame.rungs.get(fact.rung, fact.rung)),
        titled("认定称号", lambda fact: fact.title, 24),
        titled("认定级别", lambda fact: wording.AWARD_LEVELS.get(fact.level, "")),
        titled("认定文号", lambda fact: fact.document, 26),
        Column("认定日期", _recognised_on, 14, "date", key="recognitions", usual=True),
        Column("理由", lambda line: line.reason, 40, key="reason", label="理由"),
        day("变动日期", lambda line: local_day(line.changed_at), "changed", "变动"),
    )


# --- of needs -----------------------------------------------------------------------------------


def _recognised_on(line: Any) -> date | str | None:
    """The day as a day; of several recognitions all days, as a text."""
    days = [fact.recognised_on for fact in line.recognitions]
    return days[0] if len(days) == 1 else "；".join(day.isoformat() for day in days) or None
