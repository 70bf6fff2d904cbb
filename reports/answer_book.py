"""Answers and results of one firm or of many as a workbook: what pages show, as rows to reckon with.

Every sheet is filled from a ``Diagnosis`` alone, so that its figures are those of page and paper.
Shares are cut to one decimal, as they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import IO

from questionnaires.model import Questionnaire, Range
from reports.diagnosis import Diagnosis
from reports.diagnosis.costs import CostLine
from reports.diagnosis.sections import AnswerLine, Part
from reports.facts import SheetKind, Use
from reports.figures import percent_number
from reports.tables import Cell, Column, Leaf, Origin, Sheet, side_by_side

Row = Sequence[Cell]

FIRM = (Column("企业名称", 30), Column("统一社会信用代码", 22))
PARTS: Mapping[Part, str] = {"core": "通用", "trade": "行业", "beside": "不计分"}
USES = {Use.SYSTEM: "系统", Use.MACHINE: "设备"}
ROUTE, BESIDE = "升级必须", "另外建议"

SUMMARY = (
    *FIRM,
    Column("行业"),
    Column("乡镇（街道）", 16),
    Column("评估轮次", 26),
    Column("结果", 18),
    Column("等级", 18),
    Column("总得分率（%）", 12, "percent"),
    Column("通用得分率（%）", 12, "percent"),
    Column("行业得分率（%）", 12, "percent"),
    Column("自评等级", 18),
    Column("自评总得分率（%）", 12, "percent"),
    Column("下一等级", 18),
    Column("还差", 40),
    Column("建议投入 最低（万元）", 14, "money"),
    Column("建议投入 最高（万元）", 14, "money"),
    Column("年费 最低（万元）", 14, "money"),
    Column("年费 最高（万元）", 14, "money"),
)
SCORES = (
    *FIRM,
    Column("部分", 8),
    Column("模块", 24),
    Column("权重", 8, "number"),
    Column("得分率（%）", 12, "percent"),
    Column("自评得分率（%）", 12, "percent"),
    Column("计入总得分率（%）", 12, "percent"),
    Column("计分题数（题）", 10, "number"),
)
GATES = (
    *FIRM,
    Column("等级", 18),
    Column("必备条件", 50),
    Column("现状", 50),
    Column("是否满足", 12),
)
GAPS = (
    *FIRM,
    Column("题号", 10),
    Column("题目", 24),
    Column("模块", 20),
    Column("现在几档", 10, "number"),
    Column("现状", 50),
    Column("不足", 40),
    Column("下一等级要求", 40),
    Column("可提高（%）", 12, "percent"),
    Column("可选改造场景", 24),
)
PLAN = (
    *FIRM,
    Column("场景编号", 12),
    Column("改造场景", 28),
    Column("必须还是另外", 12),
    Column("先后", 16),
    Column("数量", 26),
    *(
        Column(f"{kind} {end}（万元）", 14, "money")
        for kind in ("设备", "软件", "服务", "未分项", "年费")
        for end in ("最低", "最高")
    ),
)
IN_USE = (
    *FIRM,
    Column("类别", 10),
    Column("名称", 30),
    Column("厂商", 24),
    Column("启用年份", 10, "number"),
)
LONG = (
    *FIRM,
    Column("模块", 24),
    Column("题号", 10),
    Column("题目", 24),
    Column("自评答案", 50),
    Column("核验结论", 12),
    Column("现场答案", 50),
    Column("计分档位", 10, "number"),
    Column("核验说明", 40),
    Column("企业备注", 40),
    Column("佐证材料（份）", 12, "number"),
)


def wide_columns(questionnaires: Sequence[Questionnaire]) -> tuple[dict[str, int], list[Column]]:
    """Return where each question's column stands, by its id, and the columns of the wide sheet."""
    questions = {
        id: question for asked in questionnaires for id, question in asked.questions.items()
    }
    heads = [Column(f"{one.code} {one.short}", 14, "number") for one in questions.values()]
    return {id: place for place, id in enumerate(questions)}, [*FIRM, *heads]


class Book:
    """A workbook under way: one firm after another, and none is held."""

    def __init__(self, leaves: Sequence[Leaf], places: Mapping[str, int]) -> None:
        self._leaves, self._places = leaves, places

    def add(self, it: Diagnosis) -> None:
        """Write the rows of one firm into every sheet."""
        found = (
            _summary(it),
            _scores(it),
            _gates(it),
            _gaps(it),
            _plan(it),
            _in_use(it),
            _long(it),
            self._wide(it),
        )
        for leaf, rows in zip(self._leaves, found, strict=True):
            for row in rows:
                leaf.add((it.facts.firm, it.facts.code, *row))

    def _wide(self, it: Diagnosis) -> Iterator[Row]:
        """A level as a number; what has none in words."""
        row: list[Cell] = [None] * len(self._places)
        for _, answer in _answers(it):
            said = answer.level if answer.level is not None else answer.answer
            row[self._places[answer.question_id]] = said
        yield row


@contextmanager
def open_book(
    target: Path | IO[bytes], questionnaires: Sequence[Questionnaire], origin: Origin
) -> Iterator[Book]:
    """Open a workbook of firms that were asked these questions."""
    places, wide = wide_columns(questionnaires)
    sheets = (
        Sheet("总表", SUMMARY, ()),
        Sheet("模块得分", SCORES, ()),
        Sheet("必备条件", GATES, ()),
        Sheet("差距", GAPS, ()),
        Sheet("建议和费用", PLAN, ()),
        Sheet("系统和设备", IN_USE, ()),
        Sheet("答案（一题一行）", LONG, ()),
        Sheet("答案（一家一行）", wide, ()),
    )
    with side_by_side(target, sheets, origin) as leaves:
        yield Book(leaves, places)


def _share(share: Fraction | None) -> Decimal | None:
    return None if share is None else percent_number(share)


def _ends(paid: Range) -> tuple[Cell, Cell]:
    """Both ends of a range of money, exact to 0.01; empty for nothing."""
    return (_money(paid.low), _money(paid.high)) if paid.high else (None, None)


def _money(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator) / Decimal(amount.denominator)


def _summary(it: Diagnosis) -> Iterator[Row]:
    own, costs = it.comparison, it.advice_costs.total.amounts
    yield (
        it.facts.trade,
        it.facts.township,
        it.facts.round,
        it.standing,
        it.rung,
        percent_number(it.share.exact),
        _share(it.core_share.exact if it.core_share else None),
        _share(it.trade_share.exact if it.trade_share else None),
        own.own_rung if own else it.rung,
        percent_number(own.own_share.exact if own else it.share.exact),
        it.missing.title if it.missing else "已在最高等级",
        it.missing.summary if it.missing else "",
        *_ends(costs.once),
        *_ends(costs.yearly),
    )


def _scores(it: Diagnosis) -> Iterator[Row]:
    onsite = it.kind == SheetKind.ONSITE
    for one in it.sections:
        own = one.self_share if onsite else one.share
        yield (
            PARTS[one.part],
            one.title,
            Decimal(one.weight) if one.is_scored else None,
            percent_number(one.share.exact) if one.share else one.share_text,
            percent_number(own.exact) if own else None,
            percent_number(one.contribution.exact) if one.is_scored else None,
            one.counted if one.is_scored else None,
        )


def _gates(it: Diagnosis) -> Iterator[Row]:
    for stair in it.ladder:
        for gate in stair.gates:
            yield (stair.title, gate.wanted, gate.found, gate.state_text)


def _gaps(it: Diagnosis) -> Iterator[Row]:
    for gap in it.gaps:
        yield (
            gap.code,
            gap.short,
            gap.section,
            gap.level,
            gap.answer,
            gap.weakness.plain if gap.weakness else "",
            gap.wanted,
            percent_number(gap.worth.exact),
            "、".join(gap.packages),
        )


def _plan(it: Diagnosis) -> Iterator[Row]:
    """The way first, what is advised beside it after; each package once."""
    way = it.route.costs.lines if it.route else ()
    codes = {line.code for line in way}
    when = {advice.code: wave.title for wave in it.waves for advice in wave.advice}
    for line in way:
        yield _bought(line, ROUTE, when)
    for line in it.advice_costs.lines:
        if line.code not in codes:
            yield _bought(line, BESIDE, when)


def _bought(line: CostLine, why: str, when: Mapping[str, str]) -> Row:
    paid = line.amounts
    kinds = (paid.equipment, paid.software, paid.services, paid.undivided, paid.yearly)
    money = [end for kind in kinds for end in _ends(kind)]
    return (line.code, line.title, why, when.get(line.code, ""), line.units, *money)


def _in_use(it: Diagnosis) -> Iterator[Row]:
    for one in it.facts.in_use:
        yield (USES[one.kind], one.name, one.vendor, one.year)


def _answers(it: Diagnosis) -> Iterator[tuple[str, AnswerLine]]:
    """Every answer a report lists, with the title of its section."""
    return ((section.title, answer) for section in it.sections for answer in section.printed)


def _long(it: Diagnosis) -> Iterator[Row]:
    onsite = it.kind == SheetKind.ONSITE
    for section, one in _answers(it):
        yield (
            section,
            one.code,
            one.short,
            (one.self_answer or one.answer) if onsite else one.answer,
            one.verification,
            one.answer if onsite else "",
            one.level,
            one.reason,
            one.remark,
            len(one.evidence),
        )
