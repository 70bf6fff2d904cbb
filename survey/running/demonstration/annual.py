"""Last year's report: its words taken over as proposed, both editions asked for; the worker makes them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reports.annual.proposals import proposed
from survey import library
from survey.lifecycle import annuals
from survey.lifecycle.step import Step
from survey.readings import annual
from survey.tables import Round


def report_year(session: Session, step: Step, round_: Round) -> None:
    """Write and ask for the report of a round, for the bureau and for everybody."""
    edition = library.load(session, round_.edition)
    page = annual.page_of(session, round_, edition)
    for outward in (False, True):
        tables = annual.tables_of(session, page, edition, outward=outward)
        said = proposed(tables, round_.title, step.today.year)
        written = {"work": said.work, "problems": said.problems, "next": said.next}
        session.rollback()
        annuals.keep_words(step, round_.id, outward=outward, version=0, written=written)
        annuals.request(step, round_.id, outward=outward)
