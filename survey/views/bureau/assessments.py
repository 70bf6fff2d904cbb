"""The officer's start page, one firm's assessment, and the steps taken from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from questionnaires import gates
from questionnaires.gates import GateResult
from questionnaires.model import Question, Rung, Section
from reports import figures
from reports.tables import Cell
from survey import library
from survey.library import questionnaire_of
from survey.lifecycle import assessments as life
from survey.lifecycle import documents as document_life
from survey.lifecycle import pool, typed
from survey.lifecycle import requests as request_life
from survey.lifecycle.errors import Refusal
from survey.readings import district
from survey.readings.sheets import filled_sheet
from survey.readings.supports import Held, held
from survey.readings.versions import Version, newest, versions_of
from survey.readings.workloads import loads
from survey.store import assessment_list as store
from survey.store import assessments as assessment_store
from survey.store import documents, interests, pairs, requests
from survey.store import log as log_store
from survey.store import pool as pool_store
from survey.store import rounds as round_store
from survey.store import templates as template_store
from survey.store.assessment_list import SORTS, AssessmentLine
from survey.store.contradictions import earlier
from survey.store.lists import Slice, Wanted
from survey.store.sheets import kind_of
from survey.tables import (
    Assessment,
    AssessmentState,
    AuditEntry,
    Document,
    DocumentStanding,
    PoolEntry,
    PoolState,
    ScoreRow,
    SheetKind,
)
from survey.views.bureau import choices, columns, filters, tiles, views
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Frame
from survey.views.bureau.columns import PROVISIONAL, Columns
from survey.views.bureau.everything import Everything, Flow, lines_of
from survey.views.bureau.exports import Column, send_rows
from survey.views.bureau.filters import Filters
from survey.views.bureau.steps import (
    AdmitForm,
    AnswerForm,
    AssignForm,
    ReasonForm,
    ReturnForm,
    StepForm,
    TargetForm,
)
from survey.views.bureau.sums import Sums
from survey.web import access, here, lists
from survey.web.here import today
from survey.words import interests as interest_words
from survey.words.lists import NO_RUNG
from survey.words.log import LogWords
from survey.words.log_sentences import usernames_in

ON_ASSESSMENT = frozenset({"assign", "unassign"})
"""Steps whose page says at which version it showed the assessment, not the pool's entry."""
ORDERS = choices.orders(
    "-submitted", "planned", "-confirmed", "-share", "share", "firm", "township"
)


@dataclass(frozen=True)
class Listed:
    """The list as a request asks it: filters, lines, columns."""

    frame: Frame
    asked: Filters
    wanted: Wanted
    lines: list[AssessmentLine]
    total: int
    columns: Columns


def _listed(part: Slice) -> Listed:
    frame, session = choices.frame(), here.session()
    asked = filters.of_assessments(frame, SORTS)
    wanted = asked.wanted()
    lines, total = store.assessments(session, wanted, part)
    shown = columns.shown("assessments", columns.of_assessments(frame, {}, {}))
    every = _filled(frame, wanted, lines, shown.shown, _judged(frame, shown.shown))
    return Listed(frame, asked, wanted, lines, total, Columns(every, shown.shown))


def _judged(frame: Frame, keys: Collection[str]) -> columns.Judged:
    """Return the verdicts of every assessment, where a column tells them."""
    asked = any(key.startswith("verdict") for key in keys)
    return store.verdicts(here.session(), frame.edition.id) if asked else {}


def _filled(
    frame: Frame,
    wanted: Wanted,
    lines: Sequence[AssessmentLine],
    keys: Collection[str],
    judged: columns.Judged,
) -> Sequence[Column[Any]]:
    """The columns there are, with what these of them say of the lines."""
    only = replace(wanted, only=tuple(line.id for line in lines))
    unmet = store.unmet(here.session(), only) if "gap" in keys else {}
    return columns.of_assessments(frame, unmet, judged)


def everything() -> Everything:
    """The list as it is narrowed and ordered, with every column it has."""
    frame, session = choices.frame(), here.session()
    asked = filters.of_assessments(frame, SORTS)
    lines = lines_of(lambda part: store.assessments(session, asked.wanted(), part))
    unmet = store.unmet(session, asked.wanted())
    judged = store.verdicts(session, frame.edition.id)
    return Everything(columns.of_assessments(frame, unmet, judged), lines, asked.said)


def flow() -> Flow:
    """The same, some assessments at a time."""
    frame, session = choices.frame(), here.session()
    asked, heads = filters.of_assessments(frame, SORTS), columns.of_assessments(frame, {}, {})
    wanted, every = asked.wanted(), {column.key for column in heads}
    judged = _judged(frame, every)
    portions = (
        (_filled(frame, wanted, lines, every, judged), lines)
        for lines in store.in_portions(session, wanted)
    )
    return Flow(heads, portions, asked.said)


@pages.get("/assessments")
def assessments() -> ResponseReturnValue:
    """List the assessments of an edition under its figures; a draft only as being filled in."""
    part = lists.part()
    listed = _listed(part)
    counts = store.counts(here.session(), listed.frame.edition.id)
    plan = district.plan(here.session(), here.district(), listed.frame.edition)
    return render_template(
        "bureau/assessments.html",
        frame=listed.frame,
        wanted=listed.wanted,
        lines=listed.lines,
        total=listed.total,
        part=part,
        counts=counts,
        tiles=tiles.of_assessments(counts, plan),
        open_rounds=round_store.open_rounds(here.session(), today()),
        filters=listed.asked,
        columns=listed.columns,
        views=views.shown("assessments"),
        templates=template_store.templates(here.session(), "assessments"),
        sorts=choices.offered(ORDERS, listed.wanted.sort),
        arguments=lists.arguments(),
        chips=choices.in_force(listed.asked.said),
        chosen=lists.chosen(),
        most=lists.MOST_CHOSEN,
        back=url_for(".assessments", page=part.page, **lists.arguments()),
    )


@pages.get("/assessments.xlsx")
def export_assessments() -> ResponseReturnValue:
    """Send the list as it is filtered, ordered and laid out, all pages of it."""
    frame, session, place = choices.frame(), here.session(), here.district()
    asked = filters.of_assessments(frame, SORTS)
    shown = columns.shown("assessments", columns.of_assessments(frame, {}, {}))
    sums = Sums(frame)
    rows = _rows(frame, asked.wanted(), shown.shown, sums)
    more = sums.sheets(district.plan(session, place, frame.edition), place.name)
    return send_rows("assessments", "评估清单", shown.in_workbook, rows, asked.said, more)


def _rows(frame: Frame, wanted: Wanted, keys: Sequence[str], sums: Sums) -> Iterator[list[Cell]]:
    """Give all pages of the list, some lines at a time, counted as they go by."""
    judged = _judged(frame, keys)
    for lines in store.in_portions(here.session(), wanted):
        filled = Columns(_filled(frame, wanted, lines, keys, judged), keys).in_workbook
        yield from ([column.cell(line) for column in filled] for line in sums.along(lines))


def how_found(confirmed: bool, provisional: bool) -> str:
    """Say beside a rung how far it may be relied on."""
    if not confirmed:
        return "企业自评，未核验"
    return f"现场诊断核定，{PROVISIONAL}" if provisional else "现场诊断核定"


# --- one assessment ---------------------------------------------------------------------------


class Result(NamedTuple):
    """One sheet's score in short, read from what was kept when it was scored."""

    kind: SheetKind
    score: ScoreRow
    rung: Rung | None
    share: str
    next: Rung | None
    gates: tuple[GateResult, ...]
    version: int
    stands: bool
    """Whether it counts today; else it was the last one that did."""


@pages.get("/assessments/<row:assessment_id>")
def assessment(assessment_id: int) -> ResponseReturnValue:
    """Show one assessment that was handed in: the firm, both results, the steps so far and next."""
    return _page(access.known_assessment(assessment_id))


def _page(
    assessment: Assessment, failed: StepForm | None = None, status: int = 200
) -> ResponseReturnValue:
    session = here.session()
    entry = pool_store.pool_entry_of_firm(session, assessment.firm_id)
    frame = choices.frame_of(assessment.edition)
    results = _results(assessment)
    reports = documents.documents_about(session, "assessment", assessment.id)
    forms = _forms(assessment, entry, frame, results) | _withdrawals(reports)
    if failed is not None:
        forms[failed.step] = failed
    _show_versions(forms, assessment, entry)
    steps = log_store.steps_about(session, assessment.id, assessment.firm_id)
    return (
        render_template(
            "bureau/assessment.html",
            assessment=assessment,
            firm=assessment.firm,
            frame=frame,
            entry=entry,
            results=results,
            held=_held(assessment, results),
            forms=forms,
            reports=reports,
            withdrawn=documents.withdrawals(session, reports),
            visitors=_visitors(assessment),
            interests=interests.held_in(session, [assessment.firm.code]),
            interest_words=interest_words,
            asking=requests.open_one(session, assessment.id),
            has_last_round=_has_last_round(assessment),
            has_opinions=bool(pairs.of_assessment(session, assessment.id)),
            steps=steps,
            log_words=LogWords(*library.named(session), _people(steps)),
            figures=figures,
        ),
        status,
    )


def _has_last_round(assessment: Assessment) -> bool:
    """Whether there is a last round to hold this one against; a draft is its firm's alone."""
    handed_in = assessment.state != AssessmentState.DRAFT
    return handed_in and bool(earlier(here.session(), [assessment]))


def _results(assessment: Assessment) -> dict[SheetKind, Result]:
    """Return the last result of each sheet: the one that counts, or did before it was opened again."""
    found = versions_of(here.session(), assessment)
    last = (newest(found, kind) for kind in SheetKind)
    return {version.kind: _result(version) for version in last if version}


def _held(assessment: Assessment, results: dict[SheetKind, Result]) -> dict[SheetKind, Held]:
    """Return by how few answers the rung of the sheet that speaks is held."""
    kind = kind_of(assessment.state)
    if kind not in results or not results[kind].stands or not results[kind].score.support:
        return {}
    found = held(here.session(), assessment, kind)
    return {} if found is None else {kind: found}


def _result(version: Version) -> Result:
    questionnaire, row = questionnaire_of(version.assessment), version.score
    ladder = questionnaire.ladder
    return Result(
        version.kind,
        row,
        version.rung,
        figures.percent(version.share),
        ladder[row.step] if row.step < len(ladder) else None,
        tuple(gates.parse(kept, questionnaire) for kept in row.failed_gates or ()),
        version.number,
        version.stands,
    )


def _show_versions(
    forms: Mapping[str, StepForm], assessment: Assessment, entry: PoolEntry | None
) -> None:
    """Give each form the version of the row it acts on."""
    for form in forms.values():
        of_entry = entry.version if entry else 0
        form.show_at(assessment.version if form.step in ON_ASSESSMENT else of_entry)


def _visitors(assessment: Assessment) -> str:
    """Name whoever the visit is assigned to, the one who leads it first."""
    names = assessment_store.names_of(here.session(), assessment.visitors)
    return "、".join(names[id] for id in assessment.visitors)


def _people(steps: list[AuditEntry]) -> dict[str, str]:
    """Return the names of whoever was sent somewhere, by user name."""
    usernames = usernames_in(steps)
    found = log_store.names(here.session(), (), usernames, ()) if usernames else {}
    return {username: found.get(("user", username), username) for username in usernames}


def _forms(
    assessment: Assessment, entry: PoolEntry | None, frame: Frame, results: dict[SheetKind, Result]
) -> dict[str, StepForm]:
    """Return the steps open from here, each as an empty form."""
    state, forms = assessment.state, dict[str, StepForm]()
    if state == AssessmentState.DRAFT:
        return forms  # with its firm: nothing is decided on what is being changed
    if state in (AssessmentState.SUBMITTED, AssessmentState.VISITING):
        forms["assign"] = _assign_form(assessment)
        forms["return"] = ReturnForm("return", _groups(assessment))
    if state == AssessmentState.VISITING:
        forms["unassign"] = ReasonForm("unassign")
    if state == AssessmentState.CONFIRMED:
        forms["reopen"] = ReasonForm("reopen")
    if asking := requests.open_one(here.session(), assessment.id):
        forms["decline"] = AnswerForm("decline")
        forms["reopen" if "reopen" in forms else "return"].reason.data = asking.reason
    if entry is None or entry.state == PoolState.WITHDRAWN:
        forms["propose"] = _target_form("propose", frame, results)
    if entry is None or entry.state in (PoolState.PROPOSED, PoolState.WITHDRAWN):
        forms["admit"] = _target_form("admit", frame, results)
    return forms


def _groups(assessment: Assessment) -> list[tuple[Section, tuple[Question, ...]]]:
    """The questions a firm was asked, by section."""
    sheet = filled_sheet(here.session(), assessment, SheetKind.SELF)
    return [(section, sheet.asked(section)) for section in sheet.sections]


def _withdrawals(reports: list[Document]) -> dict[str, StepForm]:
    """Return a form for each report that may be withdrawn."""
    steps = (_withdraw(d.id) for d in reports if d.standing == DocumentStanding.VALID)
    return {step: ReasonForm(step) for step in steps}


def _withdraw(document_id: int) -> str:
    return f"withdraw-{document_id}"


def _assign_form(assessment: Assessment, *, posted: bool = False) -> AssignForm:
    """A form to send somebody, or to change who goes and when."""
    found = loads(here.session(), here.today(), [assessment.round_id])
    lead, second = assessment.consultant_id, assessment.second_consultant_id
    there = {"consultant": str(lead or ""), "second": str(second or "")}
    return AssignForm("assign", found, posted=posted, planned_on=assessment.planned_on, **there)


def _target_form(
    step: str, frame: Frame, results: dict[SheetKind, Result], *, posted: bool = False
) -> TargetForm:
    """A form for a target rung, saying beside it what the numbers say today."""
    kind = AdmitForm if step == "admit" else TargetForm
    return kind(step, frame.rungs, _hint(results), posted=posted)


def _hint(results: dict[SheetKind, Result]) -> str:
    standing = (results.get(kind) for kind in (SheetKind.ONSITE, SheetKind.SELF))
    result = next((one for one in standing if one and one.stands), None)
    if result is None:
        return "还没有评分结果。"
    title = result.rung.title if result.rung else NO_RUNG
    how = how_found(result.kind == SheetKind.ONSITE, result.score.is_provisional)
    return f"现在的等级：{title}（{how}，得分率 {result.share}）。目标由主管部门决定。"


# --- steps ------------------------------------------------------------------------------------


@pages.post("/assessments/<row:assessment_id>/assign")
def assign(assessment_id: int) -> ResponseReturnValue:
    """Send a consultant or a pair to the firm, or change who goes and when."""
    found = access.handed_in_assessment(assessment_id)
    form = _assign_form(found, posted=True)
    if not form.validate():
        return _page(found, form, 422)
    wanted = (int(form.consultant.data), form.second_id, form.planned_on.data)
    try:
        life.assign(
            here.step(),
            assessment_id,
            *wanted,
            shown=form.base_version(),
            despite=form.despite.data or "",
        )
    except Refusal as error:
        return _refused(assessment_id, form, error)
    flash("已指派诊断顾问，顾问现在可以开始现场诊断。", "good")
    return _back(assessment_id)


@pages.post("/assessments/<row:assessment_id>/unassign")
def unassign(assessment_id: int) -> ResponseReturnValue:
    """Take an assignment back: the firm waits for a consultant again."""
    found = access.handed_in_assessment(assessment_id)
    form = ReasonForm("unassign", posted=True)
    if not form.validate():
        return _page(found, form, 422)
    if found.state != AssessmentState.SUBMITTED or found.consultant_id:
        try:
            life.unassign(here.step(), assessment_id, reason=form.reason.data or "")
        except Refusal as error:
            return _refused(assessment_id, form, error)
    flash("已收回指派，企业回到待指派。已核验的内容保留。", "good")
    return _back(assessment_id)


@pages.post("/assessments/<row:assessment_id>/return")
def return_to_firm(assessment_id: int) -> ResponseReturnValue:
    """Give the sheet back to the firm; from here on it is a draft, and the firm's alone."""
    found = access.known_assessment(assessment_id)
    form = ReturnForm("return", _groups(found), posted=True)
    if _is_returned_for(found, typed.paragraph(form.reason.data)):
        return _returned()
    access.handed_in_assessment(assessment_id)
    if not form.validate():
        return _page(found, form, 422)
    try:
        life.return_to_firm(
            here.step(),
            assessment_id,
            reason=typed.reason(form.reason.data),
            questions=form.questions.data or (),
        )
    except Refusal as error:
        return _refused(assessment_id, form, error)
    return _returned()


def _is_returned_for(found: Assessment, reason: str) -> bool:
    """Whether this very press already went through: the second one must not look like a fault."""
    return bool(reason and found.state == AssessmentState.DRAFT and found.return_reason == reason)


def _returned() -> ResponseReturnValue:
    flash("已退回企业补充，退回理由企业可以看到。", "good")
    return redirect(url_for(".assessments"))


@pages.post("/assessments/<row:assessment_id>/decline-return")
def decline_return(assessment_id: int) -> ResponseReturnValue:
    """Leave a sheet as it is although its firm asks for it, and say why."""
    found = access.handed_in_assessment(assessment_id)
    form = AnswerForm("decline", posted=True)
    if not form.validate():
        return _page(found, form, 422)
    try:
        request_life.decline(here.step(), assessment_id, form.reason.data or "")
    except Refusal as error:
        return _refused(assessment_id, form, error)
    flash("已答复企业，答卷保持不变。", "good")
    return _back(assessment_id)


@pages.post("/assessments/<row:assessment_id>/reopen")
def reopen(assessment_id: int) -> ResponseReturnValue:
    """Take a confirmed assessment back to its consultant."""
    found = access.handed_in_assessment(assessment_id)
    form = ReasonForm("reopen", posted=True)
    if not form.validate():
        return _page(found, form, 422)
    try:
        life.reopen(here.step(), assessment_id, reason=typed.reason(form.reason.data))
    except Refusal as error:
        return _refused(assessment_id, form, error)
    flash("已重新打开，顾问可以继续核验。", "good")
    return _back(assessment_id)


@pages.post("/reports/<row:document_id>/withdraw")
def withdraw_report(document_id: int) -> ResponseReturnValue:
    """Take a report back; its reader is told why."""
    report = documents.document(here.session(), document_id)
    if report is None or report.subject != "assessment":
        abort(404)
    found = access.handed_in_assessment(report.subject_id)
    form = ReasonForm(_withdraw(document_id), posted=True)
    if not form.validate():
        return _page(found, form, 422)
    try:
        document_life.withdraw_document(here.step(), document_id, reason=form.reason.data or "")
    except Refusal as error:
        return _refused(found.id, form, error)
    flash(f"报告 {report.number} 已撤销，企业会在结果页看到理由。", "good")
    return _back(found.id)


@pages.post("/assessments/<row:assessment_id>/propose")
def propose(assessment_id: int) -> ResponseReturnValue:
    """Put the firm forward for the pool."""
    return _enter_pool("propose", assessment_id, "已列入拟入库名单。")


@pages.post("/assessments/<row:assessment_id>/admit")
def admit(assessment_id: int) -> ResponseReturnValue:
    """Take the firm into the pool."""
    return _enter_pool("admit", assessment_id, "已入库。")


def _enter_pool(step: str, assessment_id: int, done: str) -> ResponseReturnValue:
    found = access.handed_in_assessment(assessment_id)
    frame = choices.frame_of(found.edition)
    form = _target_form(step, frame, _results(found), posted=True)
    if not form.validate():
        return _page(found, form, 422)
    wanted: dict[str, Any] = {
        "target_rung": form.target_rung.data,
        "reason": form.reason.data or "",
        "base_version": form.base_version(),
    }
    try:
        if isinstance(form, AdmitForm):
            entry = pool.admit(here.step(), assessment_id, **wanted, sure=form.sure.data)
        else:
            entry = pool.propose(here.step(), assessment_id, **wanted)
    except Refusal as error:
        return _refused(assessment_id, form, error)
    flash(done, "good")
    return redirect(url_for(".pool_entry", entry_id=entry.id))


def _refused(assessment_id: int, form: StepForm, error: Refusal) -> ResponseReturnValue:
    """Show the page as it is now, with the refusal and everything that was typed."""
    return _page(access.handed_in_assessment(assessment_id), form, form.show_refusal(error))


def _back(assessment_id: int) -> ResponseReturnValue:
    return redirect(url_for(".assessment", assessment_id=assessment_id))
