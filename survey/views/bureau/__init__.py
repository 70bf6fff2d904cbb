"""Pages of the bureau: assessments handed in, firms, rounds, the pool, the log."""

from survey.views.bureau import (
    assessments,
    assigning,
    consultants,
    deciding,
    firms,
    home,
    log,
    pool,
    rounds,
)
from survey.views.bureau.blueprint import pages

__all__ = [
    "assessments",
    "assigning",
    "consultants",
    "deciding",
    "firms",
    "home",
    "log",
    "pages",
    "pool",
    "rounds",
]
