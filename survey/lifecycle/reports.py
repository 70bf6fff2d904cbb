"""The life of a report: asked for, leased by a worker, issued or failed. Each once."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from sqlalchemy.orm import Session

from survey import clock
from survey.lifecycle.errors import Locked, NotThere
from survey.lifecycle.step import About, Actor, Step
from survey.store import assessments
from survey.store import reports as store
from survey.tables import Assessment, JobState, Report, SheetKind

LEASE = timedelta(minutes=3)
MOST_ATTEMPTS = 3
WORKER = Actor(None, "报告工作进程")


def basis_of(session: Session, assessment: Assessment, kind: SheetKind) -> str | None:
    """Return a name for all that a report is made from; None while the sheet has no score."""
    sheet = assessments.sheet(session, assessment.id, kind)
    score = assessments.score(session, sheet.id) if sheet else None
    if score is None:
        return None
    made_from = [
        kind,
        score.scored_at.isoformat(),
        score.share,
        assessment.problems,
        assessment.chosen_packages,
    ]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def request_report(step: Step, assessment_id: int, kind: SheetKind) -> Report:
    """Ask for a report; asking again for the same content gives the same one.

    Raises:
        Locked: The sheet is not handed in, so there is nothing to report on.
    """
    with step.writing() as session:
        assessment = assessments.assessment(session, assessment_id, lock=True)
        if assessment is None:
            raise NotThere
        basis = basis_of(session, assessment, kind)
        if basis is None:
            raise Locked(assessment.state)
        report = store.report_on(session, assessment_id, kind, basis)
        if report is None:
            report = Report(
                assessment_id=assessment_id,
                kind=kind,
                basis=basis,
                state=JobState.QUEUED,
                attempt=0,
                requested_by=step.by.user_id or 0,
                requested_at=step.now,
            )
            session.add(report)
            session.flush()
            report.number = f"{step.now.astimezone(clock.LOCAL):%Y}-{report.id:06d}"
        elif report.state == JobState.FAILED:
            report.state, report.attempt, report.fault = JobState.QUEUED, 0, None
        else:
            return report
        step.log(
            "report_request",
            About("report", report.number or report.id, assessment.firm_id),
            after={"kind": kind},
        )
        return report


def lease(step: Step) -> Report | None:
    """Take the oldest waiting report, or one whose worker died; give up after a few attempts."""
    with step.writing() as session:
        while (report := store.next_waiting(session, step.now)) is not None:
            if report.attempt >= MOST_ATTEMPTS:
                report.state, report.finished_at = JobState.FAILED, step.now
                report.fault = "多次生成都没有完成"
                session.flush()
                continue
            report.state, report.leased_until = JobState.WORKING, step.now + LEASE
            report.attempt += 1
            return report
    return None


def issue(step: Step, report_id: int, attempt: int, *, sha256: str, size: int) -> bool:
    """Record the finished file; False when another worker has taken the report over meanwhile."""
    with step.writing() as session:
        report = store.report(session, report_id, lock=True)
        if report is None or report.state != JobState.WORKING or report.attempt != attempt:
            return False
        report.state, report.finished_at = JobState.DONE, step.now
        report.sha256, report.size = sha256, size
        assessment = assessments.assessment(session, report.assessment_id)
        step.log(
            "report_issue",
            About("report", report.number or report.id, assessment.firm_id if assessment else None),
            after={"sha256": sha256},
        )
        return True


def fail(step: Step, report_id: int, attempt: int, fault: str) -> None:
    """Say why a report could not be made; its reader may ask again."""
    with step.writing() as session:
        report = store.report(session, report_id, lock=True)
        if report is not None and report.state == JobState.WORKING and report.attempt == attempt:
            report.state, report.finished_at, report.fault = JobState.FAILED, step.now, fault[:300]
            step.log(
                "report_fail",
                About("report", report.number or report.id),
                after={"fault": fault[:300]},
                succeeded=False,
            )


def note_download(step: Step, report: Report) -> None:
    """Remember who took a report away."""
    with step.writing() as session:
        assessment = assessments.assessment(session, report.assessment_id)
        step.log(
            "report_download",
            About("report", report.number or report.id, assessment.firm_id if assessment else None),
        )
