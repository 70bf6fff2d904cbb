"""Two lists of firms in the demonstration: one imported, one that waits for the officer's look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import xlsxwriter
from sqlalchemy.orm import Session

from survey.config import Config
from survey.files import lists
from survey.files.stores import contents_of
from survey.jobs.rosters import work_on
from survey.jobs.workshop import Workshop
from survey.lifecycle import jobs, rosters
from survey.lifecycle.step import Actor, Step
from survey.rosters import heads
from survey.rosters.proposing import proposed
from survey.running.demonstration.rounds import NEWCOMERS
from survey.tables import Firm, Job, Roster, User

SIGNED = ("填表人：虚某", *[""] * 9)
HEAD = (
    *("序号", "企业名称", "统一社会信用代码", "属地", "营业收入", "用工人数", "用电量（万千瓦时）"),
    *("高新", "高新有效期至", "智能工厂"),
)
LEASE = timedelta(minutes=10)


def bring_lists(
    session: Session, config: Config, firms: Sequence[Firm], officer: User, at: datetime
) -> None:
    """Import last year's figures of some firms, and bring a newer list that is only checked.

    Of the newcomers, who have said nothing of themselves yet, the profile shows the list's figures.
    """
    trades = sorted({firm.trade for firm in firms})
    told = [(firm.name, firm.code, firm.township, 1) for firm in firms[:12]]
    told += [(name, code, township, 8) for name, code, _trade, township in NEWCOMERS]
    known = [_row(number, *said) for number, said in enumerate(told, start=1)]
    step = Step(session, Actor(officer.id, officer.name), at)
    first = _checked(step, config, "规上企业名单（虚构）.xlsx", _workbook(2025, known), trades)
    job = rosters.start_import(step, first.id, marks_missing=False, base_version=first.version)
    _work(step, config, job)
    _checked(step, config, "三季度名单（虚构）.xlsx", _workbook(2026, _newer(known)), trades)


def _row(number: int, name: str, code: str, township: str | None, part: int) -> list[Any]:
    """A row of a firm that is ``part`` times smaller than others."""
    whole = 21_000 + 3_170 * number, 60 + 17 * number, 90 + 12.5 * number
    money, people, power = (round(figure / part, 1) for figure in whole)
    high_tech = ("2023", "2026-12-07") if number % 3 == 0 else ("", "")
    titles = (*high_tech, "省级2024" if number == 2 else "")
    return [number, name, code, township, money, int(people), power, *titles]


def _newer(known: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The next list: figures moved, two new firms, one row twice, two that cannot be read."""
    moved = [[*row[:4], row[4] + 260, *row[5:]] for row in known[:8]]
    new = [
        [9, "虚构新落户轴承有限公司", "91990007MAD62DE953", "碧湖镇", 8_200, 45, 61.5],
        [10, "虚构新落户五金有限公司", "91990008MA1MG6K778", "大港头镇", 5_100, 38, 22],
    ]
    bad = [
        [11, "虚构代码变形阀门有限公司", 9.199e17, "碧湖镇", 3_300, 20, 12],
        [12, "虚构数字不清五金有限公司", "91990006MANB08JT9A", "碧湖镇", "约三千万", 20, 12],
    ]
    return [*moved, *new, moved[0], *bad]


def _workbook(year: int, rows: Sequence[Sequence[Any]]) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("名单")
        bold = book.add_format({"bold": True})
        page.merge_range(0, 0, 0, len(HEAD) - 1, f"{year}年度企业名单（演示，均为虚构）", bold)
        page.write(1, len(HEAD) - 1, "单位：千元")
        page.write_row(2, 0, HEAD, bold)
        for at, row in enumerate([*rows, SIGNED], start=3):
            page.write_row(at, 0, row)
        page.set_column(1, 2, 26)
    return stream.getvalue()


def _checked(
    step: Step, config: Config, name: str, content: bytes, trades: Sequence[str]
) -> Roster:
    contents = contents_of(config)
    stored, kind = lists.take(BytesIO(content), name, contents, config.most_upload_bytes)
    roster = rosters.bring(step, stored, kind)
    sheet = lists.outline(contents, roster.sha256, kind)[0]
    head = heads.at(sheet, 3, 3)
    choices = {
        "sheets": [sheet.tab.name],
        "head": [3, 3],
        "first": 4,
        "unit": head.unit,
        "year": head.year,
        "columns": proposed(head.headings, of_part=head.part),
        "trade": trades[0],
        "by_sheet": False,
        "trades": list(trades),
    }
    job = rosters.check(step, roster.id, choices, overwrites=False, base_version=roster.version)
    return _work(step, config, job)


def _work(step: Step, config: Config, job: Job) -> Roster:
    """Do a job here and now; return its list."""
    taken = jobs.take(step, job.id, lambda _kind: LEASE)
    assert taken is not None  # noqa: S101  nobody else works in an instance that is being filled
    jobs.finish(step, taken, work_on(Workshop(config, step.session, taken, LEASE)))
    return step.session.get_one(Roster, taken.subject_id)
