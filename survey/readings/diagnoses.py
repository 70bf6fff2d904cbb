"""From stored rows to a diagnosis: the same value for the result page and for the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from questionnaires.frames import conditions, crosswalk, national
from questionnaires.scoring import score
from reports.diagnosis import Diagnosis, diagnose
from reports.diagnosis.sections import Notes
from reports.facts import (
    Contact,
    Explained,
    Facts,
    File,
    Finding,
    Photo,
    SelfAssessment,
    Verification,
)
from survey import clock
from survey.library import edition_of
from survey.readings.hints import settled
from survey.readings.sheets import FilledSheet, filled_sheet
from survey.store import assessments as store
from survey.store import evidence
from survey.store.contradictions import explanations
from survey.store.settings import District
from survey.tables import Assessment, Evidence, SheetKind, SheetRow

MOST_PHOTOS = 4
"""Photos of one finding that the report shows; the rest are named."""


def diagnosis_of(
    session: Session,
    assessment: Assessment,
    kind: SheetKind,
    *,
    district: District,
    issued: date,
    number: str = "",
    photos: Mapping[str, bytes | None] | None = None,
) -> Diagnosis:
    """Diagnose one submitted or confirmed sheet.

    Args:
        photos: Pictures made safe to print, by SHA-256 of the upload; None for one that cannot be
            shown. A page has none: it links to them instead.

    Raises:
        NotThere: The assessment has no such sheet.
    """
    sheet = filled_sheet(session, assessment, kind)
    questionnaire, edition = sheet.questionnaire, edition_of(assessment)
    onsite = kind == SheetKind.ONSITE
    return diagnose(
        facts_of(session, assessment, sheet.row, district=district, issued=issued, number=number),
        kind,
        score(questionnaire, sheet.answers, sheet.processes),
        sheet.answers,
        own=_own(filled_sheet(session, assessment, SheetKind.SELF)) if onsite else None,
        notes=_notes(sheet),
        findings=_findings(sheet, photos or {}),
        explained=_explained(session, sheet) if onsite else (),
        packages=assessment.chosen_packages if onsite else None,
        crosswalk=crosswalk.read_across(
            edition.crosswalk, questionnaire, sheet.answers, sheet.processes
        ),
        conditions=conditions.judge(
            edition.conditions, questionnaire, sheet.answers, reduced=district.reduced, today=issued
        ),
        national=national.read(
            edition.national,
            questionnaire,
            sheet.answers,
            sheet.processes,
            above_scale=assessment.firm.above_scale,
        ),
    )


def photos_for_paper(session: Session, assessment_id: int, kind: SheetKind) -> dict[str, str]:
    """Return the media types of the pictures a report on this sheet shows, by their SHA-256."""
    sheet = store.sheet(session, assessment_id, kind)
    if sheet is None:
        return {}
    files = evidence.by_question(session, [sheet.id])[sheet.id]
    return {
        file.sha256: file.media_type
        for question, row in store.answers(session, sheet.id).items()
        if row.finding
        for file in _shown(files.get(question, []))
    }


def _shown(files: Sequence[Evidence]) -> list[Evidence]:
    return [file for file in files if file.has_thumbnail][:MOST_PHOTOS]


def facts_of(
    session: Session,
    assessment: Assessment,
    sheet: SheetRow,
    *,
    district: District,
    issued: date,
    number: str = "",
) -> Facts:
    """Say who is diagnosed, when, by whom and for whom."""
    firm = assessment.firm
    trade = edition_of(assessment).trades[assessment.trade]
    titles = {process.id: process.title for process in trade.processes}
    consultant = assessment.consultant_id if sheet.kind == SheetKind.ONSITE else None
    return Facts(
        firm=firm.name,
        code=firm.code,
        trade=trade.title,
        district=district.name,
        bureau=district.bureau,
        round=assessment.round.title,
        issued=issued,
        number=number,
        processes=tuple(titles[p] for p in titles if p in sheet.processes),
        township=firm.township or "",
        park=firm.park or "",
        size=firm.size,  # the column allows these words only
        above_scale=firm.above_scale,
        contacts=_contacts(firm.contact_name, firm.contact_post, firm.contact_phone),
        submitted=_day(assessment.submitted_at),
        visited=_day(sheet.created_at) if sheet.kind == SheetKind.ONSITE else None,
        confirmed=_day(assessment.confirmed_at) if sheet.kind == SheetKind.ONSITE else None,
        consultant=store.name_of(session, consultant) if consultant else "",
        demonstration=district.demonstration,
    )


def _contacts(name: str | None, post: str | None, phone: str | None) -> tuple[Contact, ...]:
    return (Contact(name, post or "", phone or ""),) if name else ()


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(clock.LOCAL).date() if moment else None


def _own(own: FilledSheet) -> SelfAssessment:
    return SelfAssessment(score(own.questionnaire, own.answers, own.processes), own.answers)


def _notes(sheet: FilledSheet) -> Notes:
    return Notes(
        remarks={q: row.remark for q, row in sheet.rows.items() if row.remark},
        evidence={
            q: tuple(File(file.name, file.id) for file in kept) for q, kept in sheet.files.items()
        },
        verifications={
            q: Verification(row.verification, row.reason)
            for q, row in sheet.rows.items()
            if row.verification
        },
    )


def _explained(session: Session, sheet: FilledSheet) -> tuple[Explained, ...]:
    number = sheet.assessment.id
    return tuple(
        Explained(
            hint.says,
            tuple((side.name, side.words) for side in hint.sides),
            hint.explanation.says,
            hint.explanation.author,
            hint.explanation.saved_at.astimezone(clock.LOCAL).date(),
        )
        for hint in settled(sheet, explanations(session, [number])[number])
        if hint.explanation
    )


def _findings(sheet: FilledSheet, photos: Mapping[str, bytes | None]) -> tuple[Finding, ...]:
    """The consultant's summary first, then what was found question by question."""
    problems = sheet.assessment.problems
    found = [Finding(text=problems)] if problems else []
    for question in sheet.questionnaire.questions.values():
        row = sheet.rows.get(question.id)
        if row is None or not row.finding:
            continue
        found.append(
            Finding(
                text=row.finding,
                title=f"{question.code} {question.short}",
                question_id=question.id,
                photos=tuple(
                    Photo(file.name, file.id, photos.get(file.sha256))
                    for file in _shown(sheet.files.get(question.id, []))
                ),
            )
        )
    return tuple(found)
