"""Make anew at night what is told of groups of firms, of prices and of providers, where a period is over."""

from __future__ import annotations

from survey.jobs.workshop import Workshop
from survey.lifecycle import benchmarks
from survey.lifecycle.jobs import Effect
from survey.store.benchmarks import editions


def publish_all(workshop: Workshop) -> Effect:
    """Look at one edition after another; what was told stays told if a later one fails."""
    known = editions(workshop.session)
    workshop.session.rollback()
    made = int(benchmarks.publish_prices(workshop.step()))
    made += benchmarks.publish_satisfaction(workshop.step())
    for done, edition in enumerate(known, 1):
        made += benchmarks.publish(workshop.step(), edition)
        workshop.progress(done, len(known))
        workshop.let_others()
    return lambda _step: {"benchmarks": made}
