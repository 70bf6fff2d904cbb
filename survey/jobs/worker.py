"""The job worker: makes reports one after another, in a process of its own."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey import clock
from survey.config import Config
from survey.db import DatabaseMissing
from survey.files import uploads
from survey.lifecycle import reports as steps
from survey.lifecycle.step import Step
from survey.readings.diagnoses import PRINTABLE, diagnosis_of
from survey.store import assessments as store
from survey.store.settings import read
from survey.tables import Assessment, Report, SheetKind

IDLE_SECONDS = 0.7
AFTER_TROUBLE_SECONDS = 5.0
FAULTS = {
    "too_slow": "报告内容太多，生成超时",
    "too_large": "报告内容太多，内存不足",
    "broken": "报告排版出错",
}


def run(app: Flask, until: Callable[[], bool] = lambda: False) -> None:
    """Work until SIGTERM, SIGINT or ``until``; the report in hand is finished first."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.is_set() and not until():
        try:
            busy = work_once(app)
        except (SQLAlchemyError, DatabaseMissing, OSError):
            app.logger.exception("the worker cannot reach its data; it tries again")
            stopping.wait(AFTER_TROUBLE_SECONDS)
            continue
        if not busy:
            stopping.wait(IDLE_SECONDS)


def work_once(app: Flask) -> bool:
    """Make one waiting report; False when there was none."""
    with app.extensions["survey_sessions"]() as session:
        report = steps.lease(Step(session, steps.WORKER, clock.utc_now()))
        if report is None:
            return False
        # What was leased stays as it was leased: read again, its attempt might be another worker's.
        session.expunge(report)
        try:
            made = make(session, report, app.config["SURVEY"])
        except SQLAlchemyError:
            raise
        except Exception as error:
            app.logger.exception("report %s failed", report.number)
            fault = FAULTS.get(getattr(error, "reason", ""), "生成时出错")
            steps.fail(
                Step(session, steps.WORKER, clock.utc_now()), report.id, report.attempt, fault
            )
            return True
        digest = hashlib.sha256(made.read_bytes()).hexdigest()
        size = made.stat().st_size
        uploads.settle(made, path_of(app.config["SURVEY"], digest))
        steps.issue(
            Step(session, steps.WORKER, clock.utc_now()),
            report.id,
            report.attempt,
            sha256=digest,
            size=size,
        )
        return True


def make(session: Session, report: Report, config: Config) -> Path:
    """Write the report's PDF under a name of this attempt; return where."""
    from reports.paper.html import print_report  # only the worker ever loads the printing parts

    assessment = store.assessment(session, report.assessment_id)
    if assessment is None:
        raise LookupError(report.assessment_id)
    diagnosis = diagnosis_of(
        session,
        assessment,
        report.kind,
        place=read(session),
        issued=report.requested_at.astimezone(clock.LOCAL).date(),
        number=report.number or "",
        evidence_bytes=_pictures(session, assessment, report.kind, config),
    )
    session.rollback()  # printing takes a while; no snapshot is held open meanwhile
    config.reports.mkdir(parents=True, exist_ok=True)
    _forget_half_made(config.reports)
    target = config.reports / f"making-{report.id}-{report.attempt}-{os.getpid()}.pdf"
    print_report(diagnosis, target)
    return target


def _forget_half_made(folder: Path) -> None:
    """Remove what a killed worker left; nobody works on a report longer than its lease."""
    for path in folder.glob("making-*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > steps.LEASE.total_seconds():
                path.unlink()


def path_of(config: Config, sha256: str) -> Path:
    """Return where an issued report lies."""
    return config.reports / f"{sha256}.pdf"


def _pictures(
    session: Session, assessment: Assessment, kind: SheetKind, config: Config
) -> dict[str, bytes]:
    sheet = store.sheet(session, assessment.id, kind)
    found: dict[str, bytes] = {}
    for files in store.evidence_of_sheet(session, sheet.id).values() if sheet else ():
        for file in files:
            if file.media_type in PRINTABLE:
                path = uploads.place(config.evidence, file.sha256)
                if path.is_file():
                    found[file.sha256] = path.read_bytes()
    return found
