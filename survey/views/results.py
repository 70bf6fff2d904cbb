"""What a sheet is worth, on screen and as a PDF, for everyone who may see it."""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue

from reports.answer_book import open_book
from reports.tables import Origin
from survey.clock import LOCAL
from survey.library import questionnaire_of
from survey.lifecycle import documents as steps
from survey.lifecycle import handouts
from survey.lifecycle import word_editions as word_steps
from survey.lifecycle.exports import note_export
from survey.readings.diagnoses import diagnosis_of
from survey.readings.projects import told_by
from survey.readings.versions import Version, newest, versions_of
from survey.store import documents as store
from survey.store import jobs as waiting
from survey.store import versions as store_versions
from survey.store import word_editions as word_store
from survey.tables import (
    Assessment,
    AssessmentState,
    Document,
    DocumentStanding,
    Job,
    Role,
    SheetKind,
    WordEdition,
)
from survey.views.jobs import send
from survey.web import access, downloads, here
from survey.words import jobs as words
from survey.words import wording

pages = Blueprint("results", __name__)


def readable_result(assessment_id: int, kind: SheetKind) -> Assessment:
    """Return an assessment whose result of this kind the reader may see; otherwise 404."""
    assessment = access.readable_assessment(assessment_id)
    if not _stands(assessment, kind):
        abort(404)
    return assessment


def _stands(assessment: Assessment, kind: SheetKind) -> bool:
    """Whether a result counts today: the on-site one is nobody's before it is confirmed."""
    if kind == SheetKind.ONSITE:
        return assessment.state == AssessmentState.CONFIRMED
    return assessment.state != AssessmentState.DRAFT


@pages.get("/assessments/<row:assessment_id>/result/<sheet:kind>")
def result(assessment_id: int, kind: SheetKind) -> ResponseReturnValue:
    """Show the rung, what blocks the next one, what to do, and every number's way here.

    What was opened again leads to the version that counted last.
    """
    assessment = access.known_assessment(assessment_id)
    if _stands(assessment, kind):
        return shown(access.readable_assessment(assessment_id), kind)
    last = newest(versions_of(here.session(), assessment), kind) or abort(404)
    return redirect(version_url(last))


def version_url(version: Version) -> str:
    """Return where one version is read."""
    return url_for(
        "versions.one",
        assessment_id=version.assessment.id,
        kind=version.kind,
        number=version.number,
    )


def shown(assessment: Assessment, kind: SheetKind, version: Version | None = None) -> str:
    """Render the result that counts, or that of a version that was left behind."""
    session = here.session()
    basis = None if version else steps.basis_of(session, assessment, kind)
    diagnosis = diagnosis_of(
        session,
        assessment,
        kind,
        district=here.district(),
        issued=here.today(),
        version=version.row if version else None,
    )
    return render_template(
        "results/result.html",
        it=diagnosis,
        assessment=assessment,
        kind=kind,
        version=version,
        several=len(store_versions.scored(session, assessment.id)) > 1,
        both=not version and assessment.state == AssessmentState.CONFIRMED,
        projects=() if version else told_by(session, assessment, diagnosis.levels),
        papers=_papers(assessment, kind, basis),
        section_of=questionnaire_of(assessment).section_of,
        is_own=here.reader().role == Role.FIRM,
    )


@pages.get("/assessments/<row:assessment_id>/result/<sheet:kind>.xlsx")
def book(assessment_id: int, kind: SheetKind) -> ResponseReturnValue:
    """Hand out the answers and results of the sheet that counts, as a workbook."""
    assessment = readable_result(assessment_id, kind)
    district, day = here.district(), here.today()
    it = diagnosis_of(here.session(), assessment, kind, district=district, issued=day)
    made, stream = here.now().astimezone(LOCAL), BytesIO()
    origin = Origin(district.bureau, made, it.facts.firm, district.demonstration)
    with open_book(stream, [questionnaire_of(assessment)], origin) as opened:
        opened.add(it)
    stream.seek(0)
    note_export(here.step(), "answers", 1, it.facts.firm)
    name = f"{it.facts.firm}答卷和结果（{wording.SHEETS[kind]}）-{day.isoformat()}.xlsx"
    return downloads.sent_workbook(stream, name, f"answers-{assessment_id}-{kind}.xlsx")


class WordPaper(NamedTuple):
    """The Word edition of a report: there, in the making, or why it is not."""

    edition: WordEdition | None
    job: Job | None
    fault: str


class Papers(NamedTuple):
    """The reports on one sheet: the one that says what the page says, others, one in the making.

    ``withdrawn``: why, by the number of a report that does not hold any more.
    """

    current: Document | None
    older: list[Document]
    withdrawn: dict[str, str]
    job: Job | None
    fault: str
    newer: str
    """The number of the report that stands; empty where none does."""
    word: WordPaper | None
    """The Word edition of the current one."""
    making: bool
    """Its short edition and picture are in the making."""


def _papers(assessment: Assessment, sheet: SheetKind, basis: str | None) -> Papers:
    session, kind = here.session(), steps.KIND_OF[sheet]
    issued = store.documents_about(session, "assessment", assessment.id, kind)
    current = next((d for d in issued if d.basis == basis and _is_valid(d)), None)
    job = steps.report_job(session, assessment.id, sheet, basis) if basis else None
    there = current if current and is_kept(current) else None
    return Papers(
        current=there,
        older=[d for d in issued if d is not current and not _is_withdrawn(d)],
        withdrawn=store.withdrawals(session, issued),
        job=job,
        fault=words.ended_without(job) if job else "",
        newer=next((d.number for d in issued if _is_valid(d)), ""),
        word=_word(there) if there else None,
        making=bool(
            current and (made := handouts.handouts_job(session, current.id)) and made.is_open
        ),
    )


def _word(document: Document) -> WordPaper:
    session = here.session()
    edition = word_store.word_edition(session, document.id)
    if edition and edition.template != word_steps.template_of(session, word_steps.REPORT):
        edition = None
    job = word_steps.job_of(session, document.id)
    return WordPaper(edition, job, words.ended_without(job) if job and not edition else "")


def _is_valid(document: Document) -> bool:
    return document.standing == DocumentStanding.VALID


def _is_withdrawn(document: Document) -> bool:
    return document.standing == DocumentStanding.WITHDRAWN


@pages.post("/assessments/<row:assessment_id>/result/<sheet:kind>/report")
def request_report(assessment_id: int, kind: SheetKind) -> ResponseReturnValue:
    """Ask for the PDF; the page then shows how far it is."""
    readable_result(assessment_id, kind)
    job = steps.request_report(here.step(), assessment_id, kind, is_kept=is_kept)
    if job:
        send(job.id)
    return redirect(url_for(".result", assessment_id=assessment_id, kind=kind) + "#report")


@pages.get("/reports/<row:job_id>/state")
def report_state(job_id: int) -> ResponseReturnValue:
    """Say how far a report is, for the page that waits for it."""
    job = waiting.job(here.session(), job_id)
    if job is None or job.kind != steps.REPORT or job.subject_id is None:
        abort(404)
    access.readable_assessment(job.subject_id)
    return jsonify(
        state=job.state,
        waiting=waiting.waiting_before(here.session(), job),
        fault=words.ended_without(job),
    )


@pages.get("/reports/<row:document_id>.pdf")
def report(document_id: int) -> ResponseReturnValue:
    """Hand out an issued report under a name its reader recognises.

    A firm keeps the reports it was once given, also while its sheet is returned for completion; a
    withdrawn one is opened by the bureau alone.
    """
    found, assessment = of_assessment(document_id)
    if not is_kept(found):
        current_app.logger.error("report file missing: %s", found.number)
        here.refuse(404, "报告文件缺失，请在结果页重新生成。")
    return _handed_out(found, found.sha256, *_names(found, assessment.firm.name))


def _handed_out(
    document: Document,
    sha256: str,
    name: str,
    plain_name: str,
    media_type: str = "application/pdf",
) -> ResponseReturnValue:
    steps.note_download(here.step(), document)
    return downloads.attachment(
        here.contents(), sha256, media_type=media_type, name=name, plain_name=plain_name
    )


@pages.post("/reports/<row:document_id>/word")
def request_word(document_id: int) -> ResponseReturnValue:
    """Ask for the Word edition of a report; the result page then shows how far it is."""
    found, assessment = of_assessment(document_id)
    job = word_steps.request(here.step(), found.id)
    if job:
        send(job.id)
    kind = word_steps.SHEETS[found.kind]
    return redirect(url_for(".result", assessment_id=assessment.id, kind=kind) + "#report")


@pages.get("/reports/<row:document_id>.docx")
def word(document_id: int) -> ResponseReturnValue:
    """Hand out a report as Word, to whoever may have it as PDF."""
    found, assessment = of_assessment(document_id)
    edition = word_store.word_edition(here.session(), found.id)
    if edition is None or not here.contents().has(edition.sha256):
        here.refuse(404, "这份报告没有 Word 版，请在结果页生成。")
    steps.note_download(here.step(), found)
    names = [name.replace(".pdf", ".docx") for name in _names(found, assessment.firm.name)]
    return downloads.attachment(
        here.contents(),
        edition.sha256,
        media_type=downloads.WORD,
        name=names[0],
        plain_name=names[1],
    )


def of_assessment(document_id: int) -> tuple[Document, Assessment]:
    """Find a report this reader may have; a withdrawn one is the bureau's alone."""
    found = store.document(here.session(), document_id)
    if found is None or found.kind not in word_steps.SHEETS:
        abort(404)
    assessment = access.known_assessment(found.subject_id)
    if _is_withdrawn(found) and here.reader().role != Role.OFFICER:
        here.refuse(410, f"报告 {found.number} 已撤销，不再提供下载，理由写在结果页上。")
    return found, assessment


@pages.post("/reports/<row:document_id>/handouts")
def request_handouts(document_id: int) -> ResponseReturnValue:
    """Ask for what an owner sends on: the short edition and the picture."""
    found, assessment = _standing(document_id)
    job = handouts.request_handouts(here.step(), found.id)
    if job:
        send(job.id)
    flash("正在生成简版和图片，做好后刷新页面就能看到。", "good")
    kind = next(sheet for sheet, kind in steps.KIND_OF.items() if kind == found.kind)
    return redirect(url_for(".result", assessment_id=assessment.id, kind=kind) + "#report")


@pages.get("/reports/<row:document_id>/short.pdf")
def short(document_id: int) -> ResponseReturnValue:
    """Hand out the edition of four pages."""
    found, assessment = _standing(document_id)
    name = f"{assessment.firm.name}诊断报告简版{found.number}.pdf"
    return _handed_out(found, found.short or abort(404), name, f"report-{found.number}-short.pdf")


@pages.get("/reports/<row:document_id>/picture.png")
def picture(document_id: int) -> ResponseReturnValue:
    """Hand out the owner's page as a picture."""
    found, assessment = _standing(document_id)
    name = f"{assessment.firm.name}诊断结果一页图{found.number}.png"
    sha256, plain_name = found.picture or abort(404), f"report-{found.number}.png"
    return _handed_out(found, sha256, name, plain_name, media_type="image/png")


def _standing(document_id: int) -> tuple[Document, Assessment]:
    """Return a report that stands and whose assessment the reader knows; otherwise 404."""
    found = store.document(here.session(), document_id)
    if found is None or found.subject != "assessment" or found.kind not in steps.KIND_OF.values():
        abort(404)
    assessment = access.known_assessment(found.subject_id)
    if not _is_valid(found):
        abort(404)
    return found, assessment


@pages.post("/reports/<row:document_id>/superseded")
def request_stamped(document_id: int) -> ResponseReturnValue:
    """Ask for the copy of a report that says on each page that it counts no more."""
    found, assessment = _superseded(document_id)
    job = steps.request_stamp(here.step(), found.id)
    if job:
        send(job.id)
    flash("正在加盖，做好后刷新页面就能看到。", "good")
    kind = next(sheet for sheet, kind in steps.KIND_OF.items() if kind == found.kind)
    return redirect(url_for(".result", assessment_id=assessment.id, kind=kind))


@pages.get("/reports/<row:document_id>/superseded.pdf")
def stamped(document_id: int) -> ResponseReturnValue:
    """Hand out that copy."""
    found, assessment = _superseded(document_id)
    if not found.stamped:
        abort(404)
    name, plain_name = _names(found, assessment.firm.name)
    return _handed_out(
        found,
        found.stamped,
        name.replace("已被替代", "已加盖“已被替代”"),
        plain_name.replace("superseded", "stamped"),
    )


def _superseded(document_id: int) -> tuple[Document, Assessment]:
    found = store.document(here.session(), document_id)
    if found is None or found.subject != "assessment":
        abort(404)
    assessment = access.known_assessment(found.subject_id)
    if found.standing != DocumentStanding.SUPERSEDED:
        abort(404)
    return found, assessment


def _names(document: Document, firm: str) -> tuple[str, str]:
    """Return what a report's file is called: one that counts no more says so."""
    title = f"{firm}诊断报告（{wording.DOCUMENTS[document.kind]}）{document.number}"
    gone = document.standing == DocumentStanding.SUPERSEDED
    return (
        f"{title}{'（已被替代）' if gone else ''}.pdf",
        f"report-{document.number}{'-superseded' if gone else ''}.pdf",
    )


def is_kept(document: Document) -> bool:
    return here.contents().has(document.sha256)
