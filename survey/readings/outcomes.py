"""Packages beside what came of them: finished projects, their contracts, the sheets before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.edition import Edition
from questionnaires.model import Package
from questionnaires.scoring import mark_of
from reports.outcomes import Outcome, Told, told
from reports.projects import Spent
from survey import library
from survey.clock import LOCAL
from survey.lifecycle import edition_status, editions
from survey.store import answers as answer_store
from survey.store import outcomes as store
from survey.store.outcomes import Counted, Finished, Handed

NONE = Counted(0, 0)


@dataclass(frozen=True)
class PackageSeen:
    """One package of an edition, what is told of it, and what a draft of the edition says instead."""

    told: Told
    draft: Package | None
    """None where there is no draft, or it says the same."""
    draft_id: str
    names: Mapping[str, str]
    """The questions it lifts, as readers know them."""


def counted(session: Session, edition: Edition) -> list[tuple[Package, Counted]]:
    """Return an edition's packages with how often each was finished, the most often first."""
    counts = store.counts(session)
    found = [(package, counts.get(package.code, NONE)) for package in edition.packages]
    return sorted(found, key=lambda one: (-one[1].firms, one[0].code))


def seen(session: Session, edition: Edition, code: str) -> PackageSeen | None:
    """Return one package with what is told of it; None where the edition has it not."""
    package = next((one for one in edition.packages if one.code == code), None)
    if package is None:
        return None
    draft_id = editions.draft_of(edition.id)
    asked = (question for section in edition.sections for question in section.questions)
    return PackageSeen(
        told(package, _outcomes(session, package)),
        _drafted(session, draft_id, package),
        draft_id,
        {q.id: f"{q.code} {q.short}" for q in asked if q.id in package.lifts},
    )


def _drafted(session: Session, draft_id: str, package: Package) -> Package | None:
    if edition_status.one(session, draft_id) is None:
        return None
    draft, _faults = edition_status.opened(session, draft_id)
    there = (one for one in draft.packages if one.code == package.code) if draft else iter(())
    found = next(there, None)
    same = found is None or (found.cost, found.weeks, found.lifts) == (
        package.cost,
        package.weeks,
        package.lifts,
    )
    return None if same else found


def _outcomes(session: Session, package: Package) -> list[Outcome]:
    rows = store.finished(session, package.code)
    sheets = _Sheets(session, {row.firm_id for row in rows}, package)
    return [_outcome(row, sheets) for row in rows]


def _outcome(row: Finished, sheets: _Sheets) -> Outcome:
    since = sheets.since(row)
    return Outcome(
        firm=row.firm_id,
        finished=row.finished_on,
        quantity=row.quantity,
        paid=row.paid or None,
        weeks=Spent(started=row.started_on, finished=row.finished_on).weeks
        if row.parts == 1
        else None,
        before=sheets.levels(sheets.basis(row)),
        since=sheets.levels(since),
        satisfied=row.satisfied,
        is_verified=since is not None and since.is_verified,
    )


class _Sheets:
    """The sheets of some firms, and where the questions of one package stand in them."""

    def __init__(self, session: Session, firm_ids: Iterable[int], package: Package) -> None:
        self.session, self.package = session, package
        self.handed = store.handed_in(session, set(firm_ids))
        every = [one.sheet_id for one in self.handed]
        self.rows = answer_store.answers_of(session, every, only=package.lifts)

    def basis(self, row: Finished) -> Handed | None:
        """The sheet a project began from."""
        return next((one for one in self.handed if one.assessment_id == row.basis), None)

    def since(self, row: Finished) -> Handed | None:
        """The first sheet that was handed in after a project was finished."""
        next_day = datetime.combine(row.finished_on + timedelta(days=1), time(), LOCAL)
        after = (
            one
            for one in self.handed
            if one.firm_id == row.firm_id and one.assessment_id != row.basis
            if one.submitted_at >= next_day
        )
        return next(after, None)

    def levels(self, sheet: Handed | None) -> dict[str, int]:
        """Where the questions of the package stand in a sheet, as far as they count in it."""
        edition = library.readable(self.session, sheet.edition) if sheet else None
        if sheet is None or edition is None or sheet.trade not in edition.trades:
            return {}
        questionnaire, processes = edition.questionnaire(sheet.trade), frozenset(sheet.processes)
        found: dict[str, int] = {}
        for id, row in self.rows[sheet.sheet_id].items():
            if (section := questionnaire.section_of.get(id)) and row.value is not None:
                question = questionnaire.questions[id]
                said = {id: answers.parse(question, row.value)}
                mark = mark_of(section, question, said, processes)
                if mark.state == "scored" and mark.level is not None:
                    found[id] = mark.level
        return found
