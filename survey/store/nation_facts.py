"""What the system knows of firms that speaks for a stage of the nation's ladder (国家梯度).

Apart from the province's facts: nothing here reads a score, a project or a recognition of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from survey.clock import LOCAL
from survey.store.stages import Witness
from survey.tables import (
    AnswerRow,
    AwardLevel,
    Candidate,
    CandidateState,
    FirmTitle,
    NationalFiling,
    Notice,
    NoticeState,
    PoolEntry,
    RecognitionStanding,
    SheetRow,
    StageFact,
)

RUNGS: Mapping[str, str] = {
    "basic": "基础级",
    "advanced": "先进级",
    "excellent": "卓越级",
    "leading": "领航级",
}
"""The nation's four rungs as lists of titles write them (工信厅联通装函〔2025〕251 号)."""
FACTORY = "智能工厂"
RATED = ("below", "one", "two", "three", "four", "five")
"""What a sheet may say of the self-assessment by GB/T 39116 where there was one."""
LEVEL, DAY, NUMBER = "maturity_level", "maturity_date", "maturity_report"
_TOLD = (NoticeState.PUBLISHED, NoticeState.ENDED)
_SENT = (CandidateState.RECOMMENDED, CandidateState.PASSED)

# A notice speaks for the rung a firm climbs to now: not one that came before its last filing.
_FILED_SINCE = (
    exists()
    .where(
        NationalFiling.firm_id == PoolEntry.firm_id,
        NationalFiling.standing == RecognitionStanding.VALID,
        NationalFiling.recorded_at >= Notice.published_at,
    )
    .correlate(PoolEntry, Notice)  # asked inside another EXISTS: any firm's filing would count
)
_CALLED = and_(
    Candidate.firm_id == PoolEntry.firm_id,
    Candidate.notice_id == Notice.id,
    Notice.level == AwardLevel.NATION,
    Notice.state.in_(_TOLD),
    ~_FILED_SINCE,
)
_MET = and_(Candidate.fits, Candidate.met > 0, Candidate.not_met == 0, Candidate.unclear == 0)
_ELIGIBLE = or_(
    Candidate.state == CandidateState.INTENDED,
    and_(Candidate.state == CandidateState.OPEN, _MET),
)
_SELF_RATED = and_(
    SheetRow.assessment_id == PoolEntry.assessment_id,
    SheetRow.speaks,
    AnswerRow.sheet_id == SheetRow.id,
    AnswerRow.question_id == LEVEL,
    cast(AnswerRow.value, String).in_([f'"{level}"' for level in RATED]),
)
_WRITTEN = func.coalesce(FirmTitle.level, "").concat(FirmTitle.title)
_TITLED = and_(
    FirmTitle.firm_id == PoolEntry.firm_id,
    FirmTitle.title.contains(FACTORY),
    FirmTitle.until.is_(None),
    or_(
        *(
            and_(PoolEntry.nation_target == rung, _WRITTEN.contains(title))
            for rung, title in RUNGS.items()
        )
    ),
)
HOLDS: Mapping[StageFact, ColumnElement[bool]] = {
    StageFact.ELIGIBLE: exists().where(_CALLED, _ELIGIBLE),
    StageFact.SELF_RATED: exists().where(_SELF_RATED),
    StageFact.PUT_FORWARD: exists().where(_CALLED, Candidate.state.in_(_SENT)),
    StageFact.LISTED: or_(
        exists().where(_CALLED, Candidate.state == CandidateState.PASSED),
        exists().where(_TITLED),
    ),
}
"""When a fact holds of an entry's firm."""
RESTS_ON_ANSWERS = frozenset({StageFact.SELF_RATED})
Found = Iterator[tuple[int, Witness]]


def _called(session: Session, entry_ids: Collection[int]) -> Found:
    query = (
        select(
            PoolEntry.id,
            Notice.title,
            Candidate.state,
            _ELIGIBLE,
            Candidate.said_at,
            Candidate.settled_at,
        )
        .join(Candidate, Candidate.firm_id == PoolEntry.firm_id)
        .join(Notice, Notice.id == Candidate.notice_id)
        .where(PoolEntry.id.in_(entry_ids), _CALLED, or_(_ELIGIBLE, Candidate.state.in_(_SENT)))
        .order_by(Notice.published_at, Notice.id)
    )
    for entry_id, title, state, eligible, said_at, settled_at in session.execute(query):
        if eligible:
            intended = state == CandidateState.INTENDED
            yield entry_id, Witness(StageFact.ELIGIBLE, title, _day(said_at) if intended else None)
        if state in _SENT:
            yield entry_id, Witness(StageFact.PUT_FORWARD, title, None)
        if state == CandidateState.PASSED:
            yield entry_id, Witness(StageFact.LISTED, title, _day(settled_at))


def _self_rated(session: Session, entry_ids: Collection[int]) -> Found:
    said: dict[int, dict[str, Any]] = {}
    query = (
        select(PoolEntry.id, AnswerRow.question_id, AnswerRow.value)
        .join(SheetRow, SheetRow.assessment_id == PoolEntry.assessment_id)
        .join(AnswerRow, AnswerRow.sheet_id == SheetRow.id)
        .where(PoolEntry.id.in_(entry_ids), SheetRow.speaks)
        .where(AnswerRow.question_id.in_((LEVEL, DAY, NUMBER)), AnswerRow.value.is_not(None))
        .order_by(SheetRow.kind.desc(), SheetRow.id)
    )
    for entry_id, question, value in session.execute(query):
        said.setdefault(entry_id, {})[question] = value
    for entry_id, known in said.items():
        if known.get(LEVEL) in RATED:
            day, number = (str(known.get(name) or "") for name in (DAY, NUMBER))
            words = "，".join(filter(None, (day, number)))
            yield entry_id, Witness(StageFact.SELF_RATED, known[LEVEL], None, words)


def _titled(session: Session, entry_ids: Collection[int]) -> Found:
    query = (
        select(PoolEntry.id, FirmTitle.title, FirmTitle.level, FirmTitle.year)
        .join(FirmTitle, _TITLED)
        .where(PoolEntry.id.in_(entry_ids))
        .order_by(FirmTitle.id)
    )
    for entry_id, title, level, year in session.execute(query):
        code = "，".join(filter(None, (level or "", f"{year} 年" if year else ""))) or "未写年份"
        yield entry_id, Witness(StageFact.LISTED, title, None, code)


KINDS = (_called, _self_rated, _titled)


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(LOCAL).date() if moment else None
