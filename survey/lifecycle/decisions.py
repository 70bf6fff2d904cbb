"""One decision of the bureau about several firms: all of them or none, one row of the log each.

The minutes name the firms together, so the record must hold them together: if one cannot be decided
about, nothing is, and the officer sees which and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from survey.files.uploads import Stored
from survey.lifecycle import following, pool, stages, typed
from survey.lifecycle.errors import Invalid, NotThere, NotTogether, Refusal
from survey.lifecycle.pool import Decision
from survey.lifecycle.recognitions import EARLIEST, MOST_DOCUMENT, Award, paper_of, record, worded
from survey.lifecycle.selections import Chosen, Seen, in_order, settled
from survey.lifecycle.stages import Move
from survey.lifecycle.step import Step
from survey.store import pool as store
from survey.tables import Minutes


@dataclass(frozen=True)
class Basis:
    """By what was decided: the minutes' number and day, and the paper itself where it is at hand."""

    document: str
    decided_on: date
    paper: Stored | None = None


@dataclass(frozen=True)
class Wish:
    """What is decided about every firm of a selection.

    Attributes:
        action: propose or admit; of entries also raise_target or withdraw.
        target: The rung to aim at; empty where the action has none.
        stage: The stage to move to, where that is decided.
    """

    action: str
    target: str
    reason: str
    basis: Basis
    stage: str = ""


def decide_on_assessments(step: Step, chosen: Chosen, wish: Wish, *, sure: bool = False) -> None:
    """Propose or admit the firms of these assessments; ``Seen.version`` is that of the entry, or 0.

    Raises:
        NotTogether: Names every firm that does not allow it, or that wants a second look.
        Shifted: The filter finds others by now.
        Invalid: Reason or minutes are not said.
    """
    decision = _decision(step, wish)
    with step.writing() as session:
        seen = settled(step, chosen)
        store.hold_firms(session, assessments=[one.id for one in seen])
        _each(seen, lambda one: pool.enter(step, one.id, decision, one.version, sure=sure))


def decide_on_entries(step: Step, chosen: Chosen, wish: Wish, *, sure: bool = False) -> None:
    """Admit, aim higher, withdraw or move the firms of these entries, as above."""
    decision = _decision(step, wish)

    move = Move(wish.stage, decision.reason, decision.minutes)

    def admit(one: Seen) -> object:
        entry = pool.locked(step.session, one.id)
        return pool.enter(step, entry.assessment_id, decision, one.version, sure=sure)

    steps: Mapping[str, Callable[[Seen], object]] = {
        "admit": admit,
        "raise_target": lambda one: pool.aim_higher(step, one.id, decision, one.version),
        "withdraw": lambda one: pool.leave(step, one.id, decision, one.version),
        "move_stage": lambda one: stages.advance(step, one.id, move, one.version),
    }
    with step.writing() as session:
        seen = settled(step, chosen)
        store.hold_firms(session, entries=[one.id for one in seen])
        _each(seen, steps[wish.action])


def take_proposals(step: Step, chosen: Chosen, wanted: Mapping[int, str]) -> None:
    """Put entries into the stages that are proposed for them, each its own.

    Args:
        wanted: The stage that the page showed for each entry.

    Raises:
        NotTogether: Names every firm for which another stage is proposed by now, or none.
    """
    with step.writing() as session:
        seen = settled(step, chosen)
        store.hold_firms(session, entries=[one.id for one in seen])
        _each(seen, lambda one: stages.take_over(step, one.id, wanted.get(one.id, ""), one.version))


def give(step: Step, chosen: Chosen, responsible_id: int | None, department: str) -> None:
    """Say who sees to several entries; an empty department leaves each its own.

    Raises:
        Invalid: No such officer.
        NotTogether: Names every firm whose entry changed meanwhile.
    """
    with step.writing():
        following.require_officer(step, responsible_id)
        _each(
            settled(step, chosen),
            lambda one: following.give(step, one.id, responsible_id, department, one.version),
        )


def recognise(
    step: Step,
    chosen: Chosen,
    award: Award,
    *,
    projects: Mapping[int, str],
    paper: Stored | None = None,
    sure: bool = False,
) -> None:
    """Record what one notice says of several entries, each with its project or workshop.

    Raises:
        NotTogether: Names every firm that does not allow it, or that wants a second look.
    """
    award, kept = worded(step, award), paper_of(step, paper) if paper else None

    def one_of_them(one: Seen) -> object:
        named = replace(award, project=projects.get(one.id, ""))
        return record(step, one.id, named, one.version, sure=sure, paper=kept)

    with step.writing() as session:
        seen = settled(step, chosen)
        store.hold_firms(session, entries=[one.id for one in seen])
        _each(seen, one_of_them)


def attach_minutes(step: Step, minutes_id: int, stored: Stored) -> Minutes:
    """Put the paper itself beside minutes; an earlier one is kept, the newest is shown."""
    with step.writing() as session:
        known = store.minutes(session, minutes_id, lock=True)
        if known is None:
            raise NotThere
        paper = paper_of(step, stored)
        session.add(paper)
        session.flush()
        known.paper_id = paper.id
        for entry in store.decided_by(session, minutes_id):
            said = {"minutes": known.document, "name": stored.name, "sha256": stored.sha256}
            step.log("attach_paper", entry, after=said)
        return known


def correct_minutes(step: Step, minutes_id: int, basis: Basis, *, reason: str) -> Minutes:
    """Write a number or day of minutes as it should have been; the log keeps what was written.

    Raises:
        Invalid: They cannot be so, or nobody said why.
    """
    basis, reason = _good(step, basis), typed.reason(reason)
    with step.writing() as session:
        known = store.minutes(session, minutes_id, lock=True)
        if known is None:
            raise NotThere
        before = {"minutes": known.document, "decided_on": known.decided_on}
        after = {"minutes": basis.document, "decided_on": basis.decided_on}
        known.document, known.decided_on = basis.document, basis.decided_on
        for entry in store.decided_by(session, minutes_id) if before != after else ():
            step.log("correct_minutes", entry, before=before, after=after, reason=reason)
        return known


def _each(seen: Sequence[Seen], decide: Callable[[Seen], object]) -> None:
    """Decide about every row, or raise with all that cannot be; the transaction then forgets the rest."""
    why: dict[int, Refusal] = {}
    for one in in_order(seen):
        try:
            decide(one)
        except Refusal as refusal:
            why[one.id] = refusal
    if why:
        raise NotTogether(why)


def _decision(step: Step, wish: Wish) -> Decision:
    basis, reason = _good(step, wish.basis), typed.reason(wish.reason)
    # Nothing is added here: the first entry that is really changed brings the minutes along.
    minutes = Minutes(
        document=basis.document,
        decided_on=basis.decided_on,
        paper=paper_of(step, basis.paper) if basis.paper else None,
        recorded_by=step.by.user_id,
        recorded_at=step.now,
    )
    return Decision(wish.action, wish.target, reason, minutes)


def _good(step: Step, basis: Basis) -> Basis:
    document = typed.line(basis.document)
    if not 1 <= len(document) <= MOST_DOCUMENT:
        raise Invalid({"document": f"请填写会议纪要或文件的文号（{MOST_DOCUMENT} 字以内）。"})
    if not EARLIEST <= basis.decided_on <= step.today:
        raise Invalid({"decided_on": "日期应在 2000 年以后，且不晚于今天。"})
    return replace(basis, document=document)
