"""Files of many firms at once: asked for from the list, watched while they are made, taken away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import (
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from survey.clock import LOCAL
from survey.lifecycle import batches as steps
from survey.lifecycle.errors import Invalid, Shifted
from survey.lifecycle.selections import Chosen, Seen
from survey.store import assessment_list
from survey.store import batches as store
from survey.store.assessment_list import SORTS, Version
from survey.store.batches import Counts
from survey.store.lists import Wanted
from survey.tables import (
    AssessmentState,
    Batch,
    BatchKind,
    BatchState,
    ItemState,
    Job,
    JobState,
    SheetKind,
)
from survey.views.bureau import choices, filters, selection
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import said_filters
from survey.views.bureau.steps import StepForm
from survey.views.jobs import send
from survey.web import downloads, here, lists
from survey.words import batches as words
from survey.words import jobs as job_words
from survey.words.selections import SHIFTED

FRESH_SECONDS = 5
"""How often a page asks again that waits for work, without script."""
WORKBOOK = "workbook"
"""The third of the choices beside both kinds of report."""
TONES = {BatchState.MAKING: "note", BatchState.MADE: "good", BatchState.CANCELLED: "plain"}
ITEM_TONES = {
    ItemState.WAITING: "plain",
    ItemState.WORKING: "note",
    ItemState.DONE: "good",
    ItemState.FAILED: "bad",
}


OPENS = {
    BatchKind.REPORTS: "results.report",
    BatchKind.SHORT: "results.short",
    BatchKind.PICTURE: "results.picture",
    BatchKind.WORD: "results.word",
}
"""Where what was made of one firm is opened."""


class WhatForm(StepForm):
    """Which files of the firms that were chosen."""

    what = RadioField("做什么", [InputRequired("请选择要做的文件。")])
    edition = RadioField(
        "报告做成",
        choices=[SelectChoice(kind, title) for kind, title in words.EDITIONS.items()],
        default=BatchKind.REPORTS,
        description="只对报告有用。简版、图片和 Word 版都从签发的报告来：还没有报告的，先做报告。",
    )

    def __init__(self, found: dict[str, int], **values: Any) -> None:
        super().__init__("batch", **values)
        self.what.choices = [
            SelectChoice(code, f"{title}，{found[code]} 家有") for code, title in words.WHAT.items()
        ]


@pages.route("/assessments/files", methods=["GET", "POST"])
def ask_batch() -> ResponseReturnValue:
    """Show how many of the firms that were ticked, or found, have which file; have them made."""
    posted, rows = request.method == "POST", _meant()
    form = WhatForm(_counted(rows), posted=posted)
    if not posted:
        return _asking(form, rows)
    if not form.validate() or not rows:
        return _asking(form, rows, 422)
    chosen: Chosen = selection.whole(_seen) if lists.whole() else selection.seen()
    try:
        batch, jobs = steps.ask(here.step(), *_wanted(form), chosen, _scope())
    except Shifted as error:
        form.form_errors.append(SHIFTED.format(now=error.now))
        return _asking(form, _found(here.session()), error.status)
    except Invalid as error:
        return _asking(form, rows, form.show_refusal(error))
    return sent(batch.id, jobs)


def _wanted(form: WhatForm) -> tuple[BatchKind, SheetKind | None]:
    asked = form.what.data
    if asked == WORKBOOK:
        return BatchKind.WORKBOOK, None
    return BatchKind(form.edition.data or BatchKind.REPORTS), SheetKind(asked)


def _meant() -> list[Version]:
    """Return everything the filters find, or the rows that were ticked: one that is not there answers 404."""
    if lists.whole():
        return _found(here.session())
    chosen = lists.chosen() or tuple(one.id for one in selection.seen())
    found = assessment_list.versions(here.session(), Wanted(only=chosen))
    return found if len(found) == len(chosen) else abort(404)


def _found(session: Session) -> list[Version]:
    wanted = filters.of_assessments(choices.frame(), SORTS).wanted()
    return assessment_list.versions(session, wanted)


def _seen(session: Session) -> list[Seen]:
    return [Seen(row.id, row.version) for row in _found(session)]


def _counted(rows: list[Version]) -> dict[str, int]:
    """Return how many of the rows have each of the files."""
    own = sum(row.state != AssessmentState.DRAFT for row in rows)
    onsite = sum(row.state == AssessmentState.CONFIRMED for row in rows)
    return {SheetKind.SELF: own, SheetKind.ONSITE: onsite, WORKBOOK: own}


def _scope() -> str:
    """Say which firms they are."""
    if not lists.whole():
        return words.TICKED
    said = filters.of_assessments(choices.frame(), SORTS).said
    return said_filters(said)


def _asking(form: WhatForm, rows: list[Version], status: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "bureau/batch_ask.html",
            form=form,
            rows=rows,
            whole=selection.shown(rows),
            scope=_scope(),
            back=selection.back(url_for(".assessments")),
        ),
        status,
    )


def sent(batch_id: int, jobs: list[Job]) -> ResponseReturnValue:
    for job in jobs:
        send(job.id)
    return redirect(url_for(".batch", batch_id=batch_id))


@pages.get("/assessments/batches")
def batches() -> ResponseReturnValue:
    """List what was asked for, newest first."""
    part = lists.part()
    lines, total = store.batches(here.session(), part)
    return render_template(
        "bureau/batches.html",
        lines=lines,
        total=total,
        part=part,
        counts=store.counts(here.session(), [line.batch.id for line in lines]),
        words=words,
        tones=TONES,
    )


@pages.get("/assessments/batches/<row:batch_id>")
def batch(batch_id: int) -> ResponseReturnValue:
    """Show how far a batch is, and how each of its firms stands."""
    found, session, part = _known(batch_id), here.session(), lists.part()
    asked = lists.one_of("state", [*ItemState])
    jobs = steps.jobs_of(session, batch_id)
    counted = store.counts(session, [batch_id])[batch_id]
    state = ItemState(asked) if asked else None
    lines, total = store.item_lines(session, batch_id, state, part)
    works = found.state == BatchState.MAKING and any(job.is_open for job in jobs)
    page = render_template(
        "bureau/batch.html",
        batch=found,
        counts=counted,
        done=_done(found, counted, jobs),
        works=works,
        stopped=found.state == BatchState.MAKING and not works,
        fault=next((said for job in jobs if (said := job_words.ended_without(job))), ""),
        pace=_pace(found, counted) if works else "",
        lines=lines,
        total=total,
        part=part,
        state=asked,
        words=words,
        faults=job_words.FAULTS,
        tones=TONES,
        item_tones=ITEM_TONES,
        opens=OPENS.get(found.kind, ""),
        kept=steps.kept(session, found.kind),
    )
    answer = make_response(page)
    if works:
        answer.headers["Refresh"] = str(FRESH_SECONDS)
    return answer


def _known(batch_id: int) -> Batch:
    return store.batch(here.session(), batch_id) or abort(404)


def _done(found: Batch, counted: Counts, jobs: list[Job]) -> int:
    """Return how many firms are ended; a workbook's job counts them itself."""
    if found.kind != BatchKind.WORKBOOK or found.state == BatchState.MADE:
        return counted.ended
    return next((job.progress for job in jobs if job.state == JobState.WORKING), 0)


def _pace(found: Batch, counted: Counts) -> str:
    """Say how fast documents come and how long the rest takes; empty until two have come."""
    ended = store.moments(here.session(), found.id, found.began_at)
    if len(ended) < 2 or ended[0] <= ended[-1]:
        return words.NO_PACE
    each: timedelta = (ended[0] - ended[-1]) / (len(ended) - 1)
    return words.pace(each, counted.left)


@pages.post("/assessments/batches/<row:batch_id>/cancel")
def cancel_batch(batch_id: int) -> ResponseReturnValue:
    """End a batch before it is done."""
    steps.cancel(here.step(), batch_id)
    flash(words.CANCELLED, "good")
    return redirect(url_for(".batch", batch_id=batch_id))


@pages.post("/assessments/batches/<row:batch_id>/resume")
def resume_batch(batch_id: int) -> ResponseReturnValue:
    """Go on where it stopped."""
    return sent(batch_id, steps.resume(here.step(), batch_id))


@pages.post("/assessments/batches/<row:batch_id>/retry")
def retry_batch(batch_id: int) -> ResponseReturnValue:
    """Try those firms once more that failed."""
    return sent(batch_id, steps.retry(here.step(), batch_id))


@pages.get("/assessments/batches/<row:batch_id>/file")
def batch_file(batch_id: int) -> ResponseReturnValue:
    """Hand out the finished file."""
    found = _known(batch_id)
    if not found.sha256:
        here.refuse(404, words.NO_FILE)
    if not here.contents().has(found.sha256):
        current_app.logger.error("batch file missing: %s", found.id)
        here.refuse(404, words.NO_FILE)
    steps.note_download(here.step(), found)
    workbook = found.kind == BatchKind.WORKBOOK
    return downloads.attachment(
        here.contents(),
        found.sha256,
        media_type=downloads.WORKBOOK if workbook else "application/zip",
        name=words.file_name(found, _day(found.ended_at or found.asked_at)),
        plain_name=f"batch-{found.id}.{'xlsx' if workbook else 'zip'}",
    )


def _day(moment: datetime) -> str:
    return moment.astimezone(LOCAL).date().isoformat()
