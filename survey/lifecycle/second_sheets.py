"""The sheet that the second of a pair keeps apart (另填的核查表): begun, brought up to date, finished.

It begins as the firm's own sheet with nothing judged (after a visit was opened again: with what its
author had judged, where the firm said nothing new), stands beside the on-site sheet that speaks, and never
speaks itself. Files and processes are facts of both: they stay with the sheet that speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from survey.library import questionnaire_of
from survey.lifecycle import verification
from survey.lifecycle.errors import (
    ForTheLead,
    Incomplete,
    Locked,
    NotThere,
    SheetFinished,
)
from survey.lifecycle.states import WRITABLE
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import pairs
from survey.store.answers import KeptAnswer
from survey.store.pairs import Apart
from survey.tables import (
    Assessment,
    Need,
    SecondSheet,
    SecondState,
    SheetKind,
    SheetRow,
    Verdict,
)


def begin(step: Step, assessment_id: int) -> None:
    """Let the second of a visit judge on a sheet of their own from now on; again changes nothing.

    Raises:
        NotThere: The visit is not, or no longer, theirs as the second of a pair.
        Locked: The visit is not under way.
    """
    with step.writing() as session:
        assessment = _second_of(step, session, assessment_id)
        if pairs.in_force(session, assessment_id):
            return
        own = _sheet(session, assessment_id, SheetKind.SELF)
        shared = _sheet(session, assessment_id, SheetKind.ONSITE)
        earlier = _earlier(step, assessment_id)
        row = _row_beside(step, shared)
        second = SecondSheet(
            sheet_id=row.id, shared_id=shared.id, author_id=row.author_id, begun_at=step.now
        )
        session.add(second)
        _copy(step, own, shared, row, earlier)
        step.log("second_begin", assessment)


def _earlier(step: Step, assessment_id: int) -> dict[str, KeptAnswer]:
    """Return what whoever takes this step judged before on a sheet of this assessment, by question."""
    for second, row in pairs.of_assessment(step.session, assessment_id):
        if second.author_id == step.by.user_id:
            return answer_store.answers(step.session, row.id)
    return {}


def _row_beside(step: Step, shared: SheetRow) -> SheetRow:
    row = SheetRow(
        assessment_id=shared.assessment_id,
        kind=SheetKind.ONSITE,
        version=shared.version,
        author_id=step.by.user_id,
        speaks=False,
        second=True,
        processes=shared.processes,
        lacking=shared.lacking,
        created_at=step.now,
    )
    step.session.add(row)
    step.session.flush()
    return row


def _copy(
    step: Step, own: SheetRow, shared: SheetRow, row: SheetRow, earlier: Mapping[str, KeptAnswer]
) -> None:
    """Give a new sheet what the firm said, and what its author judged of just that before.

    Its revisions go on from those of the shared sheet: a save that was made for that one, and comes
    late from a device, meets a conflict instead of passing for one of this sheet.
    """
    said = answer_store.answers(step.session, own.id)
    seen = answer_store.answers(step.session, shared.id)
    copies = []
    for id in {**said, **seen}:
        revision = (seen[id].revision if id in seen else 0) + 1
        fields, name = copied(step, row.id, id, said.get(id), revision, earlier.get(id))
        copies.append((fields | _still(earlier.get(id), said.get(id)), name))
    store.keep_first_answers(step.session, copies)


def _still(judged: KeptAnswer | None, said: KeptAnswer | None) -> dict[str, Any]:
    """Return what of an earlier judgment stands: all of it, unless the firm has answered since."""
    if judged is None or (said is not None and judged.saved_at < said.saved_at):
        return {}
    return {"value": judged.value, "verification": judged.verification, "remark": judged.remark}


def copied(
    step: Step,
    sheet_id: int,
    question_id: str,
    said: KeptAnswer | None,
    revision: int,
    before: KeptAnswer | None = None,
) -> tuple[dict[str, Any], str]:
    """Return the firm's answer as an on-site sheet keeps it, unjudged, with the name of its request.

    Args:
        before: The answer that stood there; what was written to it stays.
    """
    fields = {
        "sheet_id": sheet_id,
        "question_id": question_id,
        "value": said.value if said else None,
        "remark": "",
        "verification": Verdict.UNVERIFIED,
        "reason": before.reason if before else "",
        "finding": before.finding if before else "",
        "saved_at": step.now,
        "author_id": said.author_id if said else step.by.user_id or 0,
        "revision": revision,
    }
    return fields, f"copy:{revision}:{question_id}"  # no client may send a colon


def bring_up_to_date(step: Step, own: SheetRow, onsite: SheetRow) -> int:
    """Bring what the firm said since into an on-site sheet; return how many answers that were.

    What the firm left unchanged keeps its verdict.
    """
    session = step.session
    visited = answer_store.answers(session, onsite.id)
    onsite.processes, onsite.lacking = own.processes, own.lacking
    copies = [
        copied(step, onsite.id, id, said, row.revision + 1 if row else 1, row)
        for id, said in answer_store.answers(session, own.id).items()
        if (row := visited.get(id)) is None or row.saved_at < said.saved_at
    ]
    store.keep_answers(session, copies)
    return len(copies)


def follow(step: Step, own: SheetRow, shared: SheetRow) -> None:
    """Bring the sheets beside an on-site sheet up to date; one that has to be judged anew is open."""
    for second, row in pairs.beside(step.session, shared.id):
        if bring_up_to_date(step, own, row):
            second.finished_at = second.compared_at = None


def share_processes(session: Session, shared: SheetRow) -> None:
    """Let the sheets beside an on-site sheet be about the same processes."""
    for _, row in pairs.beside(session, shared.id):
        row.processes = shared.processes


def finish(step: Step, assessment_id: int) -> None:
    """Say that the second's sheet is finished (我这张填完了): it is not written any more.

    Raises:
        NotThere: The visit is not theirs, or they keep no sheet apart.
        Locked: The visit is not under way.
        SheetFinished: The lead has gone on without it.
        Incomplete: Names what still needs something, question by question.
    """
    with step.writing() as session:
        assessment = _second_of(step, session, assessment_id)
        apart = pairs.in_force(session, assessment_id)
        if apart is None:
            raise NotThere
        if apart.second.state == SecondState.CLOSED:
            raise SheetFinished(assessment.state)
        if apart.second.state != SecondState.OPEN:
            return
        if missing := open_items(session, assessment, apart.row):
            raise Incomplete(missing)
        apart.second.finished_at = step.now
        step.log("second_finish", assessment)


def open_items(
    session: Session, assessment: Assessment, sheet: SheetRow
) -> dict[str, tuple[Need, ...]]:
    """Return what an on-site sheet of a pair still needs: {question id: what it needs}."""
    questionnaire = questionnaire_of(assessment)
    own = _sheet(session, assessment.id, SheetKind.SELF)
    shared = _sheet(session, assessment.id, SheetKind.ONSITE)
    rows = answer_store.answers_of(session, [own.id, sheet.id])
    said, found = rows[own.id], rows[sheet.id]
    return verification.open_items(
        questionnaire,
        frozenset(shared.processes),
        said=said,
        found=found,
        files=store.evidence_counts(session, shared.id),
        resting=verification.resting_on(questionnaire, (sheet, found), (own, said)),
    )


def of_writer(step: Step, assessment: Assessment) -> Apart | None:
    """Return the sheet that whoever takes this step keeps apart on a visit, if any."""
    if step.by.user_id is None or step.by.user_id != assessment.second_consultant_id:
        return None
    return pairs.in_force(step.session, assessment.id)


def require_shared(step: Step, assessment: Assessment) -> None:
    """Refuse what belongs to the sheet that speaks to a second who keeps one apart.

    Raises:
        ForTheLead: They do.
    """
    if of_writer(step, assessment):
        raise ForTheLead


def sheet_of_writer(step: Step, assessment: Assessment) -> SheetRow:
    """Return the on-site sheet that whoever takes this step fills.

    Raises:
        NotThere: There is none.
        SheetFinished: It is finished.
    """
    apart = of_writer(step, assessment)
    if apart is None:
        return _sheet(step.session, assessment.id, SheetKind.ONSITE)
    if apart.second.state != SecondState.OPEN:
        raise SheetFinished(assessment.state)
    return apart.row


def _second_of(step: Step, session: Session, assessment_id: int) -> Assessment:
    assessment = store.assessment(session, assessment_id, lock=True)
    if assessment is None or step.by.user_id is None:
        raise NotThere
    if assessment.second_consultant_id != step.by.user_id:
        raise NotThere
    if assessment.state != WRITABLE[SheetKind.ONSITE]:
        raise Locked(assessment.state)
    return assessment


def _sheet(session: Session, assessment_id: int, kind: SheetKind) -> SheetRow:
    sheet = store.sheet(session, assessment_id, kind)
    if sheet is None:
        raise NotThere
    return sheet
