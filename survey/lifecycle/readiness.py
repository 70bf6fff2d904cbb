"""What stands between a sheet and its step: handed in, it is whole; confirmed, every answer is judged."""

from __future__ import annotations

from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from questionnaires.progress import progress
from survey.library import questionnaire_of
from survey.lifecycle import contradictions, disagreements, starts, verification
from survey.lifecycle.errors import Contradicted, Incomplete, Invalid
from survey.lifecycle.sheets import row_of, sheet_of
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import starts as start_store
from survey.store.contradictions import explanations
from survey.tables import Assessment, Need, SheetKind, SheetRow

# --- handed in ------------------------------------------------------------------------------------


def require_whole(session: Session, assessment: Assessment, sheet: SheetRow) -> None:
    """Refuse to hand in a sheet that lacks something.

    Raises:
        Incomplete: Names every question without an answer.
        Invalid: The processes are not said, or the profile is still that of the last round.
    """
    questionnaire = questionnaire_of(assessment)
    _require_profile(session, assessment)
    _require_processes(questionnaire, sheet)
    _require_complete(session, questionnaire, sheet)


def _require_profile(session: Session, assessment: Assessment) -> None:
    """What a firm said of itself in its last round is looked at before it stands for this one."""
    sheet = start_store.own_sheet(session, assessment.id)
    if starts.profile_waits(sheet.start if sheet else None, assessment):
        raise Invalid(
            {
                "profile": "企业信息还是上一轮的。请核对人数、收入、工序等；没有变化，也请打开后保存一次。"
            }
        )


def _require_processes(questionnaire: Questionnaire, sheet: SheetRow) -> None:
    """A sheet says what the firm makes; what its trade usually has is ticked, or said why not."""
    known = questionnaire.trade.processes
    if known and not sheet.processes:
        raise Invalid({"processes": "还没有勾选工序。请在企业信息里勾选本厂的工序和产品。"})
    missing = [p for p in known if p.usual and p.id not in sheet.processes]
    if silent := [p.title for p in missing if not sheet.lacking.get(p.id)]:
        raise Invalid(
            {"processes": f"没有勾选“{'”“'.join(silent)}”。请在企业信息里补勾，或写明没有的原因。"}
        )


def _require_complete(session: Session, questionnaire: Questionnaire, sheet: SheetRow) -> None:
    kept = sheet_of(questionnaire, answer_store.answers(session, sheet.id))
    state = progress(questionnaire, kept, frozenset(sheet.processes))
    missing = [q for section in state.sections for q in section.missing]
    if missing:
        raise Incomplete(dict.fromkeys(missing, (Need.ANSWER,)))


# --- confirmed ------------------------------------------------------------------------------------


def require_judged(session: Session, assessment: Assessment) -> None:
    """Refuse to confirm what is still open, contradicts, or is seen otherwise by the second."""
    if missing := open_items(session, assessment):
        raise Incomplete(missing)
    if open_ := open_contradictions(session, assessment):
        raise Contradicted(open_)
    disagreements.require_settled(session, assessment)


def open_items(session: Session, assessment: Assessment) -> dict[str, tuple[Need, ...]]:
    """Return what stands between a visit and its confirmation: {question id: what it needs}."""
    questionnaire = questionnaire_of(assessment)
    own = row_of(session, assessment.id, SheetKind.SELF)
    onsite = row_of(session, assessment.id, SheetKind.ONSITE)
    said, found = answer_store.answers(session, own.id), answer_store.answers(session, onsite.id)
    return verification.open_items(
        questionnaire,
        frozenset(onsite.processes),
        said=said,
        found=found,
        files=store.evidence_counts(session, onsite.id),
        resting=verification.resting_on(questionnaire, (onsite, found), (own, said)),
    )


def open_contradictions(session: Session, assessment: Assessment) -> tuple[str, ...]:
    """Return the checks of a visit whose contradictions nobody has explained."""
    found = contradictions.on_visit(session, assessment)
    known = explanations(session, [assessment.id])[assessment.id]
    return tuple(one.check.id for one in contradictions.unexplained(found, known))
