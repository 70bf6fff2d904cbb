"""A list as a workbook: the same rows under the same filters, all pages, noted in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from flask import send_file
from flask.typing import ResponseReturnValue

from survey import access, db, district
from survey.clock import LOCAL, local, now, today
from survey.lifecycle.exports import note_export
from survey.views.bureau.choices import said_filters
from survey.views.bureau.workbook import Cell, workbook

Line = TypeVar("Line")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column(Generic[Line]):
    """One column of a list: its title, and what a line says in it."""

    title: str
    cell: Callable[[Line], Cell]


def local_day(moment: datetime | None) -> date | None:
    return moment.astimezone(LOCAL).date() if moment else None


def send_list(
    listed: str,
    title: str,
    columns: Sequence[Column[Any]],
    lines: Sequence[Any],
    filters: Mapping[str, str],
) -> ResponseReturnValue:
    """Send lines as a workbook, after noting who took how many of them."""
    rows = [[column.cell(line) for column in columns] for line in lines]
    said = said_filters(filters)
    about = {
        "清单": title,
        "主管部门": district.current().bureau,
        "筛选条件": said,
        "行数": str(len(rows)),
        "导出时间": local(now()),
        "导出人": access.actor().name,
        "说明": "评估结果供诊断与培育参考，不代替主管部门的正式认定。",
    }
    if district.current().demonstration:
        about["演示"] = "演示数据，企业均为虚构。"
    stream = workbook(title, [column.title for column in columns], rows, about.items())
    note_export(db.session(), listed, len(rows), said, by=access.actor(), now=now())
    name = f"{title}-{today().isoformat()}.xlsx"
    return send_file(stream, mimetype=WORKBOOK, as_attachment=True, download_name=name)
