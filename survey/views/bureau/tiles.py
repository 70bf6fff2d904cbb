"""The figures above a list: each leads to the rows it counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from flask import request, url_for

from reports.district import PlanLine
from survey.readings.district import Figures
from survey.store.assessment_list import Counts
from survey.store.lists import BELOW, STEP_DUE
from survey.store.needs import Standing
from survey.store.pool import Waiting
from survey.store.project_sums import Sums
from survey.tables import AssessmentState, IntroductionState, PoolState, ProjectState
from survey.web import here, lists
from survey.words import needs
from survey.words import providers as provider_words
from survey.words.lists import BEGUN
from survey.words.projects import STATES as PROJECT_STATES
from survey.words.providers import STANDINGS as PROVIDER_STANDINGS
from survey.words.samples import STATES as SAMPLE_STATES


class Tile(NamedTuple):
    """One figure, and the list of what it counts."""

    title: str
    value: str
    url: str
    note: str = ""
    tone: str | None = None
    chosen: bool = False
    """Whether this list is what it counts."""


def of_assessments(counts: Counts, plan: Iterable[PlanLine]) -> list[Tile]:
    """Return the way of an assessment from left to right, and where the plan stands."""
    listed = "bureau.assessments"
    way = [
        _tile("填写中", counts.drafting, listed, state=AssessmentState.DRAFT),
        _tile("待指派", counts.submitted, listed, state=AssessmentState.SUBMITTED),
        _tile("现场诊断中", counts.visiting, listed, state=AssessmentState.VISITING),
        _tile("已核定", counts.confirmed, listed, state=AssessmentState.CONFIRMED),
        _tile("已核定未入库", counts.undecided, listed, confirmed="yes", pool=BELOW),
        _tile("在库培育", counts.in_pool, "bureau.pool", state=PoolState.IN_POOL),
    ]
    return [*way, *(plan_tile(line) for line in plan)]


def of_pool(counted: Figures) -> list[Tile]:
    """Return the pool from its door upwards, and where the plan stands."""
    listed, rungs = "bureau.pool", counted.rungs
    return [
        _tile("拟入库", sum(r.proposed for r in rungs), listed, state=PoolState.PROPOSED),
        _tile("在库培育", sum(r.in_pool for r in rungs), listed, state=PoolState.IN_POOL),
        *(plan_tile(line) for line in counted.plan),
    ]


def of_needs(counts: Mapping[Standing, int]) -> list[Tile]:
    """Return needs by how they stand: what is late first seen, what is done last."""
    return [
        _tile(needs.SHORT[one], counts.get(one, 0), "bureau.needs", standing=one)._replace(
            tone="bad" if one == Standing.LATE and counts.get(one) else None
        )
        for one in Standing
    ]


def of_introductions(counts: Mapping[str, int]) -> list[Tile]:
    """Return introductions by state: what waits for an officer stands out."""
    return [
        _tile(title, counts.get(state, 0), "bureau.introductions", state=state)._replace(
            tone="warn" if state == IntroductionState.AGREED and counts.get(state) else None
        )
        for state, title in provider_words.STATES.items()
    ]


def of_ledger(waiting: Waiting) -> list[Tile]:
    """Return what of the ledger waits for an officer."""
    listed = "bureau.pool"
    return [
        _tile("下一步过了时限", waiting.overdue, listed, overdue=STEP_DUE),
        _tile("有阶段建议", waiting.proposed, listed, proposed="yes"),
    ]


def of_firms(counts: Mapping[str, int]) -> list[Tile]:
    """Return firms by how far their newest assessment has come."""
    return [
        _tile(title, counts.get(state, 0), "bureau.firms", state=state)
        for state, title in BEGUN.items()
    ]


def of_round(
    round_id: int, counts: Mapping[str, int], who: Mapping[str, str], warn: Collection[str] = ()
) -> list[Tile]:
    """Return the firms of a round from those who have not begun to those who are confirmed."""
    return [
        _tile(title, counts[state], "bureau.round_", round_id=round_id, state=state)._replace(
            tone="warn" if state in warn else None
        )
        for state, title in who.items()
    ]


def of_projects(sums: Sums) -> list[Tile]:
    """Return projects from their plan to their acceptance, and what is late."""
    listed = "bureau.projects"
    way = [
        _tile(PROJECT_STATES[state], sums.of(state).projects, listed, state=state)
        for state in ProjectState
        if state != ProjectState.STOPPED
    ]
    late = _tile("超期未完工", sums.overdue, listed, overdue="yes")
    return [*way, late._replace(tone="warn" if sums.overdue else None)]


def of_samples(counts: Mapping[str, int]) -> list[Tile]:
    """Return cards from their draft to their end."""
    return [
        _tile(title, counts.get(state, 0), "bureau.samples", state=state)
        for state, title in SAMPLE_STATES.items()
    ]


def of_providers(counts: Mapping[str, int]) -> list[Tile]:
    """Return providers by standing, and those to be reviewed again."""
    listed = "bureau.providers"
    ways = [
        _tile(title, counts.get(standing, 0), listed, standing=standing)
        for standing, title in PROVIDER_STANDINGS.items()
    ]
    due = _tile("该年度复核", counts[BELOW], listed, due="yes")
    return [*ways, due._replace(tone="warn" if counts[BELOW] else None)]


def plan_tile(line: PlanLine) -> Tile:
    """A year of the plan: how many are recognised of how many are wanted."""
    return Tile(
        f"{line.year} 年目标",
        f"{line.recognised}/{line.wanted}",
        url_for("bureau.pool", _anchor="plan"),
        note="已认定/目标，已到期" if line.year < here.today().year else "已认定/目标",
        tone="warn" if line.missing else "good",
    )


def _tile(title: str, count: int, endpoint: str, **filters: Any) -> Tile:
    asked = {name: value for name, value in lists.arguments().items() if name != "sort"}
    counted = {name: value for name, value in asked.items() if name == "edition"} | filters
    here = request.endpoint == endpoint and asked == counted
    return Tile(title, str(count), url_for(endpoint, **counted), chosen=here)
