"""The yearly report: written in part by officers, asked for, issued under its number, taken away."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from reports.annual import Written
from reports.published import Figures
from survey.lifecycle import documents, jobs, typed, word_editions
from survey.lifecycle.documents import Content, named
from survey.lifecycle.errors import Invalid, NotThere, Stale
from survey.lifecycle.jobs import Taken
from survey.lifecycle.step import About, Step
from survey.store import jobs as waiting
from survey.store import rounds
from survey.store import word_editions as store
from survey.tables import AnnualWords, Document, DocumentKind, Job

ANNUAL = "annual"
"""The kind of job that makes one."""
SUBJECT = "round"
KINDS = {False: DocumentKind.ANNUAL_REPORT, True: DocumentKind.ANNUAL_OUTWARD}
MOST_WRITTEN: Final = 4000
PARTS: Final = {"work": "本年工作", "problems": "存在问题", "next": "下一步"}


def keep_words(
    step: Step, round_id: int, *, outward: bool, version: int, written: dict[str, str]
) -> AnnualWords:
    """Keep what an officer wrote for one edition of a round's report.

    Args:
        version: Of what the officer read; 0 where nothing was kept.

    Raises:
        Invalid: A part is empty or too long.
        Stale: Somebody else wrote meanwhile.
    """
    said = _checked(written)
    with step.writing() as session:
        if rounds.round_(session, round_id, lock=True) is None:
            raise NotThere
        row = store.annual_words(session, round_id, outward=outward, lock=True)
        if (row.version if row else 0) != version:
            raise Stale
        if row is None:
            session.add(row := AnnualWords(round_id=round_id, outward=outward, version=0))
        row.work, row.problems, row.next = said["work"], said["problems"], said["next"]
        row.version, row.kept_by, row.kept_at = version + 1, step.by.user_id, step.now
        session.flush()
        step.log("annual_write", About("round", round_id), after={"version": row.version})
        return row


def _checked(written: dict[str, str]) -> dict[str, str]:
    said = {name: typed.paragraph(written.get(name)) for name in PARTS}
    faults = {}
    for name, title in PARTS.items():
        if not said[name]:
            faults[name] = f"请填写“{title}”；可以从右边的初稿改起。"
        elif len(said[name]) > MOST_WRITTEN:
            faults[name] = f"“{title}”最多 {MOST_WRITTEN} 字，现在 {len(said[name])} 字，请删减。"
    if faults:
        raise Invalid(faults)
    return said


def written(session: Session, round_id: int, *, outward: bool) -> Written:
    """Return what officers wrote; empty where they did not."""
    row = store.annual_words(session, round_id, outward=outward)
    return Written(row.work, row.problems, row.next) if row else Written()


def request(step: Step, round_id: int, *, outward: bool, anew: bool = False) -> Job:
    """Ask for the report of a round as it is now; send the job afterwards.

    Args:
        anew: A public one takes today's figures, though others stand for their period.

    Returns:
        The job that will make it, the same for all who ask meanwhile.

    Raises:
        Invalid: Nobody wrote its three parts.
    """
    with step.writing() as session:
        if rounds.round_(session, round_id, lock=True) is None:
            raise NotThere
        if not written(session, round_id, outward=outward):
            raise Invalid({"work": "请先写好并保存三段文字，再生成报告。"})
        job = job_of(session, round_id, outward=outward)
        if job and job.is_open:
            return job
        arguments = {"outward": outward, "anew": anew} | named(step)
        job = jobs.ask(step, ANNUAL, arguments, subject=SUBJECT, subject_id=round_id)
        step.log("annual_request", About("report", arguments["number"]))
        return job


def job_of(session: Session, round_id: int, *, outward: bool) -> Job | None:
    """Return the latest job that makes this report."""
    found = waiting.jobs_about(session, ANNUAL, SUBJECT, round_id)
    return next((job for job in found if job.arguments["outward"] == outward), None)


def issue(
    step: Step, taken: Taken, paper: Content, word: Content, figures: Figures | None = None
) -> Document:
    """Issue a report, both its files, inside the transaction that ends its job.

    The one before is superseded and stays readable. ``figures``: what a public one tells.
    """
    session, round_id = step.session, taken.subject_id or 0
    kind = KINDS[taken.arguments["outward"]]
    round_ = rounds.round_(session, round_id, lock=True)
    if round_ is None:
        raise NotThere
    documents.end_standing(step, kind, SUBJECT, round_id)
    document = documents.put_in_force(step, taken, kind, SUBJECT, paper, edition=round_.edition)
    word_editions.keep_beside(step, document, word)
    documents.remember_public(step, document, figures)
    after = {"sha256": paper.sha256, "word": word.sha256}
    step.log("annual_issue", About("report", document.number), after=after)
    return document


def note_download(step: Step, document: Document) -> None:
    """Remember who took a report away."""
    with step.writing():
        step.log("annual_download", About("report", document.number))
