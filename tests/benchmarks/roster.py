"""A list of firms on its way in: how long each part takes, how long others wait, what a child needs."""

from __future__ import annotations

import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from time import perf_counter

import xlsxwriter
from flask import Flask
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from survey.files import lists, sandbox
from survey.files.stores import contents_of
from survey.jobs.rosters import work_on
from survey.jobs.workshop import Workshop
from survey.lifecycle import jobs, rosters
from survey.lifecycle.step import Step
from survey.tables import Job, Role, Roster, User
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.instance import prepared
from tests.support.people import a_user, moment
from tests.support.rosters import choices_of, step_of

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HEAD = (
    *(
        "序号",
        "企业名称",
        "统一社会信用代码",
        "乡镇（街道）",
        "园区",
        "地址",
        "行业代码",
        "主要产品",
    ),
    *("规模", "是否规上", "营业收入（万元）", "工业总产值", "税收", "研发费", "从业人员", "用电量"),
    *(
        "亩均评价",
        "数字化水平",
        "高新",
        "专精特新",
        "智能工厂",
        "联系人",
        "职务",
        "联系电话",
        "备注",
    ),
)
ROWS = {10_000: 1.0, 100_000: 10.0}
"""How long the lock may be held, in seconds, by rows."""
CHILD_MEGABYTES = 500


def measure(folder: Path) -> list[Figure]:
    """Import a list of each length into an empty district, on SQLite."""
    return [figure for rows, lock in ROWS.items() for figure in _measured(folder, rows, lock)]


def _measured(folder: Path, rows: int, lock: float) -> list[Figure]:
    (place := folder / str(rows)).mkdir()
    app = prepared(place, demonstration=False)
    config, content = app.config["SURVEY"], a_list(rows)
    group = f"名单导入（{rows:,} 行 × {len(HEAD)} 列）"
    with Session(app.extensions["survey_engine"], expire_on_commit=False) as session:
        officer = a_user(session, Role.OFFICER)
        began = perf_counter()
        stored, kind = lists.take(BytesIO(content), "名单.xlsx", contents_of(config), 2**30)
        uploaded = perf_counter() - began
        roster = rosters.bring(step_of(session, officer), stored, kind)
        checked = _timed(app, session, officer, roster, "check")
        imported = _timed(app, session, officer, roster, "import")
        new = roster.counts["new"]
        undone = _timed(app, session, officer, roster, "undo")
    return [
        Figure(group, "上传并看表头", uploaded, "秒"),
        Figure(group, "逐行核对", checked, "秒", at_most(10 if rows == 10_000 else 150)),
        Figure(group, "导入，占住写锁", imported, "秒", at_most(lock), f"新增 {new} 家"),
        Figure(group, "撤销，占住写锁", undone, "秒"),
        Figure(group, "读表的子进程", _child(content), "MB", at_most(CHILD_MEGABYTES)),
    ]


def _timed(app: Flask, session: Session, officer: User, roster: Roster, what: str) -> float:
    """Do one job about a list here; of an import and its undoing the transaction alone counts."""
    step, config = step_of(session, officer), app.config["SURVEY"]
    roster = session.get_one(Roster, roster.id)
    if what == "check":
        chosen = choices_of(config, roster)
        job = rosters.check(step, roster.id, chosen, overwrites=False, base_version=roster.version)
    elif what == "import":
        job = rosters.start_import(step, roster.id, marks_missing=True, base_version=roster.version)
    else:
        job = rosters.start_undo(step, roster.id, base_version=roster.version)
    return _worked(app, session, job)


def _worked(app: Flask, session: Session, job: Job) -> float:
    config = app.config["SURVEY"]
    sessions = app.extensions["survey_sessions"]
    with sessions() as own:
        workshop = Workshop(config, own, _taken(own, job), jobs.SOON * 60)
        began = perf_counter()
        effect = work_on(workshop)
        jobs.finish(workshop.step(), workshop.taken, effect)
        lasted = perf_counter() - began
    session.expire_all()
    session.rollback()
    return lasted


def _taken(session: Session, job: Job) -> jobs.Taken:
    step = Step(session, jobs.WORKER, moment())
    taken = jobs.take(step, job.id, lambda _kind: jobs.SOON * 60)
    assert taken is not None
    return taken


def _child(content: bytes) -> float:
    """Return the most memory the reading child had, in MB."""
    program = [sys.executable, "-I", str(sandbox.PROGRAM), "rows", "xlsx"]
    watched = (
        "import resource, subprocess, sys;"
        f"subprocess.run({program!r}, stdin=sys.stdin, stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    said = subprocess.run(
        [sys.executable, "-c", watched], input=content, capture_output=True, check=True
    )
    return int(said.stdout) / 1024


def a_list(rows: int) -> bytes:
    """A list of invented firms, every cell filled."""
    dice, stream = random.Random(7), BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, HEAD)
        for number in range(1, rows + 1):
            page.write_row(number, 0, _row(dice, number))
    return stream.getvalue()


def _row(dice: random.Random, number: int) -> list[str | float]:
    body = "".join(dice.choice(SIGNS) for _ in range(7))
    code = f"9133{number % 10_000:04d}MA{body}"
    money = [dice.randrange(100, 900_000) / 10 for _ in range(4)]
    return [
        *(number, f"虚构{number}号阀门有限公司", code + uscc.calc_check_digit(code)),
        *(f"虚构{number % 20}镇", "虚构园区", f"虚构路 {number} 号", "3443", "球阀、闸阀"),
        *("小型", "是", *money, dice.randrange(5, 600), dice.randrange(10_000) / 100),
        *("ABCD"[number % 4], "2.0", "2023" if number % 5 == 0 else ""),
        *("省级2024" if number % 7 == 0 else "", "2025" if number % 50 == 0 else ""),
        *("虚某", "厂长", f"000-{number:07d}", "无"),
    ]
