"""A project as its page shows it: its parts, its catalogue's words, promised beside reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires.answers import Ratio
from questionnaires.model import NumberQuestion, Package, Questionnaire, RatioQuestion
from questionnaires.scoring import score
from reports.figures import amount
from reports.lifting import Ground
from reports.projects import Asked, Bought, Kept, Spent, kept
from survey import library
from survey.clock import LOCAL
from survey.library import questionnaire_of
from survey.lifecycle.projects import catalogue, once
from survey.lifecycle.subsidies import allowed
from survey.readings.sheets import filled_sheet
from survey.store import assessments
from survey.store import projects as store
from survey.store.sheets import kind_of
from survey.tables import (
    Assessment,
    AssessmentState,
    ProgressReport,
    Project,
    ProjectFigure,
    ProjectPackage,
    ProjectPaper,
    ProjectState,
    Subsidy,
)


class Held(NamedTuple):
    """A package of a project: its row, and the catalogue's words; None where the edition lost it."""

    row: ProjectPackage
    package: Package | None

    @property
    def title(self) -> str:
        return self.package.title if self.package else ""


@dataclass(frozen=True)
class ProjectSeen:
    """One project with everything its page shows."""

    row: Project
    packages: Sequence[Held]
    reports: Sequence[ProgressReport]
    figures: Sequence[ProjectFigure]
    papers: Sequence[ProjectPaper]
    subsidies: Sequence[Subsidy]
    basis: Assessment | None
    """Whose sheet says where the firm stood before."""
    since: Assessment | None
    """The first sheet handed in after it was finished."""
    kept: Kept | None
    """Promised beside reached; None where no package was taken from the catalogue."""

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def price(self) -> int:
        """What it costs once, in 0.01 万元."""
        return once(self.row)

    @property
    def objection(self) -> str:
        """What the bureau says against the last report; empty where it says nothing."""
        return self.reports[0].objection if self.reports else ""

    def allowed(self, one: Subsidy) -> int:
        """The most that may be paid by now of what was asked, in 0.01 万元."""
        return allowed(self.row, one, self.subsidies)

    @cached_property
    def by_code(self) -> dict[str, ProjectPackage]:
        return {held.row.package: held.row for held in self.packages}


def project_seen(session: Session, row: Project) -> ProjectSeen:
    """Read a project's parts; a dozen statements however many there are of each."""
    rows = store.packages_of(session, [row.id])[row.id]
    known = {package.code: package for package in library.load(session, row.edition).packages}
    packages = [Held(one, known.get(code)) for code, one in rows.items()]
    basis = assessments.assessment(session, row.assessment_id) if row.assessment_id else None
    since = _since(session, row)
    return ProjectSeen(
        row,
        packages,
        store.reports_of(session, row.id),
        store.figures_of(session, row.id),
        store.papers_of(session, row.id),
        store.subsidies_of(session, row.id),
        basis,
        since,
        _kept(session, row, packages, basis, since),
    )


def _since(session: Session, row: Project) -> Assessment | None:
    if row.finished_on is None:
        return None
    next_day = datetime.combine(row.finished_on + timedelta(days=1), time(), LOCAL)
    return store.handed_in_since(session, row, next_day)


def _kept(
    session: Session,
    row: Project,
    packages: Sequence[Held],
    basis: Assessment | None,
    since: Assessment | None,
) -> Kept | None:
    bought = [Bought(one.package, one.row.quantity) for one in packages if one.package]
    if not bought:
        return None
    before = ground_of(session, basis) if basis else None
    after = ground_of(session, since) if since else None
    return kept(
        bought,
        _asked(session, row, basis),
        spent_of(row),
        ground=before,
        levels=after.levels if after else {},
    )


def spent_of(row: Project) -> Spent:
    """Return what a project took; its contract's price until it is finished."""
    over = row.state in (ProjectState.FINISHED, ProjectState.ACCEPTED)
    price = once(row) if row.contracted_on else None
    return Spent(
        row.invested if over and row.invested is not None else price,
        row.started_on,
        row.finished_on,
    )


def told_by(
    session: Session, assessment: Assessment, levels: Mapping[str, int]
) -> list[tuple[Project, Kept]]:
    """Set the firm's projects that were finished before a sheet beside what the sheet says."""
    if assessment.submitted_at is None:
        return []
    day = assessment.submitted_at.astimezone(LOCAL).date()
    rows = store.finished_before(session, assessment, day)
    packages = store.packages_of(session, [row.id for row in rows])
    found = []
    for row in rows:
        known = {package.code: package for package in library.load(session, row.edition).packages}
        bought = [
            Bought(known[code], one.quantity)
            for code, one in packages[row.id].items()
            if code in known
        ]
        basis = assessments.assessment(session, row.assessment_id) if row.assessment_id else None
        if bought:
            ground = ground_of(session, basis) if basis else None
            named = _asked(session, row, basis)
            found.append((row, kept(bought, named, spent_of(row), ground=ground, levels=levels)))
    return found


def _asked(session: Session, row: Project, basis: Assessment | None) -> dict[str, Asked]:
    edition = library.load(session, row.edition)
    trade = basis.trade if basis else row.firm.trade
    if trade not in edition.trades:
        return {}
    questions = edition.questionnaire(trade).questions.values()
    return {question.id: Asked(question.code, question.short) for question in questions}


def ground_of(session: Session, assessment: Assessment) -> Ground | None:
    """Return where a firm stands by the sheet that speaks; None while it is with the firm."""
    if assessment.state == AssessmentState.DRAFT:
        return None
    sheet = filled_sheet(session, assessment, kind_of(assessment.state))
    found = score(sheet.questionnaire, sheet.answers, sheet.processes)
    return Ground(found, assessment.firm.size)


# --- what a form offers ---------------------------------------------------------------------------


def offered(session: Session, row: Project, known: Mapping[str, ProjectPackage]) -> list[Package]:
    """Return the packages a firm may choose from, and those it has chosen already."""
    every = {package.code: package for package in library.load(session, row.edition).packages}
    suits = catalogue(session, row, row.firm.trade)
    return [package for code, package in every.items() if code in suits or code in known]


def key_figures(session: Session, row: Project) -> dict[str, tuple[str, str]]:
    """Return title and unit of the edition's key figures for the firm's trade, by question."""
    edition = library.load(session, row.edition)
    if row.firm.trade not in edition.trades:
        return {}
    return _key_figures(edition.questionnaire(row.firm.trade))


def _key_figures(questionnaire: Questionnaire) -> dict[str, tuple[str, str]]:
    trade = questionnaire.trade.id
    return {
        question.id: (question.short, "%" if isinstance(question, RatioQuestion) else question.unit)
        for question in questionnaire.questions.values()
        if isinstance(question, NumberQuestion | RatioQuestion) and question.bands_of(trade)
    }


def said_before(session: Session, basis: Assessment | None) -> dict[str, str]:
    """Return the key figures a firm's sheet gives, as numbers, by question."""
    if basis is None or basis.state == AssessmentState.DRAFT:
        return {}
    figures = _key_figures(questionnaire_of(basis))
    answers = filled_sheet(session, basis, kind_of(basis.state)).answers
    return {q: text for q in figures if (text := _number(answers.get(q)))}


def _number(answer: object) -> str:
    if isinstance(answer, Ratio):
        return amount(answer.percent)
    return format(answer, "f") if isinstance(answer, Decimal) else ""
