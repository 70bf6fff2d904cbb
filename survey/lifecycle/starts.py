"""Begin a sheet with what stood at the end of the firm's last round, until the firm looks at it.

What stands so is no answer: it is kept beside the answers and never counted. A question counts as
answered once its firm touched it, or said of the module that nothing changed (与上年相同). The start is
what spoke for the firm: what the visit confirmed where one did, with the firm's own word beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from questionnaires.meaning import carried
from questionnaires.model import Question
from survey.files.uploads import Stored
from survey.library import questionnaire_of
from survey.lifecycle.answers import Change, keep_change
from survey.lifecycle.contradictions import facts_of
from survey.lifecycle.errors import Locked, NotThere
from survey.lifecycle.evidence import Caption, Limits, put, writable
from survey.lifecycle.states import WRITABLE
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.store import assessments as assessments_store
from survey.store import evidence as evidence_store
from survey.store import starts as store
from survey.store import visits
from survey.store.answers import KeptAnswer
from survey.store.sheets import kind_of
from survey.tables import Assessment, Evidence, Firm, SheetKind, SheetRow, Start

Rows = Mapping[str, KeptAnswer]


def begin_with(step: Step, firm: Firm, assessment: Assessment, sheet: SheetRow) -> None:
    """Keep what a new sheet begins with, where its firm had a round before; inside ``begin``."""
    session = step.session
    last = store.last_handed_in(session, firm.id, assessment.id)
    if last is None:
        return
    sheets, kind = visits.sheets(session, [last.id]), kind_of(last.state)
    own, spoke = sheets[last.id, SheetKind.SELF], sheets[last.id, kind]
    rows = answer_store.answers_of(session, {own.id, spoke.id})
    given = {id: row.value for id, row in rows[spoke.id].items()}
    found = carried(questionnaire_of(last), questionnaire_of(assessment), given)
    start = Start(
        sheet_id=sheet.id,
        last_id=last.id,
        own_id=own.id,
        kind=kind,
        same={id: _same(was, rows[own.id], rows[spoke.id]) for id, was in found.same.items()},
        again={id: {"question": q.id, "value": given[q.id]} for id, q in found.again.items()},
        facts=facts_of(firm),
    )
    session.add(start)


def _same(was: Question, own: Rows, spoke: Rows) -> dict[str, Any]:
    """Return one answer of last round: what spoke, and what the firm had said where that was other."""
    row, said = spoke[was.id], own.get(was.id)
    kept = {"question": was.id, "value": row.value, "remark": said.remark if said else ""}
    if said is not None and said.value != row.value:
        kept |= {"said": said.value, "why": row.reason}
    return kept


def confirm_same(
    step: Step, assessment_id: int, section_id: str, questions: Collection[str]
) -> int:
    """Let answers of last round stand this year, of these questions those nobody has touched.

    All of it in one transaction; pressing twice finds nothing more to confirm.

    Args:
        section_id: The module they were shown in, for the log.

    Returns:
        How many.

    Raises:
        NotThere, Locked, Invalid: As ``save_answer``.
    """
    with step.writing() as session:
        assessment, sheet = _begun(step, assessment_id)
        known = answer_store.answers(session, sheet.id)
        same = sheet.start.same if sheet.start else {}
        kept = [id for id in questions if id in same and id not in known]
        for id in kept:
            change = Change(
                question_id=id,
                request_id=f"same:{id}"[:LONGEST_NAME],  # no client may send a colon
                base_revision=0,
                value=same[id]["value"],
                remark=same[id]["remark"],
            )
            keep_change(step, assessment_id, SheetKind.SELF, change)
        if kept:
            step.log("same", assessment, after={"section": section_id, "answers": len(kept)})
        return len(kept)


LONGEST_NAME = 64
"""Of a request, as ``AnswerRevision`` keeps it."""


def _begun(step: Step, assessment_id: int) -> tuple[Assessment, SheetRow]:
    """Return an assessment that its firm fills, kept from other writers, and its sheet with its start."""
    assessment = assessments_store.assessment(step.session, assessment_id, lock=True)
    sheet = store.own_sheet(step.session, assessment_id)
    if assessment is None or sheet is None:
        raise NotThere
    if assessment.state != WRITABLE[SheetKind.SELF]:
        raise Locked(assessment.state)
    return assessment, sheet


def profile_waits(start: Start | None, assessment: Assessment) -> bool:
    """Whether a firm's profile is still that of its last round: nobody looked at it since this began."""
    said = assessment.firm.confirmed_at
    return start is not None and (said is None or said < assessment.created_at)


def keep_files(step: Step, assessment_id: int, question_id: str, *, limits: Limits) -> int:
    """Put the firm's files of last round behind a question again: it says that they still hold.

    Each remembers when it was handed in first. Pressing twice finds nothing more.

    Raises:
        NotThere, Locked: As ``attach``.
        Invalid: The question is not asked, or has no room.
    """
    with step.writing() as session:
        place = writable(session, assessment_id, SheetKind.SELF, question_id, lock=True)
        sheet = store.own_sheet(session, assessment_id)
        start = sheet.start if sheet else None
        if start is None:
            raise NotThere
        held = {file.sha256 for file in _files(step, place.sheet.id).get(question_id, ())}
        old = _files(step, start.own_id).get(question_then(start, question_id), ())
        fresh = [file for file in old if file.sha256 not in held]
        for file in fresh:
            row = put(step, session, place, _stored(file), _caption(file), limits=limits)
            row.first_at = file.first_at or file.uploaded_at
        return len(fresh)


def question_then(start: Start, question_id: str) -> str:
    """Return the id that a question had in the last round."""
    known = start.same.get(question_id) or start.again.get(question_id) or {}
    return str(known.get("question", question_id))


def _files(step: Step, sheet_id: int) -> Mapping[str, Collection[Evidence]]:
    return evidence_store.by_question(step.session, [sheet_id])[sheet_id]


def _stored(file: Evidence) -> Stored:
    return Stored(
        name=file.name,
        sha256=file.sha256,
        media_type=file.media_type,
        size=file.size,
        has_thumbnail=file.has_thumbnail,
        taken_at=file.taken_at,
        likeness=file.likeness,
    )


def _caption(file: Evidence) -> Caption:
    return Caption(file.caption, file.taken_at)
