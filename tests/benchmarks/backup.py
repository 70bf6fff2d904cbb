"""A whole district backed up while readers go on, looked at, and restored into an empty instance.

Rows only: files are copied as they lie, and how fast that is the disk says.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey.running.web_server import GIVE_BACK
from tests.benchmarks.clients import run
from tests.benchmarks.figures import Figure, Target, at_most
from tests.benchmarks.instance import Account, accounts, prepared
from tests.benchmarks.web import Running, Side, our_environment, our_pages, server, signed_in
from tests.support.districts import District
from tests.support.servers import PROJECT

FIRMS = int(os.environ.get("BACKUP_FIRMS", "10000"))
"""So many; fewer to try it."""
READERS, PAUSE, SECONDS, IDLE_ROUNDS = 8, 0.25, 1.0, 20
"""Seconds between two pages of a reader and of a round, and rounds while nothing else is done.

Rounds are as long on both sides: a round's readers begin together, and wait for each other then.
"""
MOST_BACKUP, MOST_RESTORE, MOST_SLOWER = 60, 180, 1.5
GROUP = f"备份与恢复（SQLite，{FIRMS:,} 家 × 3 轮 × 2 份，每份约 60 题；不含文件）"


class Took(NamedTuple):
    """Seconds of a command: by the clock, and of processor time."""

    wall: float
    processor: float


def measure(folder: Path) -> list[Figure]:
    """Fill a district, back it up under its readers, restore it beside."""
    (there := folder / "there").mkdir()
    app = prepared(there, demonstration=False)
    with Session(app.extensions["survey_engine"]) as session:
        District(FIRMS, followed=True).fill(session)
    environment = our_environment(app.config["SURVEY"])
    readers = accounts(app, READERS)
    kept, copy = folder / "kept.tar", environment | _empty(folder / "copy")
    with server("wsgi:app", environment) as ours:
        idle, busy, backed_up = _read_on(ours, readers, environment, kept)
    verified = _command(environment, "verify-backup", str(kept))
    restored = _command(copy, "restore", str(kept))
    slower = busy.wait(95) / idle.wait(95)
    size = f"{kept.stat().st_size / 1e6:.0f} MB"
    waits = (
        f"p95 {idle.wait(95):.1f} → {busy.wait(95):.1f} 毫秒；{READERS} 个读者每 {PAUSE:g} 秒看一页"
    )
    return [
        _figure("备份", backed_up, at_most(MOST_BACKUP), size),
        Figure(GROUP, "备份时网页 p95 是平时的", slower, "倍", at_most(MOST_SLOWER), waits),
        _figure("核对", verified, None, ""),
        _figure("恢复", restored, at_most(MOST_RESTORE), ""),
    ]


def _read_on(
    ours: Running, readers: Sequence[Account], environment: dict[str, str], kept: Path
) -> tuple[Side, Side, Took]:
    """Let readers read while nothing else is done, then as long as a backup is made."""
    scripts = our_pages(ours, [signed_in(ours, reader) for reader in readers])
    scripts = [replace(script, pause=PAUSE) for script in scripts]
    run(ours.port, scripts, SECONDS)
    idle, busy = Side("空闲时"), Side("备份时")
    for _ in range(IDLE_ROUNDS):
        idle.rounds.append(run(ours.port, scripts, SECONDS))
    took: list[Took] = []
    backing_up = threading.Thread(
        target=lambda: took.append(_command(environment, "backup", str(kept)))
    )
    backing_up.start()
    while backing_up.is_alive() or not busy.rounds:
        busy.rounds.append(run(ours.port, scripts, SECONDS))
    backing_up.join()
    return idle, busy, took[0]


def _command(environment: dict[str, str], *words: str) -> Took:
    began = perf_counter()
    command = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app=wsgi", *words],
        cwd=PROJECT,
        env=os.environ | GIVE_BACK | environment,
        stdout=subprocess.DEVNULL,
    )
    _, ended, used = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(ended)
    if command.returncode:
        raise RuntimeError(f"{words} ended with {command.returncode}")
    return Took(perf_counter() - began, _seconds(used))


def _seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def _empty(folder: Path) -> dict[str, str]:
    folder.mkdir()
    return {"INSTANCE": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'survey.db'}"}


def _figure(title: str, took: Took, target: Target | None, note: str) -> Figure:
    said = "，".join(filter(None, (note, f"其中处理器时间 {took.processor:.1f} 秒")))
    return Figure(GROUP, title, took.wall, "秒", target, said)
