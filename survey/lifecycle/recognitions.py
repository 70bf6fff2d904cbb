"""Recognitions (认定): recorded as the paper has them, corrected, revoked; what was is never lost."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date

from survey.files.uploads import Stored
from survey.lifecycle import judging, typed
from survey.lifecycle.errors import Doubtful, Invalid, NotThere, RecognisedBefore, WrongState
from survey.lifecycle.pool import (
    Decision,
    assessment_of,
    confirmed_score,
    locked,
    require_state,
    require_version,
    step_of,
    take,
)
from survey.lifecycle.states import RECOGNITION
from survey.lifecycle.step import Step
from survey.store import pool as store
from survey.tables import (
    AwardLevel,
    Doubt,
    Paper,
    PoolEntry,
    PoolState,
    Recognition,
    RecognitionStanding,
)

EARLIEST = date(2000, 1, 1)
MOST_DOCUMENT = 100
_YEAR = re.compile(r"[〔\[（(【](20\d\d)[〕\]）)】]")


@dataclass(frozen=True)
class Award:
    """What a paper says of a recognition.

    Attributes:
        document: Its number, such as 浙经信〔2026〕1号.
        title, level, project: What it calls the firm, whose title it is (an ``AwardLevel``), and
            for which project or workshop; each may be empty.
    """

    rung: str
    document: str
    recognised_on: date
    title: str = ""
    level: str = ""
    project: str = ""


def recognise(
    step: Step, entry_id: int, award: Award, *, base_version: int, sure: bool = False
) -> PoolEntry:
    """Record that a firm was recognised on a rung: a fact with its document.

    Args:
        sure: That what does not fit is meant so.

    Raises:
        RecognisedBefore: The rung is recorded already, by another document or date.
        Doubtful: Rung, date and what was verified do not fit, and nobody said it is meant.
    """
    with step.writing():
        return record(step, entry_id, award, base_version, sure=sure)


def record(
    step: Step,
    entry_id: int,
    award: Award,
    base_version: int,
    *,
    sure: bool,
    paper: Paper | None = None,
) -> PoolEntry:
    """Record a recognition, by a paper that may be there already, inside the caller's transaction."""
    entry = locked(step.session, entry_id)
    award = _good(step, entry, award)
    if known := store.recognition(step.session, entry.firm_id, award.rung):
        if (known.document, known.recognised_on) == (award.document, award.recognised_on):
            return entry
        raise RecognisedBefore(
            {"rung": f"这个等级已登记认定：{known.document}，{known.recognised_on}。"}
        )
    require_version(entry, base_version)
    require_state(entry, "recognise")
    _require_sure(step, entry, award, sure)
    row = _row(step, entry.firm_id, award)
    row.paper = paper
    step.session.add(row)
    decision = Decision("recognise", entry.target_rung, entry.reason)
    return take(step, entry, decision, rung=award.rung, why=_fact(award))


def correct(
    step: Step, recognition_id: int, award: Award, *, reason: str, sure: bool = False
) -> Recognition:
    """Record a recognition anew as it should have been; the earlier record is kept as corrected.

    Raises:
        WrongState: It does not stand any more.
        RecognisedBefore: Another record in force has the rung.
        Doubtful: As for a new one.
    """
    with step.writing() as session:
        known, entry = _known(step, recognition_id, "correct_recognition")
        award, reason = _good(step, entry, award), typed.reason(reason)
        other = store.recognition(session, entry.firm_id, award.rung)
        if other is not None and other.id != known.id:
            raise RecognisedBefore({"rung": f"这个等级已登记认定：{other.document}。"})
        _require_sure(step, entry, award, sure)
        before = _said(known)
        _end(step, known, "correct_recognition", reason)
        session.flush()  # the place of the rung is free only now
        row = _row(step, entry.firm_id, award)
        row.replaces_id, row.paper_id = known.id, known.paper_id
        session.add(row)
        step.log("correct_recognition", entry, before=before, after=asdict(award), reason=reason)
        judging.again(step, [entry.firm_id])
        return row


def revoke(step: Step, recognition_id: int, *, reason: str) -> None:
    """Take a recognition back; without another in force its firm is in the pool as before."""
    with step.writing() as session:
        known, entry = _known(step, recognition_id, "revoke_recognition")
        reason = typed.reason(reason)
        _end(step, known, "revoke_recognition", reason)
        session.flush()
        step.log("revoke_recognition", entry, before=_said(known), reason=reason)
        left = store.recognitions_of_firm(session, entry.firm_id)
        if not left and entry.state == PoolState.RECOGNISED:
            take(step, entry, Decision("revoke", entry.target_rung, entry.reason), why=reason)
        judging.again(step, [entry.firm_id])


def attach_paper(step: Step, recognition_id: int, stored: Stored) -> Paper:
    """Put the paper itself beside a recognition; an earlier one is kept, the newest is shown."""
    with step.writing() as session:
        known, entry = _known(step, recognition_id, "correct_recognition")
        paper = paper_of(step, stored)
        session.add(paper)
        session.flush()
        known.paper_id = paper.id
        step.log("attach_paper", entry, after={"name": stored.name, "sha256": stored.sha256})
        return paper


def paper_of(step: Step, stored: Stored) -> Paper:
    """Return the row of a paper whose bytes are kept; the caller adds it."""
    return Paper(
        sha256=stored.sha256,
        name=stored.name,
        media_type=stored.media_type,
        size=stored.size,
        uploaded_by=step.by.user_id,
        uploaded_at=step.now,
    )


def doubts(
    award: Award, verified: int | None, position: int, floor: int | None = None
) -> tuple[Doubt, ...]:
    """Say what of an award does not fit.

    Args:
        verified: The step of the firm's verified sheet; None where nobody verified one.
        position: The step of the rung that is to be recorded.
        floor: The step that is left of the verified one without what nobody saw.
    """
    found = []
    if verified is None:
        found.append(Doubt.UNVERIFIED)
    elif position > verified:
        found.append(Doubt.ABOVE_VERIFIED)
    elif floor is not None and position > floor:
        found.append(Doubt.PROVISIONAL)
    year = _YEAR.search(award.document)
    if year and int(year[1]) != award.recognised_on.year:
        found.append(Doubt.YEAR_DIFFERS)
    return tuple(found)


def _require_sure(step: Step, entry: PoolEntry, award: Award, sure: bool) -> None:
    assessed = assessment_of(step.session, entry.assessment_id)
    position = step_of(assessed, award.rung, field="rung")
    score = confirmed_score(step.session, assessed)
    verified, floor = (score.step, score.floor_step) if score else (None, None)
    if not sure and (found := doubts(award, verified, position, floor)):
        raise Doubtful(found)


def _known(step: Step, recognition_id: int, action: str) -> tuple[Recognition, PoolEntry]:
    known = store.recorded(step.session, recognition_id, lock=True)
    entry = store.pool_entry_of_firm(step.session, known.firm_id, lock=True) if known else None
    if known is None or entry is None:
        raise NotThere
    if known.standing not in RECOGNITION[action].begins:
        raise WrongState({"rung": "这条认定已经更正或撤销过，请刷新页面。"})
    return known, entry


def _good(step: Step, entry: PoolEntry, award: Award) -> Award:
    step_of(assessment_of(step.session, entry.assessment_id), award.rung, field="rung")
    return worded(step, award)


def worded(step: Step, award: Award) -> Award:
    """Return what a paper says as it is kept.

    Raises:
        Invalid: Names the fields that cannot be.
    """
    document = typed.line(award.document)
    if not 1 <= len(document) <= MOST_DOCUMENT:
        raise Invalid({"document": f"请填写认定文件的文号（{MOST_DOCUMENT} 字以内）。"})
    if not EARLIEST <= award.recognised_on <= step.today:
        raise Invalid({"recognised_on": "认定日期应在 2000 年以后，且不晚于今天。"})
    if award.level and award.level not in list(AwardLevel):
        raise Invalid({"level": "请选择认定单位的级别。"})
    title, project = typed.line(award.title), typed.line(award.project)
    for name, words in (("title", title), ("project", project)):
        if len(words) > MOST_DOCUMENT:
            raise Invalid({name: f"最多 {MOST_DOCUMENT} 字，请删减。"})
    return Award(award.rung, document, award.recognised_on, title, award.level, project)


def _row(step: Step, firm_id: int, award: Award) -> Recognition:
    return Recognition(
        firm_id=firm_id,
        **asdict(award),
        standing=RecognitionStanding.VALID,
        recorded_by=step.by.user_id,
        recorded_at=step.now,
    )


def _end(step: Step, known: Recognition, action: str, reason: str) -> None:
    known.standing, known.reason = RECOGNITION[action].leads, reason
    known.ended_by, known.ended_at = step.by.user_id, step.now


def _said(known: Recognition) -> dict[str, object]:
    names = ("rung", "document", "recognised_on", "title", "level", "project")
    return {name: getattr(known, name) for name in names}


def _fact(award: Award) -> str:
    said = (award.title, award.document, award.recognised_on.isoformat(), award.project)
    return " ".join(filter(None, said))
