"""A round's yearly report, read at one moment: the dashboard's tables and the lists behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.edition import Edition
from reports.annual import Annual
from reports.annual.annexes import annexes
from reports.annual.examples import Example
from reports.dashboard import NONE, Table
from reports.figures import amount
from reports.published import Figures
from reports.samples import Card
from survey import clock, library
from survey.lifecycle import annuals
from survey.readings import budgets, dashboard
from survey.readings.dashboard import Page
from survey.readings.outside import outside
from survey.readings.samples import names
from survey.store import assessment_list, needs, pool, projects, providers, rounds, samples
from survey.store.lists import Wanted
from survey.store.providers import ProvidersWanted
from survey.store.settings import District, read
from survey.store.stages import named
from survey.tables import PoolState, ProjectState, Round
from survey.words import needs as need_words
from survey.words import projects as project_words
from survey.words import providers as provider_words
from survey.words import wording
from survey.words.district import BASES

Row = tuple[str, ...]


def page_of(session: Session, round_: Round, edition: Edition) -> Page:
    """Read the dashboard of a round as it is now, by the rungs that count most."""
    return dashboard.page(session, read(session), edition, round_, None, clock.utc_now())


def tables_of(session: Session, page: Page, edition: Edition, *, outward: bool) -> dict[str, Table]:
    """Return the tables of a report by id; those that may leave the bureau with their gaps."""
    shown = outside(session, page, edition).tables if outward else page.tables
    return {table.id: table for table in shown}


def report(
    session: Session, round_id: int, asked: Mapping[str, Any]
) -> tuple[Annual, Figures | None] | None:
    """Return the report of a round, and what a public one tells; None where the round is gone.

    Args:
        asked: The arguments of the job: ``outward``, ``anew`` and ``number``.
    """
    round_, leaves = rounds.round_(session, round_id), bool(asked["outward"])
    if round_ is None:
        return None
    place, edition = read(session), library.load(session, round_.edition)
    found = page_of(session, round_, edition)
    written = annuals.written(session, round_id, outward=leaves)
    examples = _examples(session)
    lists = {} if leaves else _lists(session, place, edition, found)
    planned = {} if leaves else {table.id: table for table in budgets.adopted_tables(session)}
    anew = bool(asked.get("anew"))
    figures = outside(session, found, edition, anew=anew) if leaves else None
    tables = {table.id: table for table in (figures.tables if figures else found.tables)} | planned
    made = Annual(
        district=place.name,
        bureau=place.bureau,
        department=place.department,
        plan=place.plan,
        year=found.round.opens_on.year,
        round=found.round.title,
        whose=BASES[found.basis],
        number=asked["number"],
        made=(figures.made if figures else found.made).astimezone(clock.LOCAL),
        written=written,
        tables={name: table.to_read for name, table in tables.items()},
        annexes=annexes(lists),
        outward=leaves,
        demonstration=place.demonstration,
        examples=examples,
    )
    return made, figures


def _examples(session: Session) -> list[Example]:
    """Return the samples their firms agreed to show, the newest first; unnamed where they said so."""
    rows = samples.published(session)
    known = names(session, {row.edition for row in rows})
    return [
        Example(
            "" if row.masked else row.firm.name,
            known.trades.get(row.trade, row.trade),
            Card.read(row.card),
            known.packages,
        )
        for row in rows
    ]


# --- the lists ------------------------------------------------------------------------------------


def _lists(
    session: Session, place: District, edition: Edition, page: Page
) -> dict[str, Sequence[Row]]:
    today = page.made.astimezone(clock.LOCAL).date()
    trades = {trade.id: trade.title for trade in edition.trades.values()}
    rungs = {rung.id: rung.title for rung in edition.ladder}
    entries, _ = pool.pool(session, Wanted(edition=edition.id, sort="firm"))
    return {
        "diagnosed": list(_diagnosed(session, page.round, trades, rungs)),
        "pool": list(_pool(entries, place, trades, rungs)),
        "recognised": list(_recognised(session, rungs)),
        "projects": list(_projects(session)),
        "needs": list(_needs(session, page.round.opens_on.year, today)),
        "providers": list(_providers(session)),
    }


def _diagnosed(
    session: Session, round_: Round, trades: Mapping[str, str], rungs: Mapping[str, str]
) -> Iterator[Row]:
    wanted = Wanted(edition=round_.edition, round=str(round_.id), confirmed="yes", sort="firm")
    for one in assessment_list.assessments(session, wanted)[0]:
        yield (
            one.firm,
            trades.get(one.trade, one.trade),
            one.township or NONE,
            _rung(one.results.own.rung, rungs),
            _rung(one.results.visited.rung, rungs),
            _day(one.confirmed_at.astimezone(clock.LOCAL).date() if one.confirmed_at else None),
        )


def _pool(
    entries: Sequence[pool.PoolLine],
    place: District,
    trades: Mapping[str, str],
    rungs: Mapping[str, str],
) -> Iterator[Row]:
    for one in entries:
        if one.state == PoolState.WITHDRAWN:
            continue
        stage = named(place.stages, one.stage)
        yield (
            one.firm,
            trades.get(one.trade, one.trade),
            one.township or NONE,
            wording.POOL[one.state],
            stage.title if stage else NONE,
            rungs.get(one.target_rung, one.target_rung),
        )


def _recognised(session: Session, rungs: Mapping[str, str]) -> Iterator[Row]:
    for firm, fact in pool.recognitions_in_force(session):
        yield (
            firm,
            rungs.get(fact.rung, fact.rung),
            fact.title or NONE,
            wording.AWARD_LEVELS.get(fact.level, NONE),
            fact.document or NONE,
            _day(fact.recognised_on),
        )


def _projects(session: Session) -> Iterator[Row]:
    for one in projects.projects(session, Wanted(sort="firm"))[0]:
        row = one.row
        if row.state == ProjectState.STOPPED:
            continue
        yield (
            one.firm,
            row.title,
            project_words.STATES[row.state],
            f"{row.progress}%",
            _money(one.price),
            _money(one.paid),
            _day(row.planned_end),
        )


def _needs(session: Session, year: int, today: date) -> Iterator[Row]:
    for one in needs.needs(session, Wanted(year=str(year), sort="number"))[0]:
        yield (
            one.number,
            one.firm,
            one.category,
            one.text,
            need_words.STANDINGS[one.standing(today)],
            one.department or NONE,
            _day(one.due_on),
        )


def _providers(session: Session) -> Iterator[Row]:
    for one in providers.listed(session, ProvidersWanted())[0]:
        provider = one.provider
        yield (
            provider.name,
            provider.place or NONE,
            provider_words.STANDINGS[provider.standing],
            str(one.packages),
            str(one.introduced),
            str(one.contracts),
        )


def _rung(rung: str | None, rungs: Mapping[str, str]) -> str:
    return rungs.get(rung or "", rung or NONE)


def _day(day: date | None) -> str:
    return day.isoformat() if day else NONE


def _money(hundredths: int) -> str:
    return amount(Fraction(hundredths, 100))
