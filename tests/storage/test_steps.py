"""Every step leaves its row in the log, and the table of states leads everywhere and nowhere else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey.lifecycle.states import (
    ASSESSMENT,
    CANDIDATE,
    DOCUMENT,
    EDITION,
    INTRODUCTION,
    NOTICE,
    POOL,
    PROJECT,
    REQUEST,
    ROSTER,
)
from survey.lifecycle.step import Step
from survey.tables import (
    AssessmentState,
    CandidateState,
    DocumentStanding,
    EditionState,
    Firm,
    IntroductionState,
    NoticeState,
    PoolState,
    ProjectState,
    RequestState,
    RosterState,
)
from tests.support.logged import Unlogged
from tests.support.people import TESTER, a_firm, moment


def test_a_step_that_writes_and_leaves_no_row_in_the_log_is_noticed(session):
    firm = a_firm(session)

    step = Step(session, TESTER, moment())
    with pytest.raises(Unlogged, match="firms"), step.writing() as writing:
        writing.get_one(Firm, firm.id).name = "虚构阀门二厂"

    session.rollback()
    assert session.scalar(select(Firm.name)) == firm.name


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (ASSESSMENT, AssessmentState),
        (POOL, PoolState),
        (EDITION, EditionState),
        (DOCUMENT, DocumentStanding),
        (REQUEST, RequestState),
        (ROSTER, RosterState),
        (INTRODUCTION, IntroductionState),
        (PROJECT, ProjectState),
        (NOTICE, NoticeState),
        (CANDIDATE, CandidateState),
    ],
    ids=[
        "assessment",
        "pool",
        "edition",
        "document",
        "request",
        "roster",
        "introduction",
        "project",
        "notice",
        "candidate",
    ],
)
def test_every_state_is_reached_from_nothing_by_the_table_of_steps(table, states):
    reached, before = {None}, None
    while before != reached:
        before = set(reached)
        reached |= {step.leads for step in table.values() if step.begins & before}

    for action, step in table.items():
        begins = "、".join(sorted(str(state or "—") for state in step.begins))
        print(f"{action:16} {begins} → {step.leads}")  # noqa: T201  # the table, for whoever asks
    assert reached == {None, *states}
