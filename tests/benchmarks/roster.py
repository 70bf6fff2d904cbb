"""A list of firms on its way in: how long each part takes, how long others wait, what a child needs.

The import runs in a process of its own, as a worker does, while clients save and look at pages; what
they wait is set beside what they waited before. Once on SQLite, once on PostgreSQL.
"""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time

import xlsxwriter
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from survey import priority
from survey.files import lists, sandbox
from survey.files.stores import contents_of
from survey.jobs.rosters import work_on
from survey.jobs.workshop import Workshop
from survey.lifecycle import jobs, rosters
from survey.lifecycle.step import Step
from survey.tables import Job, Role, Roster, User
from tests.benchmarks.clients import run
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.instance import accounts, prepared
from tests.benchmarks.jobs import database_on
from tests.benchmarks.web import (
    Running,
    Side,
    Visitor,
    our_environment,
    our_pages,
    our_saves,
    server,
    signed_in,
)
from tests.support.cluster import a_cluster
from tests.support.people import a_user, moment
from tests.support.rosters import choices_of, step_of

FORK = multiprocessing.get_context("fork")
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
CHILD_MEGABYTES = 500
CLIENTS, PAUSE, SECONDS, CALM_ROUNDS = 16, 0.25, 1.5, 6
"""A busy day in a district: sixteen at a time, each with a request every quarter of a second."""
SLOWER = 1.3


@dataclass(frozen=True)
class Bounds:
    """What a list of one length may take, in seconds."""

    check: float
    lock: float
    whole: float


ROWS: Mapping[int, Bounds] = {
    10_000: Bounds(check=10, lock=1, whole=20),
    100_000: Bounds(check=150, lock=10, whole=180),
}


def measure(folder: Path) -> list[Figure]:
    """Import a list of each length into an empty district, on either database."""
    found: list[Figure] = []
    with a_cluster() as cluster:
        for rows in ROWS:
            content = a_list(rows)
            for title, url in (("SQLite", ""), ("PostgreSQL", database_on(cluster, f"r{rows}"))):
                (place := folder / f"{title}-{rows}").mkdir()
                app = prepared(place, demonstration=False, database_url=url)
                found += _measured(app, title, rows, content)
            child = _child(content)
            found.append(
                Figure(_group(rows), "读表的子进程", child, "MB", at_most(CHILD_MEGABYTES))
            )
    return found


def _group(rows: int, title: str = "") -> str:
    return f"名单导入（{rows:,} 行 × {len(HEAD)} 列{'，' + title if title else ''}）"


def _measured(app: Flask, title: str, rows: int, content: bytes) -> list[Figure]:
    clients = accounts(app, CLIENTS)
    with server("wsgi:app", our_environment(app.config["SURVEY"])) as ours:
        traffic = Traffic(ours, [signed_in(ours, account) for account in clients])
        calm, beside = Met("不导入"), Met("导入时")
        traffic.round(Met("先走一遍"))
        for _ in range(CALM_ROUNDS):
            traffic.round(calm)
        mine, theirs = FORK.Pipe(duplex=False)
        worker = FORK.Process(target=_work, args=(app, content, theirs))
        worker.start()
        theirs.close()
        while not mine.poll():
            traffic.round(beside)
        took: dict[str, Took] = mine.recv()
        worker.join()
    undone = _undone(app)
    group, bounds = _group(rows, title), ROWS[rows]
    whole = sum(part.seconds for part in took.values())
    return [
        took["upload"].figure(group, "上传并看表头"),
        took["check"].figure(group, "逐行核对", bounds.check),
        took["import"].figure(group, "导入，占住写锁", bounds.lock),
        Figure(group, "从上传到导入完", whole, "秒", at_most(bounds.whole)),
        undone.figure(group, "撤销到完，每千家一个事务", bounds.whole),
        *_waits(group, "保存", calm.saves, beside.saves),
        *_waits(group, "页面", calm.pages, beside.pages),
    ]


def _waits(group: str, what: str, calm: Side, beside: Side) -> list[Figure]:
    before, then = calm.wait(95), beside.wait(95)
    note = f"p95 {before:.0f} → {then:.0f} 毫秒；最久 {beside.wait(100):.0f} 毫秒"
    return [
        Figure(group, f"导入时{what} p95 与平时之比", then / before, "倍", at_most(SLOWER), note),
        Figure(group, f"导入时{what}出错", beside.errors, "次", at_most(0)),
    ]


@dataclass
class Met:
    """What clients met while they saved, and while they looked at pages."""

    title: str
    saves: Side = field(init=False)
    pages: Side = field(init=False)

    def __post_init__(self) -> None:
        self.saves, self.pages = Side(self.title), Side(self.title)


class Traffic:
    """Clients that save and look at pages in turn, with time between."""

    def __init__(self, ours: Running, visitors: list[Visitor]) -> None:
        self._ours, self._visitors = ours, visitors
        self._sent = [0] * len(visitors)

    def round(self, met: Met) -> None:
        """Let everybody save for a while, then look at pages for a while."""
        most = int(SECONDS / PAUSE) + 2
        saves = our_saves(self._ours, self._visitors, self._sent, most)
        for side, scripts in (
            (met.saves, saves),
            (met.pages, our_pages(self._ours, self._visitors)),
        ):
            paced = [replace(script, pause=PAUSE) for script in scripts]
            side.rounds.append(load := run(self._ours.port, paced, SECONDS))
            if side is met.saves:
                self._sent = [a + b for a, b in zip(self._sent, load.sent, strict=True)]


@dataclass(frozen=True)
class Took:
    """How long a part took by the clock, and how much of a processor, both in seconds."""

    seconds: float
    processor: float

    def figure(self, group: str, title: str, most: float | None = None) -> Figure:
        target = None if most is None else at_most(most)
        note = f"其中本进程用处理器 {self.processor:.2f} 秒"
        return Figure(group, title, self.seconds, "秒", target, note)


@contextmanager
def _watched(took: dict[str, Took], what: str) -> Iterator[None]:
    began, used = perf_counter(), process_time()
    yield
    took[what] = Took(perf_counter() - began, process_time() - used)


def _work(app: Flask, content: bytes, told: Connection) -> None:
    """Bring a list, check and import it, and tell how long each took: behind pages, as a worker does."""
    priority.step_back(priority.BEHIND_PAGES)
    took: dict[str, Took] = {}
    with Session(app.extensions["survey_engine"], expire_on_commit=False) as session:
        officer = a_user(session, Role.OFFICER)
        with _watched(took, "upload"):
            contents = contents_of(app.config["SURVEY"])
            stored, kind = lists.take(BytesIO(content), "名单.xlsx", contents, 2**30)
        roster = rosters.bring(step_of(session, officer), stored, kind)
        for what in ("check", "import"):
            took[what] = _timed(app, session, officer, roster, what)
    told.send(took)


def _undone(app: Flask) -> Took:
    """Undo the one list there is."""
    with Session(app.extensions["survey_engine"], expire_on_commit=False) as session:
        roster = session.scalars(select(Roster)).one()
        officer = session.get_one(User, roster.uploaded_by)
        return _timed(app, session, officer, roster, "undo")


def _timed(app: Flask, session: Session, officer: User, roster: Roster, what: str) -> Took:
    """Do one job about a list here; of an import the transaction alone counts."""
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


def _worked(app: Flask, session: Session, job: Job) -> Took:
    config = app.config["SURVEY"]
    sessions = app.extensions["survey_sessions"]
    with sessions() as own:
        workshop = Workshop(config, own, _taken(own, job), jobs.SOON * 60)
        took: dict[str, Took] = {}
        with _watched(took, "job"):
            effect = work_on(workshop)
            jobs.finish(workshop.step(), workshop.taken, effect)
    session.expire_all()
    session.rollback()
    return took["job"]


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
