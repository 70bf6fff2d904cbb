"""Pages of the bureau: assessments handed in, firms, rounds, the pool, the log."""

from survey.views.bureau import (
    agreement,
    assessments,
    assigning,
    consultants,
    deciding,
    firms,
    home,
    log,
    opinions,
    pool,
    proposals,
    roster_files,
    roster_reading,
    rosters,
    rounds,
    work,
)
from survey.views.bureau.blueprint import pages

__all__ = [
    "agreement",
    "assessments",
    "assigning",
    "consultants",
    "deciding",
    "firms",
    "home",
    "log",
    "opinions",
    "pages",
    "pool",
    "proposals",
    "roster_files",
    "roster_reading",
    "rosters",
    "rounds",
    "work",
]
