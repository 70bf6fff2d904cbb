"""An entry on the nation's ladder (国家智能工厂梯度): its target there, what was filed, what was revoked.

Beside the province's ladder and never mixed with it: nothing here asks for a score or changes a
place in the pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from questionnaires.frames.national.rules import NationalRung
from survey.library import edition_of
from survey.lifecycle import ladders, pool, typed
from survey.lifecycle.errors import Invalid, NotThere, WrongState
from survey.lifecycle.recognitions import EARLIEST, MOST_DOCUMENT
from survey.lifecycle.states import RECOGNITION
from survey.lifecycle.step import Step
from survey.store import nation as store
from survey.store import pool as pool_store
from survey.store import stages
from survey.tables import Ladder, NationalFiling, PoolEntry, PoolState, RecognitionStanding


@dataclass(frozen=True)
class Filed:
    """By which paper a rung was filed or listed, and when."""

    document: str
    filed_on: date


def aim(step: Step, entry_id: int, *, rung: str, reason: str, base_version: int) -> PoolEntry:
    """Let a firm climb the nation's ladder, or aim at its next rung there.

    Raises:
        Invalid: No such rung, one that is filed already, or one before which another must be filed.
    """
    reason = typed.reason(reason)
    with step.writing():
        entry = pool.locked(step.session, entry_id)
        if entry.nation_target == rung and entry.version == base_version + 1:
            return entry
        pool.require_version(entry, base_version)
        _require_next(step, entry, rung)
        was, said = (_title(step, entry, one) for one in (entry.nation_target, rung))
        _stand(step, entry, rung, PoolState.PROPOSED, reason)
        before = {"nation_target": was} if was else None
        step.log("aim_nation", entry, before=before, after={"nation_target": said}, reason=reason)
        return entry


def _require_next(step: Step, entry: PoolEntry, wanted: str) -> None:
    rungs = _rungs(step, entry)
    if wanted not in rungs:
        raise Invalid({"nation_target": "请选择国家梯度的一个等级。"})
    held = {filing.rung for filing in store.filings(step.session, [entry.firm_id])}
    rung = rungs[wanted]
    if wanted in held:
        raise Invalid({"nation_target": f"“{rung.title}”已经登记，请选更高的等级。"})
    if rung.after and rung.after not in held:
        first = rungs[rung.after].title
        raise Invalid({"nation_target": f"要先登记“{first}”的结果，才能以“{rung.title}”为目标。"})


def _rungs(step: Step, entry: PoolEntry) -> dict[str, NationalRung]:
    national = edition_of(pool.assessment_of(step.session, entry.assessment_id)).national
    return {rung.id: rung for rung in national.rungs} if national else {}


def _title(step: Step, entry: PoolEntry, rung: str) -> str:
    known = _rungs(step, entry).get(rung)
    return known.title if known else rung


def file(step: Step, entry_id: int, wanted: Filed, *, base_version: int) -> PoolEntry:
    """Record that a firm was filed or listed on the rung it aims at: a fact with its paper.

    Raises:
        Invalid: The paper has no number, or a day that cannot be.
        WrongState: It aims at none, or the rung is recorded already.
    """
    document = typed.line(wanted.document)
    if not 1 <= len(document) <= MOST_DOCUMENT:
        raise Invalid({"document": f"请填写备案表或公布文件的文号（{MOST_DOCUMENT} 字以内）。"})
    if not EARLIEST <= wanted.filed_on <= step.today:
        raise Invalid({"filed_on": "日期应在 2000 年以后，且不晚于今天。"})
    with step.writing() as session:
        entry = pool.locked(session, entry_id)
        known = store.filing(session, entry.firm_id, entry.nation_target)
        if known and (known.document, known.filed_on) == (document, wanted.filed_on):
            return entry
        pool.require_version(entry, base_version)
        if not entry.nation_target or known:
            raise WrongState({"document": "请先定一个还没有登记的国家梯度目标。"})
        session.add(_row(step, entry, document, wanted.filed_on))
        said = f"{document}，{wanted.filed_on.isoformat()}"
        _stand(step, entry, entry.nation_target, PoolState.RECOGNISED, said)
        fact = {"nation_rung": _title(step, entry, entry.nation_target), "document": document}
        step.log("file_nation", entry, after=fact | {"filed_on": wanted.filed_on})
        return entry


def _row(step: Step, entry: PoolEntry, document: str, filed_on: date) -> NationalFiling:
    return NationalFiling(
        firm_id=entry.firm_id,
        rung=entry.nation_target,
        document=document,
        filed_on=filed_on,
        standing=RecognitionStanding.VALID,
        recorded_by=step.by.user_id,
        recorded_at=step.now,
    )


def revoke(step: Step, filing_id: int, *, reason: str) -> PoolEntry:
    """Take a record back; the firm aims at that rung again.

    Raises:
        WrongState: It is revoked already, or a higher rung rests on it.
    """
    reason = typed.reason(reason)
    with step.writing():
        filing, entry = _known(step, filing_id)
        if filing.standing not in RECOGNITION["revoke_recognition"].begins:
            raise WrongState({"reason": "这条记录已经撤销。"})
        _require_top(step, entry, filing)
        filing.standing = RECOGNITION["revoke_recognition"].leads
        filing.reason, filing.ended_by, filing.ended_at = reason, step.by.user_id, step.now
        _stand(step, entry, filing.rung, PoolState.IN_POOL, reason)
        said = {"nation_rung": _title(step, entry, filing.rung), "document": filing.document}
        step.log("revoke_nation", entry, before=said, reason=reason)
        return entry


def _known(step: Step, filing_id: int) -> tuple[NationalFiling, PoolEntry]:
    filing = store.recorded(step.session, filing_id, lock=True)
    if filing is None:
        raise NotThere
    entry = pool_store.pool_entry_of_firm(step.session, filing.firm_id, lock=True)
    if entry is None:
        raise NotThere
    return filing, entry


def _require_top(step: Step, entry: PoolEntry, filing: NationalFiling) -> None:
    held = {one.rung for one in store.filings(step.session, [entry.firm_id])}
    above = [r for r in _rungs(step, entry).values() if r.after == filing.rung and r.id in held]
    if above:
        raise WrongState({"reason": f"“{above[0].title}”以它为前提，请先撤销“{above[0].title}”。"})


def _stand(step: Step, entry: PoolEntry, rung: str, state: PoolState, reason: str) -> None:
    stage = stages.opening(ladders.known(step), state, Ladder.NATION)
    entry.nation_target = rung
    ladders.stand(step, entry, stage)
    step.session.flush()
    ladders.note(step, entry, stage, reason)
