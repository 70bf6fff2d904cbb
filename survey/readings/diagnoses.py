"""From stored rows to a diagnosis: the same value for the result page and for the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from questionnaires.frames import conditions, crosswalk, national, systems
from questionnaires.frames.national import NationalResult
from questionnaires.scoring import Score, score
from reports.diagnosis import Diagnosis, Told, diagnose
from reports.diagnosis.sections import Notes
from reports.facts import (
    Contact,
    Explained,
    Facts,
    File,
    Finding,
    FirmsWord,
    InUse,
    Photo,
    SelfAssessment,
    SystemSeen,
    Verification,
)
from reports.visit import Visited
from survey import clock
from survey.library import edition_of
from survey.lifecycle.versions import Beside, beside, profile
from survey.readings.hints import settled
from survey.readings.notes import OPEN, by_kind, visited
from survey.readings.peers import peers_of
from survey.readings.sheets import FilledSheet, filled_version
from survey.readings.signing import signed_of
from survey.readings.trend import trend_of
from survey.readings.versions import own_beside
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import evidence, listings, responses, signatures
from survey.store.settings import District
from survey.tables import (
    NOTE,
    Assessment,
    Evidence,
    Explanation,
    FirmTitle,
    ResponseKind,
    SheetKind,
    SheetRow,
)
from survey.words.wording import SETTLEMENTS

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
    version: SheetRow | None = None,
) -> Diagnosis:
    """Diagnose one submitted or confirmed sheet.

    Args:
        version: A version that was left behind; without it the sheet that speaks.
        photos: Pictures made safe to print, by SHA-256 of the upload; None for one that cannot be
            shown. A page has none: it links to them, and asks nothing of other firms and rounds.

    Raises:
        NotThere: The assessment has no such sheet.
    """
    sheet = filled_version(session, assessment, kind, version)
    said = beside(session, assessment, sheet.row)
    questionnaire, edition = sheet.questionnaire, edition_of(assessment)
    onsite, on_paper = kind == SheetKind.ONSITE, photos is not None
    scored = score(questionnaire, sheet.answers, sheet.processes)
    facts = facts_of(
        session, assessment, sheet.row, district=district, issued=issued, number=number
    )
    told = _told(session, sheet, said, photos or {})
    if on_paper:
        told["peers"] = peers_of(session, assessment, scored, facts.size or "", issued)
        told["trend"] = trend_of(session, assessment.firm_id)
    return diagnose(
        replace(
            facts,
            systems=_systems(edition, scored),
            titles=_titles(session, assessment) if on_paper else (),
        ),
        kind,
        scored,
        sheet.answers,
        own=_own(session, sheet) if onsite else None,
        notes=_notes(sheet),
        choices=said.choices if onsite else None,
        conditions=conditions.judge(
            edition.conditions, questionnaire, sheet.answers, reduced=district.reduced, today=issued
        ),
        **told,
    )


def _told(
    session: Session, sheet: FilledSheet, said: Beside, photos: Mapping[str, bytes | None]
) -> Told:
    """Read the sheet across to other frames; of a visit also what it left beside its verdicts."""
    edition = edition_of(sheet.assessment)
    told: Told = {
        "crosswalk": crosswalk.read_across(
            edition.crosswalk, sheet.questionnaire, sheet.answers, sheet.processes
        ),
        "national": _national(sheet.assessment, sheet),
        "findings": _findings(sheet, said.problems, photos),
    }
    if sheet.row.kind == SheetKind.ONSITE:
        told["visit"] = _visited(session, sheet, said, photos)
        told["explained"] = _explained(sheet, said.explanations)
        told["words"] = _words(session, sheet.row)
    return told


def _systems(edition: Edition, scored: Score) -> tuple[SystemSeen, ...]:
    """Say which systems the answers show in use."""
    known = {one.id: one for one in edition.systems.systems} if edition.systems else {}
    return tuple(
        SystemSeen(known[id].title, known[id].meaning, seen)
        for id, seen in systems.shown(edition.systems, scored)
    )


def _national(assessment: Assessment, sheet: FilledSheet) -> NationalResult | None:
    """Read the sheet across to the nation's four rungs."""
    return national.read(
        edition_of(assessment).national,
        sheet.questionnaire,
        sheet.answers,
        sheet.processes,
        above_scale=profile(assessment, sheet.row).above_scale,
    )


def _visited(
    session: Session, sheet: FilledSheet, said: Beside, photos: Mapping[str, bytes | None]
) -> Visited:
    noted = by_kind(said.notes, sheet.files, sheet.questionnaire)
    return replace(
        visited(noted, photos), signed=signed_of(session, sheet.assessment, sheet.row, photos)
    )


def photos_for_paper(session: Session, assessment_id: int, kind: SheetKind) -> dict[str, str]:
    """Return the media types of the pictures a report on this sheet shows, by their SHA-256."""
    sheet = store.sheet(session, assessment_id, kind)
    if sheet is None:
        return {}
    files = evidence.by_question(session, [sheet.id])[sheet.id]
    signed = signatures.signatures(session, assessment_id) if kind == SheetKind.ONSITE else []
    return (
        {row.sha256: row.media_type for row in signed if row.sha256}
        | {
            file.sha256: file.media_type
            for place, kept in files.items()
            if place.startswith(NOTE)
            for file in kept
            if file.has_thumbnail and file.scan_state in OPEN
        }
        | {
            file.sha256: file.media_type
            for question, row in answer_store.answers(session, sheet.id).items()
            if row.finding
            for file in _shown(files.get(question, []))
        }
    )


def _shown(files: Sequence[Evidence]) -> list[Evidence]:
    shown = [file for file in files if file.has_thumbnail and file.scan_state in OPEN]
    return shown[:MOST_PHOTOS]


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
    firm = profile(assessment, sheet)
    trade = edition_of(assessment).trades[assessment.trade]
    titles = {process.id: process.title for process in trade.processes}
    onsite = sheet.kind == SheetKind.ONSITE
    handed_in, confirmed = _moments(session, assessment, sheet)
    consultant = (assessment.consultant_id if sheet.speaks else sheet.author_id) if onsite else None
    return Facts(
        firm=firm.name,
        code=assessment.firm.code,
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
        employees=firm.employees,
        revenue=firm.revenue,
        products=firm.products or "",
        in_use=tuple(map(InUse.kept, firm.in_use)),
        version=sheet.version,
        contacts=_contacts(firm.contact_name, firm.contact_post, firm.contact_phone),
        submitted=_day(handed_in),
        visited=_day(sheet.created_at) if onsite else None,
        confirmed=_day(confirmed) if onsite else None,
        consultant=store.name_of(session, consultant) if consultant else "",
        demonstration=district.demonstration,
    )


def _titles(session: Session, assessment: Assessment) -> tuple[str, ...]:
    return tuple(_title(one) for one in listings.told(session, assessment.firm_id).titles)


def _title(title: FirmTitle) -> str:
    parts = (
        f"{title.year} 年" if title.year else "",
        title.level or "",
        f"有效期至 {title.until}" if title.until else "",
    )
    said = "，".join(filter(None, parts))
    return f"{title.title}（{said}）" if said else title.title


def _moments(
    session: Session, assessment: Assessment, sheet: SheetRow
) -> tuple[datetime | None, datetime | None]:
    """Return when the firm handed in what a sheet rests on, and when the sheet was confirmed."""
    if sheet.speaks:
        return assessment.submitted_at, assessment.confirmed_at
    own = own_beside(session, sheet) if sheet.kind == SheetKind.ONSITE else sheet
    scores = [store.score(session, row.id) if row else None for row in (own, sheet)]
    handed_in, scored = (score.scored_at if score else None for score in scores)
    return handed_in, scored


def _contacts(name: str | None, post: str | None, phone: str | None) -> tuple[Contact, ...]:
    return (Contact(name, post or "", phone or ""),) if name else ()


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(clock.LOCAL).date() if moment else None


def _own(session: Session, onsite: FilledSheet) -> SelfAssessment:
    row = own_beside(session, onsite.row)
    own = filled_version(session, onsite.assessment, SheetKind.SELF, row)
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


def _explained(
    sheet: FilledSheet, explanations: Mapping[str, Explanation]
) -> tuple[Explained, ...]:
    return tuple(
        Explained(
            hint.says,
            tuple((side.name, side.words) for side in hint.sides),
            hint.explanation.says,
            hint.explanation.author,
            hint.explanation.saved_at.astimezone(clock.LOCAL).date(),
        )
        for hint in settled(sheet, explanations)
        if hint.explanation
    )


def _words(session: Session, onsite: SheetRow) -> tuple[FirmsWord, ...]:
    """What the firm said of this version, and how the bureau settled it."""
    return tuple(
        FirmsWord(
            objects=row.kind == ResponseKind.OBJECTED,
            name=row.name,
            post=row.post,
            on=row.said_at.astimezone(clock.LOCAL).date(),
            says=row.says,
            settled=SETTLEMENTS[row.settlement] if row.settlement else "",
            answer=row.answer,
        )
        for row in responses.responses(session, onsite.assessment_id, onsite.version)
    )


def _findings(
    sheet: FilledSheet, problems: str | None, photos: Mapping[str, bytes | None]
) -> tuple[Finding, ...]:
    """The consultant's summary first, then what was found question by question."""
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
