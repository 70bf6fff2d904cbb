"""The yearly report (年度报告): an officer picks round and edition, writes, has it made, takes it."""

from __future__ import annotations

import re
from typing import NamedTuple

from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.annual import Written
from reports.annual.proposals import proposed
from reports.small_cells import FEWEST
from survey.lifecycle import annuals as life
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, Stale
from survey.readings import annual as reading
from survey.store import documents, word_editions
from survey.store import jobs as waiting
from survey.store import rounds as round_store
from survey.tables import AnnualWords, Document, DocumentStanding, Job, Round, WordEdition
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.jobs import send
from survey.web import here, lists
from survey.web.downloads import WORD, attachment
from survey.words import jobs as job_words
from survey.words import wording

EDITIONS = {"": "内部版", "yes": "公开版"}
"""By the word of the address."""
_COUNTS = re.compile(r"(?<![\d.])\d+ ?[家个件]")


class Issued(NamedTuple):
    """One report that was issued, with its Word edition."""

    document: Document
    word: WordEdition | None


@pages.get("/district/annual")
def annual() -> ResponseReturnValue:
    """Show what is written and what was issued, of one round and edition."""
    return _page()


@pages.post("/district/annual")
def write_annual() -> ResponseReturnValue:
    """Keep what an officer wrote."""
    round_, outward = _round(), _outward()
    if round_ is None:
        abort(404)
    said = {name: request.form.get(name, "") for name in life.PARTS}
    version = typed.whole(request.form.get("version")) or 0
    try:
        life.keep_words(here.step(), round_.id, outward=outward, version=version, written=said)
    except Invalid as error:
        return _page(Written(**said), error.fields), error.status
    except Stale:
        fault = {
            "work": "另一位同事刚改过这几段。下面是您写的，右边列出现在保存的，请合并后再保存。"
        }
        return _page(Written(**said), fault), Stale.status
    flash("三段文字已保存。", "good")
    return _back(round_, outward=outward)


@pages.post("/district/annual/request")
def request_annual() -> ResponseReturnValue:
    """Ask for the report as it is now."""
    round_, outward = _round(), _outward()
    if round_ is None:
        abort(404)
    try:
        anew = request.form.get("anew") == "yes"
        job = life.request(here.step(), round_.id, outward=outward, anew=anew)
    except Invalid as error:
        return _page(None, error.fields), error.status
    send(job.id)
    return _back(round_, outward=outward)


def _back(round_: Round, *, outward: bool) -> ResponseReturnValue:
    edition = "yes" if outward else None
    return redirect(url_for(".annual", round=round_.id, outward=edition, _anchor="report"))


def _round() -> Round | None:
    asked = lists.row("round") or typed.whole(request.form.get("round"))
    if asked is None:
        return round_store.told_of(here.session())
    return round_store.round_(here.session(), asked) or abort(404)


def _outward() -> bool:
    return "yes" in (request.args.get("outward"), request.form.get("outward"))


def _page(tried: Written | None = None, faults: dict[str, str] | None = None) -> str:
    """Render the page.

    Args:
        tried: What was typed and not kept.
    """
    round_, outward, session = _round(), _outward(), here.session()
    if round_ is None:
        return render_template("bureau/annual.html", round=None)
    drafted = not outward or request.args.get("draft") == "yes"
    drafts = _drafts(round_, outward=outward) if drafted else Written()
    kept = word_editions.annual_words(session, round_.id, outward=outward)
    written = Written(kept.work, kept.problems, kept.next) if kept else None
    job = life.job_of(session, round_.id, outward=outward)
    return render_template(
        "bureau/annual.html",
        round=round_,
        rounds=[(str(one.id), one.title) for one in round_store.newest(session)],
        outward=outward,
        editions=EDITIONS,
        parts=life.PARTS,
        most=life.MOST_WRITTEN,
        shown=tried or written or drafts,
        kept=kept,
        conflict=_conflict(tried, kept),
        drafts=drafts,
        drafted=drafted,
        faults=faults or {},
        few=_few(written) if outward and written else [],
        issued=_issued(round_, outward=outward),
        job=job,
        fault=job_words.ended_without(job) if job else "",
    )


def _drafts(round_: Round, *, outward: bool) -> Written:
    """Draw sentences from the numbers; working out what may be told takes a while."""
    session, edition = here.session(), choices.frame_of(round_.edition).edition
    page = reading.page_of(session, round_, edition)
    title = round_.title
    tables = reading.tables_of(session, page, edition, outward=outward)
    return proposed(tables, title, here.today().year)


def _conflict(tried: Written | None, kept: AnnualWords | None) -> Written | None:
    """What a colleague kept, where what was typed was written over an older version."""
    seen = typed.whole(request.form.get("version")) or 0
    if tried is None or kept is None or kept.version == seen:
        return None
    return Written(kept.work, kept.problems, kept.next)


def _few(written: Written) -> list[str]:
    """Numbers under the least that may be told: the officer is asked whether they may leave."""
    text = "\n".join((written.work, written.problems, written.next))
    found = dict.fromkeys(_COUNTS.findall(text))
    return [said for said in found if int(re.sub(r"\D", "", said)) < FEWEST]


def _issued(round_: Round, *, outward: bool) -> list[Issued]:
    session = here.session()
    found = documents.documents_about(session, life.SUBJECT, round_.id, life.KINDS[outward])
    words = word_editions.word_editions(session, [one.id for one in found])
    return [Issued(one, words.get(one.id)) for one in found]


@pages.get("/district/annual/jobs/<row:job_id>/state")
def annual_state(job_id: int) -> ResponseReturnValue:
    """Say how far a report is, for the screen that waits for it."""
    job: Job | None = waiting.job(here.session(), job_id)
    if job is None or job.kind != life.ANNUAL:
        abort(404)
    before = waiting.waiting_before(here.session(), job)
    return jsonify(state=job.state, waiting=before, fault=job_words.ended_without(job))


@pages.get("/district/annual/<row:document_id>.docx")
def annual_word(document_id: int) -> ResponseReturnValue:
    """Hand out an issued report as Word."""
    document = _document(document_id)
    word = word_editions.word_edition(here.session(), document.id) or abort(404)
    return _handed_out(document, word.sha256, WORD, "docx")


@pages.get("/district/annual/<row:document_id>.pdf")
def annual_paper(document_id: int) -> ResponseReturnValue:
    """Hand out an issued report as PDF."""
    document = _document(document_id)
    return _handed_out(document, document.sha256, "application/pdf", "pdf")


def _document(document_id: int) -> Document:
    found = documents.document(here.session(), document_id)
    return found if found and found.kind in life.KINDS.values() else abort(404)


def _handed_out(
    document: Document, sha256: str, media_type: str, ending: str
) -> ResponseReturnValue:
    if not here.contents().has(sha256):
        current_app.logger.error("report file missing: %s", document.number)
        here.refuse(404, "报告文件缺失，请在年度报告页重新生成。")
    life.note_download(here.step(), document)
    gone = document.standing != DocumentStanding.VALID
    title = f"{here.district().name}年度报告（{wording.DOCUMENTS[document.kind]}）{document.number}"
    return attachment(
        here.contents(),
        sha256,
        media_type=media_type,
        name=f"{title}{'（已被替代）' if gone else ''}.{ending}",
        plain_name=f"annual-{document.number}{'-superseded' if gone else ''}.{ending}",
    )
