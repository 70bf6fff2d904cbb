"""What a provider's file may choose from: the newest catalogue, its trades, the district's classes."""

from __future__ import annotations

from survey import library
from survey.lifecycle import edition_status
from survey.lifecycle.provider_files import Offered
from survey.web import here


def offered() -> Offered:
    """Return packages and trades of the newest edition by id, and the classes of the settings."""
    edition = library.load(here.session(), edition_status.newest(here.session()))
    packages = {one.code: one.title for one in edition.packages if one.kind == "package"}
    trades = {trade.id: trade.title for trade in edition.trades.values()}
    return Offered(dict(sorted(packages.items())), trades, here.district().provider_classes)
