"""What works in the background: how far each job is, and what to do about one that is stuck."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.jobs.queue import Queue
from survey.lifecycle import jobs as steps
from survey.store import jobs as store
from survey.tables import JobState
from survey.web import here, lists
from survey.words import jobs as words

pages = Blueprint("jobs", __name__, url_prefix="/admin/jobs")
TONES = {
    JobState.QUEUED: "note",
    JobState.WORKING: "note",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "plain",
}


def send(job_id: int) -> None:
    """Tell the workers of a job whose row is committed."""
    queue: Queue = current_app.extensions["survey_queue"]
    queue.send(job_id)


@pages.get("")
def home() -> ResponseReturnValue:
    """List jobs, newest first."""
    asked = request.args.get("state", "")
    state = JobState(asked) if asked in tuple(JobState) else None
    part = lists.part()
    lines, total = store.job_lines(here.session(), state, part)
    return render_template(
        "administrator/jobs.html",
        lines=lines,
        total=total,
        part=part,
        state=state or "",
        states=words.STATES,
        tones=TONES,
        words=words,
    )


@pages.post("/<row:job_id>/cancel")
def cancel(job_id: int) -> ResponseReturnValue:
    """End a job before it is done."""
    steps.cancel(here.step(), job_id)
    flash(f"任务 {job_id} 已取消。", "good")
    return redirect(url_for(".home"))


@pages.post("/<row:job_id>/retry")
def retry(job_id: int) -> ResponseReturnValue:
    """Queue a job once more."""
    steps.retry(here.step(), job_id)
    send(job_id)
    flash(f"任务 {job_id} 已重新排队。", "good")
    return redirect(url_for(".home"))
