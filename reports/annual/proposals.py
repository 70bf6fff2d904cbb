"""Sentences an officer may take over or change, drawn from the tables of the report and from nothing else.

What is held back in a table is in no sentence: a clause is left out with the figure it would say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from reports.annual import Written
from reports.dashboard import NONE, TOTAL, Cell, Line, Table
from reports.small_cells import WITHHELD

MOST = 3
BEST = 5
Tables = Mapping[str, Table]


def proposed(tables: Tables, round_: str, year: int) -> Written:
    """Propose all three parts.

    Args:
        year: In which it is written: targets of years before are over.
    """
    parts = (_work(tables, round_), _problems(tables, year), _next(tables, year))
    return Written(*("\n".join(part) for part in parts))


def beginning(tables: Tables, year: int) -> list[str]:
    """Say where the district stands by its plan, as a year in which the report is made."""
    said = "".join(
        f"{line.title}要求 {line.cells[0].text} 家，{_reached(line, year)}。"
        for line in _lines(tables, "plan")
    )
    return [said] if said else []


def _reached(line: Line, year: int) -> str:
    _, recognised, missing = line.cells[:3]
    if not missing.number:
        return f"已认定 {recognised.text} 家，目标已完成"
    if _is_over(line, year):
        return f"到期时认定 {recognised.text} 家，没有完成"
    return f"已认定 {recognised.text} 家，还差 {missing.text} 家"


def _is_over(line: Line, year: int) -> bool:
    """Whether the year that a target of the plan names at first is over."""
    named = re.search(r"\d{4}", line.title)
    return named is not None and int(named[0]) < year


def best(tables: Tables) -> list[str]:
    """Name the modules firms are best and worst at, trade by trade."""
    means = sorted(_means(tables), key=lambda one: -(one[1].number or 0))
    if len(means) < 2 * BEST:
        return []
    strong, weak = means[:BEST], list(reversed(means[-BEST:]))
    return [f"得分率最高的五项：{_scored(strong)}。", f"得分率最低的五项：{_scored(weak)}。"]


def _scored(means: Sequence[tuple[str, Cell]]) -> str:
    return "、".join(f"{name}{cell.text}%" for name, cell in means)


def _means(tables: Tables) -> Iterator[tuple[str, Cell]]:
    table = tables.get("heat")
    for line in table.lines if table else ():
        for trade, cell in zip(table.head[1:] if table else (), line.cells, strict=True):
            if _is_said(cell):
                yield f"{line.title}（{trade}）", cell


# --- the three parts ------------------------------------------------------------------------------


def _work(tables: Tables, round_: str) -> Iterator[str]:
    steps = {
        "邀请": "邀请企业 {} 家", "填报": "开始填报 {} 家", "提交": "提交答卷 {} 家",
        "诊断核定": "现场诊断核定 {} 家", "入库": "其中已入培育库 {} 家", "认定": "已认定 {} 家",
    }  # fmt: skip
    if said := _clauses(tables, "funnel", lambda line: steps[line.title]):
        yield f"{round_}{said}。"
    if said := _clauses(tables, "projects", lambda line: f"{_in_a_row(line.title)} {{}} 个"):
        yield f"改造项目：{said}{_spent(tables)}。"
    if (line := _sum(tables, "samples")) and _is_said(*line.cells[:2]):
        cards, copies = line.cells[:2]
        yield f"公开样本 {cards.text} 张，照做 {copies.text} 家次。"
    if (line := _sum(tables, "needs")) and _is_said(*line.cells[-2:]):
        whole, rate = line.cells[-2:]
        on_time = f"，按期办结率 {rate.text}" if rate.text != NONE else ""
        yield f"登记企业诉求 {whole.text} 件{on_time}。"


def _in_a_row(title: str) -> str:
    """A state's title as one of several between commas."""
    return title.replace("，", "")


def _spent(tables: Tables) -> str:
    """Say what all projects cost and were granted, where the table has it."""
    line = _sum(tables, "projects")
    if line is None or len(line.cells) == 1:
        return ""
    price, asked, granted = (cell.text for cell in line.cells[2:5])
    return f"；一次性投入合计 {price} 万元，申请补助 {asked} 万元，已兑现 {granted} 万元"


def _problems(tables: Tables, year: int) -> Iterator[str]:
    yield from _missed(tables, year)
    gates = [one for one in _lines(tables, "gates") if _is_said(one.cells[0])][:MOST]
    if gates:
        named = "、".join(f"“{one.title}”（{one.cells[0].text} 家）" for one in gates)
        yield f"上一级的必备条件里，没达到的企业最多的是{named}。"
    weak = sorted(_means(tables), key=lambda one: one[1].number or 0)[:MOST]
    if weak:
        yield f"得分率最低的是{_scored(weak)}。"
    if (line := _sum(tables, "unreached")) and _is_said(line.cells[-1]):
        yield f"还有 {line.cells[-1].text} 家企业任何一轮都没有开始填报。"
    if line := _sum(tables, "needs"):
        late = line.cells[tables["needs"].head.index("超期未办结") - 1]
        if _is_said(late) and late.number:
            yield f"企业诉求有 {late.text} 件超期未办结。"


def _missed(tables: Tables, year: int) -> Iterator[str]:
    for line in _lines(tables, "plan"):
        wanted, recognised, missing = line.cells[:3]
        if missing.number and _is_over(line, year):
            yield f"{line.title}的目标没有完成：要求 {wanted.text} 家，到期时认定 {recognised.text} 家。"


def _next(tables: Tables, year: int) -> Iterator[str]:
    for line in _lines(tables, "plan"):
        if line.cells[2].number and not _is_over(line, year):
            yield f"对照{line.title}的目标，还差 {line.cells[2].text} 家，排出名单，逐家跟进。"
    wishes = [one for one in _lines(tables, "demand") if _is_said(one.cells[0])][:MOST]
    if wishes:
        named = "、".join(f"{one.title}（{one.cells[0].text} 家）" for one in wishes)
        yield f"企业需求最多的是：{named}，组织服务商对接。"
    if (left := _sum(tables, "unreached")) and _is_said(left.cells[-1]):
        yield f"对没有参加评估的 {left.cells[-1].text} 家企业上门动员。"


def _clauses(tables: Tables, name: str, says: Callable[[Line], str]) -> str:
    lines = [one for one in _lines(tables, name) if one.title != TOTAL]
    said = [says(one).format(one.cells[0].text) for one in lines if _is_said(one.cells[0])]
    return "，".join(said)


def _lines(tables: Tables, name: str) -> tuple[Line, ...]:
    return tables[name].lines if name in tables else ()


def _sum(tables: Tables, name: str) -> Line | None:
    """The line that counts all of a table: its last, which is its only one where there is one."""
    lines = _lines(tables, name)
    return lines[-1] if lines else None


def _is_said(*cells: Cell) -> bool:
    return all(cell.text not in (WITHHELD, NONE) for cell in cells)
