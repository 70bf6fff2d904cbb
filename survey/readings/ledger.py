"""What the ledger (培育库台账) shows beside its entries, read for the columns that are asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle.stages import Proposal, proposed
from survey.store import ledger as store
from survey.store import nation as nation_store
from survey.store import stage_facts
from survey.store.ledger import Diagnosed, Paid
from survey.store.pool import PoolLine
from survey.store.stages import Stage
from survey.tables import Ladder, NationalFiling, Project

OF_PROJECTS = frozenset(
    {"project", "investment", "invested", "filing", "dates", "content", "systems"}
)
"""Columns whose figures are of projects."""


@dataclass(frozen=True)
class Beside:
    """What is known beside the entries, by firm, assessment or entry; empty where no column asks."""

    projects: Mapping[int, Sequence[Project]] = field(default_factory=dict)
    packages: Mapping[int, Sequence[str]] = field(default_factory=dict)
    paid: Mapping[int, Sequence[Paid]] = field(default_factory=dict)
    levels: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    """The province's digital level, with its year."""
    diagnoses: Mapping[int, Diagnosed] = field(default_factory=dict)
    maturity: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    filings: Mapping[int, Sequence[NationalFiling]] = field(default_factory=dict)
    admissions: Mapping[int, str] = field(default_factory=dict)
    """By which minutes an entry was taken in, else why, by entry."""
    proposals: Mapping[int, Proposal] = field(default_factory=dict)
    of_nation: Mapping[int, Proposal] = field(default_factory=dict)
    """What is proposed on the nation's ladder."""


def beside(
    session: Session, stages: Sequence[Stage], lines: Sequence[PoolLine], columns: Collection[str]
) -> Beside:
    """Read what these columns need: a question for each, however many lines there are."""
    firms = [line.firm_id for line in lines]
    assessments = [line.assessment_id for line in lines]
    asked = set(columns)
    return Beside(
        store.projects(session, firms) if asked & OF_PROJECTS else {},
        store.packages(session, firms) if "systems" in asked else {},
        store.paid(session, firms) if "benefits" in asked else {},
        store.levels(session, firms) if "digital" in asked else {},
        store.diagnoses(session, assessments) if "diagnosis" in asked else {},
        store.maturity(session, assessments) if "maturity" in asked else {},
        _filings(session, firms) if "filings" in asked else {},
        _admissions(session, lines) if "admitted" in asked else {},
        proposals(session, stages, lines) if asked & {"stage", "why"} else {},
        proposals(session, stages, lines, Ladder.NATION) if "nation_why" in asked else {},
    )


def _filings(session: Session, firms: Collection[int]) -> dict[int, list[NationalFiling]]:
    found: dict[int, list[NationalFiling]] = {}
    for filing in nation_store.filings(session, firms):
        found.setdefault(filing.firm_id, []).append(filing)
    return found


def _admissions(session: Session, lines: Sequence[PoolLine]) -> dict[int, str]:
    by = store.admissions(session, {line.place.admission_id or 0 for line in lines})
    alone = [line.id for line in lines if line.place.admission_id not in by]
    named = {line.id: by.get(line.place.admission_id or 0, "") for line in lines}
    return named | store.reasons_of_admission(session, alone)


def proposals(
    session: Session,
    stages: Sequence[Stage],
    lines: Sequence[PoolLine],
    ladder: Ladder = Ladder.PROVINCE,
) -> dict[int, Proposal]:
    """Return what the system proposes for these entries on one ladder, by entry."""
    known = stage_facts.witnesses(session, [line.id for line in lines], ladder)
    found = ((line.id, proposed(stages, line, known.get(line.id, {}), ladder)) for line in lines)
    return {entry_id: proposal for entry_id, proposal in found if proposal}
