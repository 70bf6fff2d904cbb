"""Settle what does not sit well together on a visit: a changed answer ends it, or a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy.orm import Session

from questionnaires.answers import Sheet
from questionnaires.contradictions import Contradiction, Fact, Told, contradictions
from survey.library import questionnaire_of
from survey.lifecycle import second_sheets, typed
from survey.lifecycle.errors import Invalid, Locked, NotThere
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.states import WRITABLE
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import contradictions as queries
from survey.store import evidence
from survey.tables import Assessment, Explanation, Firm, SheetKind

LONGEST = 500


def explain(step: Step, assessment_id: int, check_id: str, says: str) -> None:
    """Keep why both sides of a contradiction are right; it holds for these very answers.

    Raises:
        NotThere: There is no such contradiction (any more).
        Invalid: Nothing is said, or too much.
    """
    with step.writing() as session:
        assessment = store.assessment(session, assessment_id, lock=True)
        if assessment is None:
            raise NotThere
        if assessment.state != WRITABLE[SheetKind.ONSITE]:
            raise Locked(assessment.state)
        second_sheets.require_shared(step, assessment)
        found = {one.check.id: one for one in on_visit(session, assessment)}
        if check_id not in found:
            raise NotThere
        text = typed.text("says", says, LONGEST)
        if not text:
            raise Invalid({"says": "请用一句话写明为什么两边都属实。"})
        row = Explanation(
            assessment_id=assessment.id,
            check_id=check_id,
            spoke_of=found[check_id].values,
            says=text,
            author_id=step.by.user_id,
            author=step.by.name,
            saved_at=step.now,
        )
        session.merge(row)
        spoken = {"check": check_id, "values": found[check_id].values}
        step.log("explain", assessment, after=spoken, reason=text)


def forget_gone(session: Session, assessment: Assessment) -> None:
    """Drop what was said of contradictions that another answer ended; the log keeps it."""
    held = {one.check.id for one in on_visit(session, assessment)}
    for check_id, row in queries.explanations(session, [assessment.id])[assessment.id].items():
        if check_id not in held:
            session.delete(row)


def unexplained(
    found: Iterable[Contradiction], explanations: Mapping[str, Explanation]
) -> tuple[Contradiction, ...]:
    """Return the contradictions nobody has explained as they are now."""
    return tuple(one for one in found if explained(one, explanations) is None)


def explained(found: Contradiction, explanations: Mapping[str, Explanation]) -> Explanation | None:
    """Return what settles a contradiction; what was said of other values does not."""
    row = explanations.get(found.check.id)
    return row if row is not None and row.spoke_of == found.values else None


def on_visit(session: Session, assessment: Assessment) -> tuple[Contradiction, ...]:
    """Return what does not sit well together on the on-site sheet as it stands."""
    onsite = store.sheet(session, assessment.id, SheetKind.ONSITE)
    own = store.sheet(session, assessment.id, SheetKind.SELF)
    if onsite is None or own is None:
        raise NotThere
    questionnaire = questionnaire_of(assessment)
    files = evidence.by_question(session, [own.id, onsite.id])
    told = Told(
        sheet_of(questionnaire, answer_store.answers(session, onsite.id)),
        frozenset(onsite.processes),
        facts_of(session.get_one(Firm, assessment.firm_id)),
        last_sheets(session, [assessment]).get(assessment.id),
        frozenset(files[own.id]) | frozenset(files[onsite.id]),
    )
    return contradictions(questionnaire, told)


def facts_of(firm: Firm) -> dict[str, Fact]:
    """Return what a firm's profile says that cross-checks look at: its own words, no list's."""
    said = {name: getattr(firm, name) for name in ("employees", "revenue", "size", "above_scale")}
    return {name: None if name in firm.from_lists else fact for name, fact in said.items()}


def last_sheets(session: Session, assessments: Collection[Assessment]) -> dict[int, Sheet]:
    """Return what the firm of each assessment answered in the round before, where it did."""
    before = queries.earlier(session, assessments)
    if not before:
        return {}
    rows = answer_store.answers_of(session, [sheet.id for _, sheet in before.values()])
    return {
        id: sheet_of(questionnaire_of(earlier), rows[sheet.id])
        for id, (earlier, sheet) in before.items()
    }
