"""Pages of the bureau: assessments handed in, firms, rounds, the pool, the log."""

from survey.views.bureau import assessments, consultants, firms, log, pool, rounds
from survey.views.bureau.blueprint import pages

__all__ = ["assessments", "consultants", "firms", "log", "pages", "pool", "rounds"]
