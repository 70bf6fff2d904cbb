"""Projects at any point of their life, by the steps that lead there."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from survey.files.uploads import Stored
from survey.lifecycle import project_checks, project_work, projects, subsidies
from survey.lifecycle.project_checks import Seen
from survey.lifecycle.project_work import Progress, TypedFigure
from survey.lifecycle.projects import Contract, ProjectFacts
from survey.lifecycle.step import Step
from survey.lifecycle.subsidies import TypedPolicy
from survey.store import projects as store
from survey.tables import Firm, Project, ProjectPaper, ProjectState, Subsidy, SubsidyPolicy
from tests.support.numbers import NUMBERS
from tests.support.people import TESTER, moment

ORDER = (
    ProjectState.PLANNED,
    ProjectState.CONTRACTED,
    ProjectState.UNDER_WAY,
    ProjectState.FINISHED,
    ProjectState.ACCEPTED,
)
SIGNED = date(2026, 3, 2)
PRICES = {"equipment": "12.5", "software": "8", "services": "4", "yearly": "1.2"}


def a_step(session: Session) -> Step:
    return Step(session, TESTER, moment())


def a_project(
    session: Session,
    firm: Firm | int,
    state: ProjectState = ProjectState.PLANNED,
    provider: str = "虚构软件公司",
    **facts: Any,
) -> Project:
    """A project of a firm as far as a state; ``facts`` are what it says of itself."""
    known = {
        "title": f"虚构改造项目 {next(NUMBERS)}",
        "place": "机加工车间",
        "planned_end": date(2026, 6, 30),
        "packages": {"N01": "1"},
    }
    firm_id = firm if isinstance(firm, int) else firm.id
    row = projects.begin(a_step(session), firm_id, ProjectFacts(**known | facts))
    far = ORDER.index(state) if state in ORDER else 0
    sign = partial(_sign, provider=provider)
    for take in (sign, _report, _finish, _accept)[:far]:
        take(session, row)
    if state == ProjectState.STOPPED:
        project_work.stop(
            a_step(session), row.id, reason="改到明年做。", base_version=version(session, row)
        )
    return again(session, row)


def again(session: Session, row: Project) -> Project:
    found = store.project(session, row.id)
    assert found is not None
    session.rollback()
    return found


def version(session: Session, row: Project) -> int:
    """The version a page would show now."""
    session.expire_all()
    found = again(session, row).version
    session.rollback()
    return found


def _sign(session: Session, row: Project, provider: str) -> None:
    said = Contract(SIGNED, provider, prices=PRICES)
    projects.contract(a_step(session), row.id, said, base_version=version(session, row))
    project_checks.check_contract(a_step(session), row.id, base_version=version(session, row))


def _report(session: Session, row: Project) -> None:
    said = Progress(40, SIGNED + timedelta(days=20), "10")
    project_work.report(a_step(session), row.id, said, base_version=version(session, row))


def _finish(session: Session, row: Project) -> None:
    said = Progress(100, SIGNED + timedelta(days=90), "25")
    project_work.finish(a_step(session), row.id, said, base_version=version(session, row))


def _accept(session: Session, row: Project) -> None:
    codes = store.packages_of(session, [row.id])[row.id]
    session.rollback()
    project_checks.accept(
        a_step(session),
        row.id,
        dict.fromkeys(codes, Seen(True, "现场看过")),
        accepted_on=SIGNED + timedelta(days=100),
        base_version=version(session, row),
    )


def a_policy(session: Session, **said: Any) -> SubsidyPolicy:
    known = {
        "name": "技改设备补助",
        "document": "虚构〔2026〕1 号",
        "year": 2026,
        "share": 20,
        "cap": "50",
        "counted": ("equipment", "software"),
    }
    return subsidies.keep_policy(a_step(session), TypedPolicy(**known | said))


def a_subsidy(session: Session, row: Project, policy: SubsidyPolicy, asked: str = "3") -> Subsidy:
    subsidies.ask(
        a_step(session), row.id, policy.id, asked=asked, base_version=version(session, row)
    )
    found = store.subsidies_of(session, row.id)[-1]
    session.rollback()
    return found


def a_figure(session: Session, row: Project, title: str = "准时交付率") -> None:
    said = TypedFigure(title, "%", "80", SIGNED)
    project_work.keep_figure(a_step(session), row.id, said, base_version=version(session, row))


def a_paper(session: Session, row: Project, stored: Stored) -> ProjectPaper:
    return project_work.attach_paper(a_step(session), row.id, "contract", stored)
