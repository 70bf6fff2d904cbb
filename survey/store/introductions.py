"""Queries over showings and introductions, and over the demand they begin with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from reports.demand import Firm as FirmFacts
from survey.store.lists import Query, Slice, sliced
from survey.store.projects import BOUND
from survey.store.tallies import What
from survey.tables import (
    Assessment,
    Firm,
    Introduction,
    IntroductionState,
    Project,
    ProjectPackage,
    ProjectState,
    Provider,
    ProviderStanding,
    Round,
    SheetKind,
    Showing,
    Table,
    Tally,
)

NAMED = frozenset(
    {
        IntroductionState.AGREED,
        IntroductionState.INTRODUCED,
        IntroductionState.CONTRACTED,
        IntroductionState.ENDED,
    }
)
"""States in which the provider may know whose demand it is."""
REACHABLE = frozenset({IntroductionState.INTRODUCED, IntroductionState.CONTRACTED})
"""States in which the provider may know whom to call."""


def introduction(session: Session, id_: int, *, lock: bool = False) -> Introduction | None:
    return session.get(Introduction, id_, with_for_update=lock, populate_existing=lock)


def between(session: Session, firm_id: int, provider_id: int, package: str) -> Introduction | None:
    """Return what stands between a firm and a provider about one package."""
    query = select(Introduction).where(
        Introduction.firm_id == firm_id,
        Introduction.provider_id == provider_id,
        Introduction.package == package,
    )
    return session.scalars(query.with_for_update()).one_or_none()


def of_firm(session: Session, firm_id: int, *, lock: bool = False) -> list[Introduction]:
    """Return everything that stands between a firm and providers, newest first."""
    query = select(Introduction).where(Introduction.firm_id == firm_id)
    if lock:
        query = query.with_for_update(of=Introduction).execution_options(populate_existing=True)
    query = query.options(joinedload(Introduction.provider))
    return list(session.scalars(query.order_by(Introduction.changed_at.desc(), Introduction.id)))


def under_contract(session: Session, firm_id: int) -> dict[tuple[int, str], Project]:
    """Return the projects of a firm that are under contract, by registered provider and package.

    Of two for the same package of one provider, the newer.
    """
    query = (
        select(ProjectPackage.package, Project)
        .join(Project, Project.id == ProjectPackage.project_id)
        .where(
            Project.firm_id == firm_id,
            Project.provider_id.is_not(None),
            Project.state.in_((*BOUND, ProjectState.ACCEPTED)),
        )
        .order_by(Project.id)
    )
    rows = session.execute(query)
    return {(row.provider_id, package): row for package, row in rows if row.provider_id}


def asking(session: Session, firm_id: int) -> list[Introduction]:
    """Return whose wish a firm has not answered, with the providers that may still be shown."""
    query = (
        select(Introduction)
        .join(Introduction.provider)
        .where(
            Introduction.firm_id == firm_id,
            Introduction.state == IntroductionState.ASKED,
            Provider.standing == ProviderStanding.ACTIVE,
        )
        .options(contains_eager(Introduction.provider))
    )
    return list(session.scalars(query.order_by(Introduction.id)))


def named_to(session: Session, provider_id: int) -> list[Introduction]:
    """Return what a provider may know by name, newest first, with the firms."""
    query = select(Introduction).where(
        Introduction.provider_id == provider_id, Introduction.state.in_(NAMED)
    )
    query = query.options(joinedload(Introduction.firm))
    return list(session.scalars(query.order_by(Introduction.changed_at.desc(), Introduction.id)))


def known_firms(session: Session, provider_id: int, package: str) -> set[int]:
    """Return the firms between which and a provider something stands about a package already."""
    query = select(Introduction.firm_id).where(
        Introduction.provider_id == provider_id, Introduction.package == package
    )
    return set(session.scalars(query))


def asked_packages(session: Session, provider_id: int) -> dict[int, set[str]]:
    """Return for which packages a provider has asked, or was agreed to, by firm."""
    query = select(Introduction.firm_id, Introduction.package)
    found: dict[int, set[str]] = {}
    for firm_id, package in session.execute(query.where(Introduction.provider_id == provider_id)):
        found.setdefault(firm_id, set()).add(package)
    return found


# --- showings -----------------------------------------------------------------------------------


def showings_of_firm(session: Session, firm_id: int) -> dict[tuple[str, int], date]:
    """Return what a firm was shown, by package and provider: on which day last."""
    query = select(Showing.package, Showing.provider_id, Showing.last_on)
    rows = session.execute(query.where(Showing.firm_id == firm_id))
    return {(row[0], row[1]): row[2] for row in rows}


def add_showings(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write new showings, all in one statement."""
    if rows:
        session.execute(insert(Showing), rows)


def count_showings(session: Session, firm_id: int, rows: list[dict[str, Any]]) -> None:
    """Count one more day for showings that stand: one statement, sent with all its rows at once.

    Args:
        rows: ``of_package``, ``of_provider``, ``day``, and 1 in ``more`` where it stood first.
    """
    if not rows:
        return
    shown = Table.metadata.tables[Showing.__tablename__]
    statement = (
        update(shown)
        .where(
            shown.c.firm_id == firm_id,
            shown.c.package == bindparam("of_package"),
            shown.c.provider_id == bindparam("of_provider"),
        )
        .values(
            last_on=bindparam("day"),
            days=shown.c.days + 1,
            first=shown.c.first + bindparam("more"),
        )
    )
    session.connection().execute(statement, rows)


class Shown(NamedTuple):
    """To whom a provider was shown for a package."""

    firm: str
    package: str
    first_on: date
    last_on: date
    days: int


def showings_of(session: Session, provider_id: int, part: Slice | None) -> tuple[list[Shown], int]:
    """Return to whom a provider was shown, the latest first."""
    query: Query = (
        select(Firm.name, Showing.package, Showing.first_on, Showing.last_on, Showing.days)
        .join(Firm, Firm.id == Showing.firm_id)
        .where(Showing.provider_id == provider_id)
        .order_by(Showing.last_on.desc(), Firm.name_key, Showing.package)
    )
    rows, total = sliced(session, query, part)
    return [Shown(*row) for row in rows], total


# --- demand -------------------------------------------------------------------------------------


def facts_of_firms(session: Session) -> list[FirmFacts]:
    """Return what might be said of every firm of the district: trade, size, township."""
    query = select(Firm.trade, Firm.size, Firm.township)
    return [(row[0] or "", row[1] or "", row[2] or "") for row in session.execute(query)]


def round_of_demand(session: Session) -> int | None:
    """Return the newest round of which visits were confirmed and packages worked out."""
    worked_out = exists().where(
        Tally.round_id == Round.id, Tally.counts, Tally.what == What.PACKAGE
    )
    return session.scalar(select(Round.id).where(worked_out).order_by(Round.id.desc()).limit(1))


class Wanting(NamedTuple):
    """A firm that was recommended a package on its confirmed visit."""

    firm_id: int
    package: str
    facts: FirmFacts


def wanting(session: Session, packages: Collection[str], round_id: int) -> list[Wanting]:
    """Return which firms were recommended one of these packages in a round."""
    query = (
        select(Assessment.firm_id, Tally.key, Firm.trade, Firm.size, Firm.township)
        .select_from(Tally)
        .join(Assessment, Assessment.id == Tally.assessment_id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .where(
            Tally.round_id == round_id,
            Tally.counts,
            Tally.what == What.PACKAGE,
            Tally.kind == SheetKind.ONSITE,
            Tally.key.in_(packages),
        )
    )
    return [
        Wanting(row[0], row[1], (row[2] or "", row[3] or "", row[4] or ""))
        for row in session.execute(query)
    ]


def add_asked(
    session: Session, provider_id: int, package: str, firms: Iterable[int], says: str, now: datetime
) -> int:
    """Write that a provider would like to know whose demand it is, all in one statement."""
    rows = [
        {
            "firm_id": firm_id,
            "provider_id": provider_id,
            "package": package,
            "state": IntroductionState.ASKED,
            "says": says,
            "note": "",
            "reason": "",
            "changed_at": now,
            "version": 1,
        }
        for firm_id in firms
    ]
    if rows:
        session.execute(insert(Introduction), rows)
    return len(rows)
