"""What a sheet is worth, on screen and as a PDF, for everyone who may see it."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from reports import charts
from survey.jobs.worker import path_of
from survey.library import questionnaire_of
from survey.lifecycle import reports as steps
from survey.readings.diagnoses import diagnosis_of
from survey.store import reports as store
from survey.tables import Assessment, AssessmentState, JobState, Report, Role, SheetKind
from survey.web import access, here

pages = Blueprint("results", __name__)


def readable_result(assessment_id: int, kind: SheetKind) -> Assessment:
    """Return an assessment whose result of this kind the reader may see; otherwise 404.

    The on-site result is seen by nobody before it is confirmed.
    """
    assessment = access.readable_assessment(assessment_id)
    if assessment.state == AssessmentState.DRAFT or (
        kind == SheetKind.ONSITE and assessment.state != AssessmentState.CONFIRMED
    ):
        abort(404)
    return assessment


@pages.get("/assessments/<row:assessment_id>/result/<sheet:kind>")
def result(assessment_id: int, kind: SheetKind) -> ResponseReturnValue:
    """Show the rung, what blocks the next one, what to do, and every number's way here."""
    assessment = readable_result(assessment_id, kind)
    session = here.session()
    diagnosis = diagnosis_of(session, assessment, kind, place=here.district(), issued=here.today())
    return render_template(
        "results/result.html",
        it=diagnosis,
        assessment=assessment,
        kind=kind,
        both=assessment.state == AssessmentState.CONFIRMED,
        radar=charts.radar(diagnosis),
        reports=[r for r in store.reports_of(session, assessment.id) if r.kind == kind],
        basis=steps.basis_of(session, assessment, kind),
        section_of=questionnaire_of(assessment).section_of,
        is_own=here.reader().role == Role.FIRM,
    )


@pages.post("/assessments/<row:assessment_id>/result/<sheet:kind>/report")
def request_report(assessment_id: int, kind: SheetKind) -> ResponseReturnValue:
    """Ask for the PDF; the page then shows how far it is."""
    readable_result(assessment_id, kind)
    steps.request_report(here.step(), assessment_id, kind)
    return redirect(url_for(".result", assessment_id=assessment_id, kind=kind) + "#report")


@pages.get("/reports/<row:report_id>/state")
def report_state(report_id: int) -> ResponseReturnValue:
    """Say how far a report is, for the page that waits for it."""
    report = _readable_report(report_id)
    return jsonify(
        state=report.state,
        waiting=store.waiting_before(here.session(), report.id),
        fault=report.fault or "",
    )


@pages.get("/reports/<row:report_id>.pdf")
def report(report_id: int) -> ResponseReturnValue:
    """Hand out an issued report under a name its reader recognises."""
    found = _readable_report(report_id)
    if found.state != JobState.DONE or not found.sha256:
        abort(404)
    path = path_of(current_app.config["SURVEY"], found.sha256)
    if not path.is_file():
        current_app.logger.error("report file missing: %s", found.number)
        here.refuse(404, "报告文件缺失，请在结果页重新生成。")
    assessment = access.readable_assessment(found.assessment_id)
    steps.note_download(here.step(), found)
    kind = "自评版" if found.kind == SheetKind.SELF else "现场诊断版"
    return send_file(
        path,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{assessment.firm.name}诊断报告（{kind}）{found.number}.pdf",
        max_age=0,
    )


def _readable_report(report_id: int) -> Report:
    """Return a report of an assessment the reader may read; else the same 404 as for none.

    A firm keeps the reports it was once given, also while its sheet is returned for completion.
    """
    found = store.report(here.session(), report_id)
    if found is None:
        abort(404)
    access.readable_assessment(found.assessment_id)
    return found
