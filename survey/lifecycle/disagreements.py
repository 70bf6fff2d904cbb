"""Two sheets of a pair side by side: compared, decided on by the lead, or one of them left out.

What each said is kept as it was when both were compared; every decision writes the lead's sheet by the
rules of any answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires import answers as wire
from questionnaires.model import LevelQuestion, Question, Questionnaire
from survey.library import questionnaire_of
from survey.lifecycle import answers, second_sheets, typed
from survey.lifecycle.answers import KEEP, Change
from survey.lifecycle.errors import Incomplete, Invalid, Locked, NotThere, Stale, Unsettled
from survey.lifecycle.states import WRITABLE
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import pairs
from survey.store.answers import KeptAnswer
from survey.store.pairs import Apart
from survey.tables import (
    Assessment,
    Decision,
    Need,
    Opinion,
    PairNeed,
    SecondState,
    SheetKind,
    SheetRow,
    Verdict,
)

UNJUDGED = (None, Verdict.UNVERIFIED)
NO_OPINION = (Verdict.UNVERIFIED, Verdict.AS_SAID)
"""What is no opinion of the second's that the lead could take."""


@dataclass(frozen=True)
class Side:
    """What one of the two said of an answer."""

    value: object
    verdict: Verdict
    reason: str
    level: int | None

    @classmethod
    def of(cls, question: Question, row: KeptAnswer | None) -> Side:
        if row is None:
            return cls(None, Verdict.UNVERIFIED, "", None)
        verdict = row.verification or Verdict.UNVERIFIED
        seen = verdict in (Verdict.VERIFIED, Verdict.CHANGED) and row.value is not None
        level = wire.level_of(question, wire.parse(question, row.value)) if seen else None
        return cls(row.value, verdict, row.reason, level)

    @property
    def kind(self) -> Verdict | None:
        """How it was judged; seen and confirmed or seen and changed is one."""
        seen = self.verdict in (Verdict.VERIFIED, Verdict.CHANGED)
        return None if seen else self.verdict


def differ(lead: Side, second: Side) -> bool:
    """Whether the second's opinion is another; where the second judged nothing there is none."""
    if second.verdict in UNJUDGED:
        return False
    judged_apart = lead.verdict not in UNJUDGED and lead.kind != second.kind
    return lead.value != second.value or judged_apart


def compare(step: Step, assessment_id: int) -> None:
    """Lay both sheets side by side, once both are judged; again changes nothing.

    Raises:
        NotThere: The visit is not the reader's to lead, or nobody keeps a sheet apart.
        Locked: The visit is not under way.
        Unsettled: The second is not done.
        Incomplete: Names what the lead has not judged.
    """
    with step.writing() as session:
        assessment, apart = _led(step, session, assessment_id)
        if apart.second.state == SecondState.COMPARED:
            return
        if apart.second.state != SecondState.FINISHED:
            raise Unsettled(PairNeed.FINISH)
        shared = _shared(session, assessment)
        unjudged = {
            id: needs
            for id, needs in second_sheets.open_items(session, assessment, shared).items()
            if {Need.ANSWER, Need.VERDICT} & set(needs)
        }
        if unjudged:
            raise Incomplete(unjudged)
        differing = _keep_opinions(session, assessment, shared, apart)
        apart.second.compared_at, apart.second.lead_id = step.now, step.by.user_id
        step.log("second_compare", assessment, after={"answers": differing})


def _keep_opinions(session: Session, assessment: Assessment, shared: SheetRow, apart: Apart) -> int:
    """Keep what both say of every answer; return of how many they say otherwise.

    Where neither said anything new since the last time, what was kept and decided stays.
    """
    questionnaire = questionnaire_of(assessment)
    rows = answer_store.answers_of(session, [shared.id, apart.row.id])
    known = pairs.opinions(session, apart.row.id)
    first = not pairs.were_compared(session, assessment.id)
    differing = 0
    for question in questionnaire.all_asked(frozenset(shared.processes)):
        mine = rows[shared.id].get(question.id)
        lead, second = (Side.of(question, rows[id].get(question.id)) for id in rows)
        row = known.pop(question.id, None)
        if row is None or not _stands(row, lead, second):
            alone = first and (mine is None or mine.author_id != apart.second.author_id)
            row = _opinion(apart.row.id, question.id, lead, second, alone)
            session.merge(row)
        differing += row.differs
    for gone in known.values():
        session.delete(gone)
    return differing


def _stands(row: Opinion, lead: Side, second: Side) -> bool:
    """Whether an opinion that was kept is still what both say, or what was decided."""
    theirs = (row.second_value, row.second_verdict) == (second.value, second.verdict)
    now = (lead.value, lead.verdict)
    mine = (row.lead_value, row.lead_verdict) == now or (
        row.decision is not None and (row.decided_value, row.decided_verdict) == now
    )
    return theirs and mine


def _opinion(
    sheet_id: int, question_id: str, lead: Side, second: Side, independent: bool
) -> Opinion:
    return Opinion(
        sheet_id=sheet_id,
        question_id=question_id,
        lead_value=lead.value,
        lead_verdict=lead.verdict,
        lead_reason=lead.reason,
        lead_level=lead.level,
        second_value=second.value,
        second_verdict=second.verdict,
        second_reason=second.reason,
        second_level=second.level,
        independent=independent,
        differs=differ(lead, second),
        decision=None,
        why="",
        decided_value=None,
        decided_verdict=None,
        decided_by="",
        decided_at=None,
    )


class Wish(NamedTuple):
    """How the lead decides on one answer, as typed; ``level`` where it is another level."""

    decision: str
    why: str
    level: str
    base_revision: int


def decide(step: Step, assessment_id: int, question_id: str, wish: Wish) -> None:
    """Decide where the second said otherwise; the lead's sheet is written by the rules of any answer.

    Raises:
        NotThere: The visit is not the reader's to lead, or there is no such disagreement.
        Locked: The visit is not under way.
        Unsettled: The two were not compared yet.
        Invalid: Names what is missing or cannot be taken.
        Stale: The lead's answer was changed since the page was read.
    """
    with step.writing() as session:
        assessment, apart = _led(step, session, assessment_id)
        if apart.second.state != SecondState.COMPARED:
            raise Unsettled(PairNeed.COMPARE)
        opinion = pairs.opinions(session, apart.row.id).get(question_id)
        question = questionnaire_of(assessment).questions.get(question_id)
        if opinion is None or question is None or not opinion.differs:
            raise NotThere
        change = _change(question, opinion, wish)
        shared = _shared(session, assessment)
        row = answer_store.answers(session, shared.id).get(question_id)
        if (row.revision if row else 0) != wish.base_revision:
            raise Stale
        if change is not None:
            answers.keep_change(step, assessment_id, SheetKind.ONSITE, change)
        _keep_decision(
            step, opinion, answer_store.answers(session, shared.id).get(question_id), wish
        )
        step.log(
            "second_decide",
            assessment,
            after={"question": question.code, "decision": wish.decision},
            reason=opinion.why,
        )


def _change(question: Question, opinion: Opinion, wish: Wish) -> Change | None:
    """Return what a decision writes to the lead's sheet; None where it stays as it is."""
    faults: dict[str, str] = {}
    why = typed.paragraph(wish.why)
    if not why:
        faults["why"] = "请写明理由：看了什么、为什么这样定。"
    if len(why) > typed.MOST_REASON:
        faults["why"] = f"理由最多 {typed.MOST_REASON} 字，请删减。"
    fields: dict[str, object] | None = None
    match wish.decision:
        case Decision.KEEP:
            pass
        case Decision.TAKE if opinion.second_verdict not in NO_OPINION:
            fields = _theirs(opinion, why)
        case Decision.OTHER if isinstance(question, LevelQuestion):
            level = typed.whole(wish.level)
            if level is None or level >= len(question.levels):
                faults["level"] = "请选择另定的是哪一档。"
            fields = {"value": level, "reason": why}
        case _:
            faults["decision"] = "请选择怎样定：保留我的、采用组员的，或另定一档。"
    if faults:
        raise Invalid(faults)
    if fields is None:
        return None
    request_id = f"decide:{wish.base_revision}:{question.id}"  # no client may send a colon
    return Change(question.id, request_id, wish.base_revision, **fields)  # type: ignore[arg-type]


def _theirs(opinion: Opinion, why: str) -> dict[str, object]:
    reason = {"reason": opinion.second_reason or why}
    if opinion.second_verdict == Verdict.NOT_SEEN:
        return {"verification": Verdict.NOT_SEEN, **reason}
    return {"value": opinion.second_value, "verification": KEEP, **reason}


def _keep_decision(step: Step, opinion: Opinion, row: KeptAnswer | None, wish: Wish) -> None:
    opinion.decision, opinion.why = Decision(wish.decision), typed.paragraph(wish.why)
    opinion.decided_value = row.value if row else None
    opinion.decided_verdict = (row and row.verification) or Verdict.UNVERIFIED
    opinion.decided_by, opinion.decided_at = step.by.name, step.now


def go_on_without(step: Step, assessment_id: int, *, reason: str) -> None:
    """Let the lead close the visit without the second's sheet, saying why.

    Raises:
        NotThere: The visit is not the reader's to lead, or nobody keeps a sheet apart.
        Locked: The visit is not under way.
        Invalid: The second is done by now, or no reason is given.
    """
    with step.writing() as session:
        assessment, apart = _led(step, session, assessment_id)
        if apart.second.state == SecondState.CLOSED:
            return
        if apart.second.state != SecondState.OPEN:
            raise Invalid({"reason": "组员已经填完，请比对两人意见，再核定。"})
        apart.second.closed_why = typed.reason(reason)
        apart.second.closed_at = step.now
        step.log("second_close", assessment, reason=apart.second.closed_why)


def require_settled(session: Session, assessment: Assessment) -> None:
    """Refuse to confirm while a sheet that is kept apart stands against it.

    Raises:
        Unsettled: Says what is to be done first.
    """
    apart = pairs.in_force(session, assessment.id)
    if apart is None:
        return
    found = need(session, assessment, apart)
    if found is not None:
        raise Unsettled(*found)


def need(
    session: Session, assessment: Assessment, apart: Apart
) -> tuple[PairNeed, tuple[str, ...]] | None:
    """Return what stands against confirming, with the questions to decide; None for nothing."""
    match apart.second.state:
        case SecondState.OPEN:
            return PairNeed.FINISH, ()
        case SecondState.FINISHED:
            return PairNeed.COMPARE, ()
        case SecondState.CLOSED:
            return None
    rows = answer_store.answers(session, _shared(session, assessment).id)
    kept = pairs.opinions(session, apart.row.id)
    open_ = undecided(questionnaire_of(assessment), kept, rows)
    return (PairNeed.DECIDE, open_) if open_ else None


def undecided(
    questionnaire: Questionnaire, kept: Mapping[str, Opinion], rows: Mapping[str, KeptAnswer]
) -> tuple[str, ...]:
    """Return the questions in reading order on which the lead has still to decide.

    What was decided and then answered otherwise on the sheet is to be decided again.
    """
    return tuple(
        id
        for id in questionnaire.questions
        if (one := kept.get(id)) and one.differs and not is_decided(one, rows.get(id))
    )


def is_decided(opinion: Opinion, row: KeptAnswer | None) -> bool:
    now = (row.value, row.verification) if row else (None, Verdict.UNVERIFIED)
    return opinion.decision is not None and now == (opinion.decided_value, opinion.decided_verdict)


def _led(step: Step, session: Session, assessment_id: int) -> tuple[Assessment, Apart]:
    assessment = store.assessment(session, assessment_id, lock=True)
    if assessment is None or step.by.user_id is None:
        raise NotThere
    if assessment.consultant_id != step.by.user_id:
        raise NotThere
    if assessment.state != WRITABLE[SheetKind.ONSITE]:
        raise Locked(assessment.state)
    apart = pairs.in_force(session, assessment_id)
    if apart is None:
        raise NotThere
    return assessment, apart


def _shared(session: Session, assessment: Assessment) -> SheetRow:
    sheet = store.sheet(session, assessment.id, SheetKind.ONSITE)
    if sheet is None:
        raise NotThere
    return sheet
