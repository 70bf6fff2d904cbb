"""Keep one answer: parse it, see whether somebody else was there first, remember what it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from questionnaires import answers as wire
from questionnaires.model import Question, Questionnaire, is_asked
from survey import db, library
from survey.lifecycle import typed
from survey.lifecycle.errors import (
    AnswerNow,
    Conflict,
    IdReused,
    Invalid,
    Locked,
    NotThere,
    SheetFinished,
)
from survey.lifecycle.states import WRITABLE
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store.answers import KeptAnswer
from survey.store.assessments import Destination, Writer
from survey.tables import Assessment, Role, SheetKind, Verdict

LONGEST_REMARK = 2000
FIELDS = ("value", "remark", "verification", "reason", "finding")


class Kept(Enum):
    """A field the change does not speak of."""

    KEEP = "keep"


KEEP = Kept.KEEP


@dataclass(frozen=True)
class Change:
    """What a client asks to keep about one question.

    ``request_id`` is made by the client, ``client.sequence``: sending it again is harmless.
    ``base_revision`` is the revision the client last saw, 0 for none.
    """

    question_id: str
    request_id: str
    base_revision: int
    value: object = KEEP
    remark: str | Kept = KEEP
    verification: str | Kept = KEEP
    reason: str | Kept = KEEP
    finding: str | Kept = KEEP


@dataclass(frozen=True)
class Saved:
    """An acknowledged answer: it is on disk."""

    revision: int
    saved_at: datetime
    value: object
    verification: str | None


def save_answer(step: Step, assessment_id: int, kind: SheetKind, change: Change) -> Saved:
    """Keep one change, exactly once, never over a colleague's head.

    Whoever writes is read anew under the lock: what they may was perhaps taken away since the page
    was asked for.

    Raises:
        NotThere: No such sheet, or it is not the writer's: another firm's, another consultant's, or
            a question of a module they were not given; or the sign-in they act by has ended.
        Locked: The sheet may not be written now.
        Invalid: The value, a text, or the question cannot be taken.
        IdReused: The request's id was used for something else.
        Conflict: Somebody else saved this answer since ``base_revision``.
    """
    with step.writing() as session:
        db.hold(session, Assessment, assessment_id)
        return keep_change(step, assessment_id, kind, change)


def keep_change(step: Step, assessment_id: int, kind: SheetKind, change: Change) -> Saved:
    """Do what ``save_answer`` does, inside a transaction that holds the assessment."""
    session = step.session
    at = _destination(step, assessment_id, kind, change)
    questionnaire = library.load(session, at.edition).questionnaire(at.trade)
    _require_given(questionnaire, change.question_id, at.writer)
    if at.seen:
        _require_same(questionnaire, at.seen, change)
        return _acknowledge(at.seen)
    _require_writable(at, kind)
    question, row = asked(questionnaire, at.processes, change.question_id), at.answer
    wanted = _wanted(question, row, change)
    if kind == SheetKind.ONSITE:
        _verify(session, assessment_id, question, row, change, wanted)
    if row is not None and _holds(row, wanted):
        return _acknowledge(row)
    if (row.revision if row else 0) != change.base_revision:
        return _overtaken(session, at, change)
    kept = wanted | {
        "sheet_id": at.sheet_id,
        "question_id": question.id,
        "revision": change.base_revision + 1,
        "author_id": step.by.user_id or 0,
        "saved_at": step.now,
    }
    store.keep_answer(session, kept, change.request_id)
    return Saved(kept["revision"], step.now, kept["value"], kept["verification"])


def _require_writable(at: Destination, kind: SheetKind) -> None:
    if at.state != WRITABLE[kind]:
        raise Locked(at.state)
    if at.finished_at is not None:
        raise SheetFinished(at.state)


def _destination(step: Step, assessment_id: int, kind: SheetKind, change: Change) -> Destination:
    at = store.destination(
        step.session,
        assessment_id,
        kind,
        change.question_id,
        request_id=change.request_id,
        writer=step.by.user_id,
        sign_in=step.by.sign_in,
    )
    if at is None or at.writer is None or not _may_write(at, at.writer, kind):
        raise NotThere
    if step.by.sign_in and not at.writer.signed_in:
        raise NotThere
    return at


def _may_write(at: Destination, writer: Writer, kind: SheetKind) -> bool:
    """Whether a sheet of this kind is this writer's to fill: their firm's, or that of their visit."""
    match kind:
        case SheetKind.SELF:
            ours = writer.role == Role.FIRM and writer.firm_id == at.firm_id
        case SheetKind.ONSITE:
            ours = writer.role == Role.CONSULTANT and writer.user_id in at.visitors
    return writer.active and ours


def _require_given(questionnaire: Questionnaire, question_id: str, writer: Writer | None) -> None:
    given = writer.sections if writer else None
    section = questionnaire.section_of.get(question_id)
    if given is not None and (section is None or section.id not in given):
        raise NotThere


def _require_same(questionnaire: Questionnaire, seen: KeptAnswer, change: Change) -> None:
    same = seen.question_id == change.question_id
    if same and change.value is not KEEP:
        same = _parsed(questionnaire.questions[seen.question_id], change.value) == seen.value
    for name in ("remark", "reason", "finding"):
        text = getattr(change, name)
        same = same and (
            text is KEEP or typed.text(name, text, LONGEST_REMARK) == getattr(seen, name)
        )
    if not same:
        raise IdReused({"request_id": "这个请求编号已用于另一次保存，本次没有保存。请刷新页面。"})


def asked(questionnaire: Questionnaire, processes: Iterable[str], question_id: str) -> Question:
    """Return a question a sheet shows; a hidden or unknown one cannot be answered."""
    question = questionnaire.questions.get(question_id)
    if question is None:
        raise Invalid({"question": "没有这道题，请刷新页面后重试。"})
    if not is_asked(question, frozenset(processes)):
        raise Invalid({"question": "这道题不适用于所选工序，请先在企业信息中勾选对应工序。"})
    return question


def _wanted(question: Question, row: KeptAnswer | None, change: Change) -> dict[str, Any]:
    """Return every field as it should stand after the change."""
    fields: dict[str, Any] = {
        name: getattr(row, name) if row else (None if name in ("value", "verification") else "")
        for name in FIELDS
    }
    if change.value is not KEEP:
        fields["value"] = _parsed(question, change.value)
    for name in ("remark", "reason", "finding"):
        text = getattr(change, name)
        if text is not KEEP:
            fields[name] = typed.text(name, text, LONGEST_REMARK)
    if change.verification is not KEEP:
        fields["verification"] = change.verification
    return fields


def _parsed(question: Question, value: object) -> object:
    if value is None:
        return None
    try:
        return wire.plain(wire.parse(question, value))
    except wire.BadAnswer as bad:
        raise Invalid({bad.field or "value": bad.message}) from bad


def _verify(
    session: Session,
    assessment_id: int,
    question: Question,
    row: KeptAnswer | None,
    change: Change,
    wanted: dict[str, Any],
) -> None:
    """Set what the consultant's change means: confirmed as the firm said, changed, or not seen."""
    firm_sheet = store.sheet(session, assessment_id, SheetKind.SELF)
    firm = answer_store.answer(session, firm_sheet.id, question.id) if firm_sheet else None
    said = firm.value if firm else None
    asked = change.verification
    if asked is not KEEP and asked not in (
        Verdict.UNVERIFIED,
        Verdict.VERIFIED,
        Verdict.NOT_SEEN,
        Verdict.CHANGED,
    ):
        raise Invalid({"verification": "请选择“确认”“更改”或“未能查看”。"})
    if wanted["value"] != said:
        if asked in (Verdict.VERIFIED, Verdict.NOT_SEEN) and change.value is KEEP:
            wanted["value"] = said  # confirming, or not having seen, takes the firm's own answer
            wanted["verification"] = asked
        else:
            wanted["verification"] = Verdict.CHANGED
    elif asked in (KEEP, Verdict.CHANGED) and change.value is not KEEP:
        wanted["verification"] = (
            Verdict.VERIFIED
        )  # the same answer found on site confirms the firm's
    elif asked == Verdict.CHANGED:
        wanted["verification"] = row.verification if row else Verdict.UNVERIFIED
    wanted["verification"] = wanted["verification"] or Verdict.UNVERIFIED


def _holds(row: KeptAnswer, wanted: dict[str, Any]) -> bool:
    return all(getattr(row, name) == wanted[name] for name in FIELDS)


def _overtaken(session: Session, at: Destination, change: Change) -> Saved:
    """A save arrives late: from the same client it is simply old, from another it conflicts."""
    row = at.answer
    if row is None:
        raise Invalid({"base_revision": "版本号不正确，请刷新页面后重试。"})
    latest = store.revision(session, at.sheet_id, row.question_id, row.revision)
    if latest is not None and came_later(latest.request_id, change.request_id):
        return _acknowledge(row)
    # A change of texts alone speaks of no value; its client still holds its own words.
    yours = None if change.value is KEEP else change.value
    raise Conflict(row.question_id, _answer_now(session, row), yours)


def came_later(request_id: str, other: str) -> bool:
    """Whether a client made a request after the other of its own."""
    client, _, sequence = request_id.rpartition(".")
    other_client, _, other_sequence = other.rpartition(".")
    mine, theirs = typed.whole(sequence), typed.whole(other_sequence)
    known = bool(client) and client == other_client and None not in (mine, theirs)
    return known and (mine or 0) > (theirs or 0)


def _acknowledge(row: KeptAnswer) -> Saved:
    return Saved(row.revision, row.saved_at, row.value, row.verification)


def _answer_now(session: Session, row: KeptAnswer) -> AnswerNow:
    return AnswerNow(
        value=row.value,
        remark=row.remark,
        revision=row.revision,
        author=store.name_of(session, row.author_id),
        saved_at=row.saved_at,
        verification=row.verification,
        reason=row.reason,
        finding=row.finding,
    )
