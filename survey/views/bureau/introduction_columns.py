"""The columns of the list of introductions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from survey.views.bureau.columns import day, of_firm
from survey.views.bureau.exports import Column, local_day
from survey.words import providers as words


def of_introductions(
    trades: Mapping[str, str], packages: Mapping[str, str]
) -> tuple[Column[Any], ...]:
    first, code, *rest = of_firm(trades)

    def package(line: Any) -> str:
        return f"{line.package} {packages.get(line.package, '')}".strip()

    return (
        first,
        code,
        *(replace(column, usual=False) for column in rest),
        Column(
            "服务商", lambda line: line.provider, 30, key="provider", sort="provider", usual=True
        ),
        Column("改造场景", package, 26, key="package", sort="package", usual=True, label="场景"),
        Column(
            "状态", lambda line: words.STATES[line.state], 18, key="state", sort="state", usual=True
        ),
        Column("服务商的话", lambda line: line.says, 40, key="says"),
        day("同意日期", lambda line: local_day(line.agreed_at), "agreed", "同意"),
        day("变动日期", lambda line: local_day(line.changed_at), "changed", "变动", usual=True),
        Column("引荐说明", lambda line: line.note, 40, key="note", usual=True, label="说明"),
        Column(
            "没有谈成的原因", lambda line: line.reason, 40, key="reason", usual=True, label="原因"
        ),
        Column("登记成改造项目", _project, 14, key="project"),
    )


def _project(line: Any) -> str:
    return "是" if line.project_id else ""
