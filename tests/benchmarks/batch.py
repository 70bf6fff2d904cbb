"""Three hundred reports by one batch with two presses, and what readers of pages wait meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import pymupdf
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.clock import utc_now
from survey.config import Config
from survey.files.stores import contents_of
from survey.jobs.queue import Queue
from survey.lifecycle import assessments, batches
from survey.lifecycle.selections import Seen
from survey.lifecycle.step import Actor, Step
from survey.running.web_server import GIVE_BACK
from survey.tables import (
    Assessment,
    AssessmentState,
    Batch,
    BatchKind,
    BatchState,
    Document,
    Role,
    SheetKind,
)
from tests.benchmarks import processes
from tests.benchmarks.clients import Script, run
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.instance import BY, accounts, prepared
from tests.benchmarks.web import (
    STOP_SECONDS,
    Running,
    Side,
    our_environment,
    our_pages,
    server,
    signed_in,
)
from tests.support.people import a_user
from tests.support.servers import PROJECT

REPORTS = int(os.environ.get("BATCH_REPORTS", "300"))
"""So many; fewer to try it."""
PRESSES, READERS = 2, 8
PAUSE, SECONDS, IDLE_ROUNDS = 0.25, 5.0, 4
"""Seconds between two pages of a reader and of a round, and rounds while nothing is printed."""
GIVE_UP = timedelta(minutes=30)
GROUP = f"批量 {REPORTS} 份诊断报告（{PRESSES} 个排版进程；{READERS} 个读者每 {PAUSE:g} 秒看一页）"


def measure(folder: Path) -> list[Figure]:
    """Print them all while readers go on as before, and count pages when the archive is there."""
    app = prepared(folder, demonstration=False)
    readers = accounts(app, REPORTS + READERS)[:READERS]
    with Session(app.extensions["survey_engine"], expire_on_commit=False) as session:
        chosen, officer = _handed_in(session), a_user(session, Role.OFFICER)
        by = Actor(officer.id, officer.name, role=officer.role)
    with server("wsgi:app", our_environment(app.config["SURVEY"])) as ours:
        scripts = our_pages(ours, [signed_in(ours, reader) for reader in readers])
        scripts = [replace(script, pause=PAUSE) for script in scripts]
        run(ours.port, scripts, SECONDS)
        idle, busy = Side("空闲时"), Side("批量时")
        with _workers(app.config["SURVEY"]) as workers:
            for _ in range(IDLE_ROUNDS):
                _round(idle, ours, scripts)
            before = _used(workers)
            began = perf_counter()
            batch_id = _ask(app, by, chosen)
            while _is_being_made(app, batch_id):
                _round(busy, ours, scripts)
                if perf_counter() - began > GIVE_UP.total_seconds():
                    raise RuntimeError("the batch does not end")
            used = _used(workers) - before
    return _figures(app, batch_id, idle, busy, used)


def _handed_in(session: Session) -> list[Seen]:
    """Hand in every sheet but the readers'; firms' profiles stand as they began."""
    ids = list(session.scalars(select(Assessment.id).order_by(Assessment.id)))[READERS:]
    for assessment_id in ids:
        assessments.submit(Step(session, BY, utc_now()), assessment_id, declared_by="测速")
    query = select(Assessment.id, Assessment.version).order_by(Assessment.id)
    found = session.execute(query.where(Assessment.state == AssessmentState.SUBMITTED))
    return [Seen(*row) for row in found]


@contextmanager
def _workers(config: Config) -> Iterator[list[int]]:
    """Run the job workers, one for each press, as ``flask work`` does."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "flask", "--app=wsgi", "work"],
            cwd=PROJECT,
            env=os.environ | GIVE_BACK | our_environment(config),
            start_new_session=True,
        )
        for _ in range(PRESSES)
    ]
    try:
        yield [one.pid for one in started]
    finally:
        for one in started:
            one.send_signal(signal.SIGTERM)
        for one in started:
            one.wait(3 * STOP_SECONDS)


def _used(workers: list[int]) -> float:
    return sum(processes.processor_seconds(one, with_ended=True) for one in workers)


def _round(side: Side, ours: Running, scripts: list[Script]) -> None:
    side.rounds.append(run(ours.port, scripts, SECONDS))


def _ask(app: Flask, by: Actor, chosen: list[Seen]) -> int:
    """Ask as the officer's button does."""
    queue: Queue = app.extensions["survey_queue"]
    with Session(app.extensions["survey_engine"]) as session:
        step = Step(session, by, utc_now())
        batch, jobs = batches.ask(step, BatchKind.REPORTS, SheetKind.SELF, chosen, "测速")
        for job in jobs:
            queue.send(job.id)
        return batch.id


def _is_being_made(app: Flask, batch_id: int) -> bool:
    with Session(app.extensions["survey_engine"]) as session:
        return session.get_one(Batch, batch_id).state == BatchState.MAKING


def _figures(app: Flask, batch_id: int, idle: Side, busy: Side, used: float) -> list[Figure]:
    with Session(app.extensions["survey_engine"]) as session:
        batch = session.get_one(Batch, batch_id)
        assert batch.ended_at is not None, "the batch has ended"
        seconds = (batch.ended_at - batch.began_at).total_seconds()
        issued = session.scalar(select(func.count(Document.id))) or 0
        hashes = list(session.scalars(select(Document.sha256)))
    contents = contents_of(app.config["SURVEY"])
    pages = [len(pymupdf.open(stream=contents.read(one), filetype="pdf")) for one in hashes]
    took = f"{seconds:.0f} 秒，压缩包 {batch.size / 1_000_000:.1f} MB"
    waits = f"空闲 p95 {idle.wait(95):.1f} 毫秒，批量时 {busy.wait(95):.1f} 毫秒"
    return [
        Figure(GROUP, "做成的报告", issued, "份", at_least(REPORTS), took),
        Figure(GROUP, "每份页数", median(pages), "页"),
        Figure(GROUP, "每秒页数", sum(pages) / seconds, "页/秒", at_least(18)),
        Figure(GROUP, "每页处理器时间", used / sum(pages), "秒", at_most(0.08)),
        Figure(GROUP, "网页 p95 与空闲时之比", busy.wait(95) / idle.wait(95), "倍", at_most(1.3), waits),
        Figure(GROUP, "网页错误", idle.errors + busy.errors, "次", at_most(0)),
    ]  # fmt: skip
