"""The life of an assessment: begin, submit, return, assign, confirm, reopen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from survey import clock
from survey.library import edition_of, questionnaire_of
from survey.lifecycle import (
    calendars,
    contradictions,
    documents,
    interests,
    judging,
    mails,
    readiness,
    requests,
    responses,
    second_sheets,
    signing,
    starts,
    teams,
    typed,
    versions,
)
from survey.lifecycle.errors import (
    Invalid,
    Locked,
    NotInvited,
    NotThere,
    RoundClosed,
    Stale,
)
from survey.lifecycle.responses import Word
from survey.lifecycle.scores import keep_score
from survey.lifecycle.sheets import row_of
from survey.lifecycle.signing import Signing
from survey.lifecycle.states import ASSESSMENT, WRITABLE
from survey.lifecycle.step import About, Step
from survey.lifecycle.teams import Team
from survey.store import assessments as store
from survey.store import firms, newest, pool, rounds, tallies
from survey.store import interests as interest_store
from survey.tables import (
    Assessment,
    AssessmentState,
    News,
    Round,
    SheetKind,
    SheetRow,
)


@dataclass(frozen=True)
class Receipt:
    """Proof of a submission: pressing twice gives the same one."""

    assessment_id: int
    submitted_at: datetime
    declared_by: str


def begin(step: Step, firm_id: int, round_id: int) -> Assessment:
    """Open the firm's assessment of a round; a second call returns the first one.

    What the firm said in its last round stands beside the new sheet as its start.

    Raises:
        RoundClosed: Only what was begun in time goes on.
        NotInvited: The round is for other firms.
    """
    with step.writing() as session:
        firm = firms.firm(session, firm_id, lock=True)
        round_ = rounds.round_(session, round_id)
        if firm is None or round_ is None:
            raise NotThere
        for known in store.assessments_of_firm(session, firm_id):
            if known.round_id == round_id:
                return known
        _require_open(round_, step.now.astimezone(clock.LOCAL).date())
        if not rounds.is_for(session, round_, firm_id):
            raise NotInvited(
                {"round": "本企业不在这一轮的邀请名单里。要参加，请联系主管部门的联系人。"}
            )
        assessment = Assessment(
            firm_id=firm.id,
            round_id=round_.id,
            edition=round_.edition,
            trade=firm.trade,
            state=AssessmentState.DRAFT,
            created_at=step.now,
        )
        session.add(assessment)
        newest.tell(session, firm.id)
        sheet = SheetRow(
            assessment_id=assessment.id,
            kind=SheetKind.SELF,
            processes=firm.processes,
            lacking=firm.lacking,
            created_at=step.now,
        )
        session.add(sheet)
        session.flush()
        starts.begin_with(step, firm, assessment, sheet)
        step.log("begin", About("assessment", assessment.id, firm.id))
        return assessment


def _require_open(round_: Round, today: date) -> None:
    if today < round_.opens_on:
        raise RoundClosed({"round": f"这一轮评估 {round_.opens_on} 才开始。"})
    if round_.closes_on is not None and today > round_.closes_on:
        raise RoundClosed({"round": f"这一轮评估已于 {round_.ended_on} 截止。"})


def set_processes(
    step: Step, assessment_id: int, processes: Collection[str], *, kind: SheetKind = SheetKind.SELF
) -> None:
    """Say which processes a sheet is about; answers to questions it hides are kept, not counted."""
    with step.writing() as session:
        assessment = writable(session, assessment_id, kind)
        second_sheets.require_shared(step, assessment)
        keep_processes(step, assessment, processes, kind)


def keep_processes(
    step: Step,
    assessment: Assessment,
    processes: Collection[str],
    kind: SheetKind,
    lacking: Mapping[str, str] | None = None,
) -> None:
    """Set the processes of a sheet that may be written, inside the caller's transaction.

    ``lacking`` says why usual ones are missing; without it what was said before stays.
    """
    known = {p.id for p in edition_of(assessment).trades[assessment.trade].processes}
    if unknown := set(processes) - known:
        raise Invalid({"processes": f"没有这些工序：{'、'.join(sorted(unknown))}。"})
    sheet = row_of(step.session, assessment.id, kind)
    before = {"processes": sheet.processes, "lacking": sheet.lacking}
    sheet.processes = sorted(processes)
    sheet.lacking = sheet.lacking if lacking is None else dict(lacking)
    after = {"processes": sheet.processes, "lacking": sheet.lacking}
    second_sheets.share_processes(step.session, sheet)
    if before != after:
        step.log("processes", assessment, before=before, after=after)


def submit(step: Step, assessment_id: int, *, declared_by: str) -> Receipt:
    """Hand the firm's sheet in: complete, declared true, scored, read-only from now on.

    Raises:
        Incomplete: Names every question without an answer.
        Invalid: Nobody signed the truth statement, the processes are not said, or the profile is
            still that of the last round.
    """
    with step.writing() as session:
        assessment = _held(session, assessment_id)
        if assessment.state != AssessmentState.DRAFT and assessment.submitted_at:
            return Receipt(assessment.id, assessment.submitted_at, assessment.declared_by or "")
        name = declared_by.strip()
        if not name or len(name) > 60:
            raise Invalid({"declared_by": "请填写承诺人姓名（60 字以内）。"})
        sheet = row_of(session, assessment_id, SheetKind.SELF)
        questionnaire = questionnaire_of(assessment)
        readiness.require_whole(session, assessment, sheet)
        before, after = _turn(assessment, "submit")
        assessment.submitted_at, assessment.submitted_by = step.now, step.by.user_id
        assessment.declared_by, assessment.return_reason = name, None
        assessment.return_questions = None
        row = keep_score(step, questionnaire, assessment, sheet)
        step.log(
            "submit",
            assessment,
            before={"state": before},
            after={"state": after, "share": row.share},
        )
        judging.again(step, [assessment.firm_id])
        return Receipt(assessment.id, step.now, name)


def return_to_firm(
    step: Step, assessment_id: int, *, reason: str, questions: Collection[str] = ()
) -> None:
    """Give the sheet back to the firm for completion (退回), saying why.

    A request of the firm that waits is granted by it.

    Args:
        questions: Those the firm is to look at again, by id.
    """
    with step.writing() as session:
        assessment = _held(session, assessment_id)
        second_sheets.require_shared(step, assessment)
        before, after = _turn(assessment, "return")
        assessment.return_reason = why = typed.reason(reason)
        assessment.return_questions = _named(assessment, questions)
        left = versions.leave(step, assessment, row_of(session, assessment_id, SheetKind.SELF))
        more = _settled(step, assessment, SheetKind.SELF)
        on_visit = before == AssessmentState.VISITING
        named = readiness.open_contradictions(session, assessment) if on_visit else ()
        day, assessment.planned_on = assessment.planned_on, None
        calendars.follow(step, assessment)
        step.log(
            "return",
            assessment,
            before={"state": before} | ({"planned_on": day} if day else {}),
            after={"state": after, "version": left}
            | more
            | ({"contradictions": named} if named else {}),
            reason=why,
        )
        judging.again(step, [assessment.firm_id])
        mails.tell(step, assessment, News.RETURNED)


def _settled(step: Step, assessment: Assessment, sheet: SheetKind) -> dict[str, Any]:
    """Settle what hangs on a sheet that is opened again; return what the log says of it."""
    asked = {"granted": True} if requests.grant(step, assessment) else {}
    report = documents.supersede(step, assessment.id, sheet)
    return asked | ({"superseded": report.number} if report else {})


def _named(assessment: Assessment, questions: Collection[str]) -> list[str] | None:
    """Return the named questions in reading order; None where none is named."""
    known = questionnaire_of(assessment).questions
    if set(questions) - known.keys():
        raise Invalid({"questions": "点名的题目里有问卷没有的，请刷新页面后重选。"})
    return [id for id in known if id in questions] or None


def assign(
    step: Step,
    assessment_id: int,
    consultant_id: int,
    second_id: int | None = None,
    planned_on: date | None = None,
    *,
    shown: int | None = None,
    despite: str = "",
) -> None:
    """Send a consultant or a pair to a submitted assessment, perhaps on a day.

    The on-site sheet starts as the firm's copy. Assigning again while the visit runs changes the
    people and the day and keeps the work; the same once more changes nothing.

    Args:
        shown: The version of the assessment that the officer's page showed.
        despite: Why they are sent although one of them has an interest in the firm.

    Raises:
        Invalid: No such consultant, the same one twice, or a day that cannot be.
        Locked: The firm has the sheet, or it is confirmed.
        Stale: Somebody changed the assessment since then.
        Interested: One of them has an interest in the firm, and nobody says why they go all the same.
    """
    with step.writing() as session:
        assessment = _held(session, assessment_id)
        team = teams.team(session, consultant_id, second_id, planned_on)
        if planned_on != assessment.planned_on:
            teams.require_day(planned_on, step.today)
        send(step, assessment, team, shown=shown, despite=despite)


def send(
    step: Step, assessment: Assessment, team: Team, *, shown: int | None = None, despite: str = ""
) -> None:
    """Send a team to an assessment that is held, inside the caller's transaction."""
    there = assessment.state == AssessmentState.VISITING and team.goes_to(assessment)
    if there and not interest_store.asking(step.session, assessment.id):
        return
    if shown is not None and shown != assessment.version:
        raise Stale
    _require_turn(assessment, "assign")
    why = interests.require_none(step, assessment, team.ids, despite)
    before, after = _turn(assessment, "assign")
    interests.settle(step, assessment)
    was = teams.kept(step.session, assessment)
    assessment.consultant_id, assessment.second_consultant_id = team.ids
    assessment.planned_on = team.day_of(assessment)
    if before == AssessmentState.SUBMITTED:
        _copy_sheet(step, assessment)
    calendars.follow(step, assessment)
    now = teams.kept(step.session, assessment)
    changed = {name for name in now if now[name] != was[name]} if was["consultant"] else set()
    step.log(
        "assign",
        assessment,
        before={"state": before} | {name: was[name] for name in was if name in changed},
        after={"state": after}
        | {name: now[name] for name in now if now[name] or name in changed}
        | ({"despite": True} if why else {}),
        reason=why,
    )
    if assessment.planned_on and now != was:
        mails.tell(step, assessment, News.VISIT)


def unassign(step: Step, assessment_id: int, *, reason: str) -> None:
    """Take an assignment back: nobody visits the firm until somebody is sent anew.

    What was written on site stays, for whoever goes next.

    Raises:
        Invalid: Nobody says why.
        Locked: No visit is under way.
    """
    with step.writing() as session:
        assessment = _held(session, assessment_id)
        before, after = _turn(assessment, "unassign")
        interests.settle(step, assessment)
        was = teams.kept(session, assessment)
        assessment.consultant_id = assessment.second_consultant_id = assessment.planned_on = None
        calendars.follow(step, assessment)
        step.log(
            "unassign",
            assessment,
            before={"state": before} | {name: value for name, value in was.items() if value},
            after={"state": after},
            reason=typed.reason(reason),
        )


def confirm(
    step: Step,
    assessment_id: int,
    *,
    word: Word | None = None,
    shown: str | None = None,
    signings: Collection[Signing] = (),
) -> None:
    """Close the visit: every answer judged, every change and contradiction explained.

    The on-site score speaks from now on.

    Args:
        word: What the firm's representative says of it on the spot.
        shown: The ``signing.content_hash`` of the sheet the summary was read from.
        signings: Who signs it in the same moment.

    Raises:
        Stale: The sheet changed since then.
        Invalid: The representative's name, or what is objected to, is missing.
        Incomplete: Names what is still open, question by question.
        Contradicted: Names the contradictions that are neither gone nor explained.
        Unsettled: The second of a pair keeps a sheet apart, and says otherwise.
        ForTheLead: Whoever confirms is that second.
    """
    with step.writing() as session:
        assessment = _held_with_firm(session, assessment_id)
        if assessment.state == AssessmentState.CONFIRMED:
            return
        second_sheets.require_shared(step, assessment)
        before, after = _turn(assessment, "confirm")
        sheet = row_of(session, assessment_id, SheetKind.ONSITE)
        questionnaire = questionnaire_of(assessment)
        readiness.require_judged(session, assessment)
        contradictions.forget_gone(session, assessment)
        if shown is not None and shown != signing.content_hash(session, assessment):
            raise Stale
        assessment.confirmed_at, sheet.author_id = step.now, assessment.consultant_id
        newest.tell(session, assessment.firm_id)
        row = keep_score(step, questionnaire, assessment, sheet)
        step.log(
            "confirm",
            assessment,
            before={"state": before},
            after={"state": after, "share": row.share},
        )
        if word:
            responses.keep(step, assessment, sheet.version, word, on_site=True)
        signing.keep(step, assessment, signings)
        judging.again(step, [assessment.firm_id])
        if not word:
            mails.tell(step, assessment, News.CONFIRMED)


def reopen(step: Step, assessment_id: int, *, reason: str) -> None:
    """Take a confirmed assessment back to the consultant, saying why.

    An objection that is open is upheld by it; what was said stays with the version it spoke of.
    A request of the firm that waits is granted by it.
    """
    with step.writing() as session:
        assessment = _held_with_firm(session, assessment_id)
        before, after = _turn(assessment, "reopen")
        responses.settle_open(step, assessment, typed.reason(reason))
        assessment.confirmed_at = None
        newest.tell(session, assessment.firm_id)
        tallies.count(session, assessment.id, SheetKind.SELF)
        left = versions.leave(step, assessment, row_of(session, assessment_id, SheetKind.ONSITE))
        more = _settled(step, assessment, SheetKind.ONSITE)
        step.log(
            "reopen",
            assessment,
            before={"state": before},
            after={"state": after, "version": left} | more,
            reason=typed.reason(reason),
        )
        judging.again(step, [assessment.firm_id])


def _copy_sheet(step: Step, assessment: Assessment) -> None:
    """Start (or refresh) the on-site sheet: what the firm left unchanged keeps its verification."""
    own = row_of(step.session, assessment.id, SheetKind.SELF)
    onsite = store.sheet(step.session, assessment.id, SheetKind.ONSITE)
    if onsite is None:
        onsite = SheetRow(
            assessment_id=assessment.id,
            kind=SheetKind.ONSITE,
            processes=own.processes,
            created_at=step.now,
        )
        step.session.add(onsite)
        step.session.flush()
    onsite.author_id = assessment.consultant_id
    second_sheets.bring_up_to_date(step, own, onsite)
    second_sheets.follow(step, own, onsite)


def _held(session: Session, assessment_id: int) -> Assessment:
    """Return an assessment, kept from other writers until the step ends."""
    assessment = store.assessment(session, assessment_id, lock=True)
    if assessment is None:
        raise NotThere
    return assessment


def _held_with_firm(session: Session, assessment_id: int) -> Assessment:
    """Return an assessment, its firm held as well: which one is the firm's newest may change."""
    pool.hold_firms(session, assessments=(assessment_id,))
    return _held(session, assessment_id)


def writable(session: Session, assessment_id: int, kind: SheetKind) -> Assessment:
    """Return an assessment whose sheet may be written, kept from other writers until the step ends."""
    assessment = _held(session, assessment_id)
    if assessment.state != WRITABLE[kind]:
        raise Locked(assessment.state)
    return assessment


def _turn(assessment: Assessment, action: str) -> tuple[AssessmentState, AssessmentState]:
    """Lead an assessment where a step leads, and return where it was and where it stands."""
    _require_turn(assessment, action)
    before, assessment.state = assessment.state, ASSESSMENT[action].leads
    return before, assessment.state


def _require_turn(assessment: Assessment, action: str) -> None:
    """Refuse a step that does not begin where an assessment stands."""
    if assessment.state not in ASSESSMENT[action].begins:
        raise Locked(assessment.state)
