"""One firm's assessment as an officer sees it: what it says, the steps so far, the forms of those to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue

from questionnaires import gates
from questionnaires.gates import GateResult
from questionnaires.model import Question, Rung, Section
from reports import figures
from survey import library
from survey.library import questionnaire_of
from survey.readings.sheets import filled_sheet
from survey.readings.supports import Held, held
from survey.readings.versions import Version, newest, versions_of
from survey.readings.workloads import loads
from survey.store import assessments as assessment_store
from survey.store import documents, interests, mails, pairs, requests
from survey.store import log as log_store
from survey.store import pool as pool_store
from survey.store.contradictions import earlier
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
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Frame
from survey.views.bureau.columns import PROVISIONAL
from survey.views.bureau.hands import in_hands
from survey.views.bureau.steps import (
    AdmitForm,
    AnswerForm,
    AssignForm,
    ReasonForm,
    ReturnForm,
    StepForm,
    TargetForm,
)
from survey.web import access, here
from survey.words import hands as hand_words
from survey.words import interests as interest_words
from survey.words import rounds as round_words
from survey.words.lists import NO_RUNG
from survey.words.log import LogWords
from survey.words.log_sentences import usernames_in

ON_ASSESSMENT = frozenset({"assign", "unassign"})
"""Steps whose page says at which version it showed the assessment, not the pool's entry."""


def how_found(confirmed: bool, provisional: bool) -> str:
    """Say beside a rung how far it may be relied on."""
    if not confirmed:
        return "企业自评，未核验"
    return f"现场诊断核定，{PROVISIONAL}" if provisional else "现场诊断核定"


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
    return page(access.known_assessment(assessment_id))


def page(
    assessment: Assessment, failed: StepForm | None = None, status: int = 200
) -> ResponseReturnValue:
    session = here.session()
    entry = pool_store.pool_entry_of_firm(session, assessment.firm_id)
    frame = choices.frame_of(assessment.edition)
    results = results_of(assessment)
    reports = documents.documents_about(session, "assessment", assessment.id)
    forms = _forms(assessment, entry, frame, results) | _withdrawals(reports)
    if failed is not None:
        forms[failed.step] = failed
    _show_versions(forms, assessment, entry)
    steps = log_store.steps_about(session, assessment.id, assessment.firm_id)
    visitors, asking = _visitors(assessment), requests.open_one(session, assessment.id)
    pooled = entry is not None and entry.state != PoolState.PROPOSED
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
            visitors="、".join(visitors),
            hands=in_hands(assessment, visitors, asked=asking is not None, pooled=pooled),
            news=mails.newest_news(session, assessment.id),
            subjects=hand_words.SUBJECTS,
            mail_states=round_words.MAILS,
            interests=interests.held_in(session, [assessment.firm.code]),
            interest_words=interest_words,
            asking=asking,
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


def results_of(assessment: Assessment) -> dict[SheetKind, Result]:
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


def _visitors(assessment: Assessment) -> list[str]:
    """Name whoever the visit is assigned to, the one who leads it first."""
    names = assessment_store.names_of(here.session(), assessment.visitors)
    return [names[id] for id in assessment.visitors]


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
        forms["assign"] = assign_form(assessment)
        forms["return"] = ReturnForm("return", groups(assessment))
    if state == AssessmentState.VISITING:
        forms["unassign"] = ReasonForm("unassign")
    if state == AssessmentState.CONFIRMED:
        forms["reopen"] = ReasonForm("reopen")
    if asking := requests.open_one(here.session(), assessment.id):
        forms["decline"] = AnswerForm("decline")
        forms["reopen" if "reopen" in forms else "return"].reason.data = asking.reason
    if entry is None or entry.state == PoolState.WITHDRAWN:
        forms["propose"] = target_form("propose", frame, results)
    if entry is None or entry.state in (PoolState.PROPOSED, PoolState.WITHDRAWN):
        forms["admit"] = target_form("admit", frame, results)
    return forms


def groups(assessment: Assessment) -> list[tuple[Section, tuple[Question, ...]]]:
    """The questions a firm was asked, by section."""
    sheet = filled_sheet(here.session(), assessment, SheetKind.SELF)
    return [(section, sheet.asked(section)) for section in sheet.sections]


def _withdrawals(reports: list[Document]) -> dict[str, StepForm]:
    """Return a form for each report that may be withdrawn."""
    steps = (withdraw_step(d.id) for d in reports if d.standing == DocumentStanding.VALID)
    return {step: ReasonForm(step) for step in steps}


def withdraw_step(document_id: int) -> str:
    return f"withdraw-{document_id}"


def assign_form(assessment: Assessment, *, posted: bool = False) -> AssignForm:
    """A form to send somebody, or to change who goes and when."""
    found = loads(here.session(), here.today(), [assessment.round_id])
    lead, second = assessment.consultant_id, assessment.second_consultant_id
    there = {"consultant": str(lead or ""), "second": str(second or "")}
    return AssignForm("assign", found, posted=posted, planned_on=assessment.planned_on, **there)


def target_form(
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
