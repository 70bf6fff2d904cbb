"""From stored rows to a diagnosis: the same value for the result page and for the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from questionnaires.frames import conditions, crosswalk
from questionnaires.model import Questionnaire
from questionnaires.scoring import score
from reports.diagnosis import Diagnosis, diagnose
from reports.diagnosis.sections import Notes
from reports.facts import Contact, Facts, Finding, Photo, SelfAssessment, Verification
from survey import clock
from survey.library import edition_of, questionnaire_of
from survey.lifecycle.errors import NotThere
from survey.lifecycle.sheets import sheet_of
from survey.store import assessments as store
from survey.store.settings import District
from survey.tables import AnswerRow, Assessment, Evidence, SheetKind, SheetRow

MOST_PHOTOS = 4
"""Photos of one finding that the report shows; the rest are named."""


def diagnosis_of(
    session: Session,
    assessment: Assessment,
    kind: SheetKind,
    *,
    place: District,
    issued: date,
    number: str = "",
    photos: Mapping[str, bytes | None] | None = None,
) -> Diagnosis:
    """Diagnose one submitted or confirmed sheet.

    Args:
        photos: Pictures made safe to print, by SHA-256 of the upload; None for one that cannot be
            shown. The page links to them instead.

    Raises:
        NotThere: The assessment has no such sheet.
    """
    questionnaire = questionnaire_of(assessment)
    sheet = store.sheet(session, assessment.id, kind)
    own = store.sheet(session, assessment.id, SheetKind.SELF)
    if sheet is None or own is None:
        raise NotThere
    rows = store.answers(session, sheet.id)
    answers = sheet_of(questionnaire, rows)
    processes = frozenset(sheet.processes)
    files = store.evidence_of_sheet(session, sheet.id)
    edition = edition_of(assessment)
    return diagnose(
        facts_of(session, assessment, sheet, place=place, issued=issued, number=number),
        kind,
        score(questionnaire, answers, processes),
        answers,
        own=_own(session, questionnaire, own) if kind == SheetKind.ONSITE else None,
        notes=_notes(rows, files),
        findings=_findings(assessment, questionnaire, rows, files, photos or {}),
        packages=assessment.chosen_packages if kind == SheetKind.ONSITE else None,
        crosswalk=crosswalk.read_across(edition.crosswalk, questionnaire, answers, processes),
        conditions=conditions.judge(
            edition.conditions, questionnaire, answers, reduced=place.reduced, today=issued
        ),
    )


def photos_for_paper(session: Session, assessment_id: int, kind: SheetKind) -> dict[str, str]:
    """Return the media types of the pictures a report on this sheet shows, by their SHA-256."""
    sheet = store.sheet(session, assessment_id, kind)
    if sheet is None:
        return {}
    files = store.evidence_of_sheet(session, sheet.id)
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
    place: District,
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
        district=place.name,
        bureau=place.bureau,
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
        demonstration=place.demonstration,
    )


def _contacts(name: str | None, post: str | None, phone: str | None) -> tuple[Contact, ...]:
    return (Contact(name, post or "", phone or ""),) if name else ()


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(clock.LOCAL).date() if moment else None


def _own(session: Session, questionnaire: Questionnaire, own: SheetRow) -> SelfAssessment:
    answers = sheet_of(questionnaire, store.answers(session, own.id))
    return SelfAssessment(score(questionnaire, answers, frozenset(own.processes)), answers)


def _notes(rows: Mapping[str, AnswerRow], files: Mapping[str, list[Evidence]]) -> Notes:
    return Notes(
        remarks={q: row.remark for q, row in rows.items() if row.remark},
        evidence={q: tuple(file.name for file in kept) for q, kept in files.items()},
        verifications={
            q: Verification(row.verification, row.reason)
            for q, row in rows.items()
            if row.verification
        },
    )


def _findings(
    assessment: Assessment,
    questionnaire: Questionnaire,
    rows: Mapping[str, AnswerRow],
    files: Mapping[str, list[Evidence]],
    photos: Mapping[str, bytes | None],
) -> tuple[Finding, ...]:
    """The consultant's summary first, then what was found question by question."""
    found = [Finding(text=assessment.problems)] if assessment.problems else []
    for question in questionnaire.questions.values():
        row = rows.get(question.id)
        if row is None or not row.finding:
            continue
        found.append(
            Finding(
                text=row.finding,
                title=f"{question.code} {question.short}",
                question_id=question.id,
                photos=tuple(
                    Photo(file.name, photos[file.sha256])
                    for file in _shown(files.get(question.id, []))
                    if file.sha256 in photos
                ),
            )
        )
    return tuple(found)
