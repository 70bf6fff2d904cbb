"""What packages really cost (成交价) and how satisfied firms are with providers, as everybody is told it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reports import contracts
from reports.contracts import Prices
from survey.lifecycle.benchmarks import figures
from survey.store import benchmarks as store


def satisfied(session: Session) -> dict[int, int]:
    """Return by provider the middle mark of its firms, 1 to 5, in the newest period."""
    row = store.told(session, store.SATISFIED)
    told = figures(row) if row else {}
    return {int(one.section): found.middle for one, found in told.items()}


def prices(session: Session) -> dict[str, Prices]:
    """Return what one of each package came to in the newest period; packages nothing is told of are missing."""
    row = store.told(session, store.PRICES)
    return contracts.prices(figures(row)) if row else {}
