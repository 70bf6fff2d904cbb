"""Forecasts and what they rest on, as a night would have kept them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from survey import db
from survey.tables import FallModel, Forecast
from tests.support.people import EDITION, moment


def a_forecast(assessment_id: int, **given: Any) -> Forecast:
    """One that says of a sheet on the second rung that it may stand on the first."""
    values = {
        "own_step": 2,
        "rungs": [0, 400, 600, 0, 0, 0],
        "overturned": 400,
        "share_low": 300,
        "share_middle": 350,
        "share_high": 400,
        "reasons": [["scheduling", 500, 300]],
        "visits": 30,
        "made_at": moment(),
    }
    return Forecast(assessment_id=assessment_id, **(values | given))


def a_model(**given: Any) -> FallModel:
    """Enough visits, with forecasts of forty firms that held as they should."""
    tried = [[100, int(n < 3), int(n < 25)] for n in range(30)]
    tried += [[500, int(n < 5), int(n < 8)] for n in range(10)]
    values = {
        "edition": EDITION,
        "visits": 46,
        "answers": 1_800,
        "tallies": {"scheduling": [40, 12, 15, 1], "delivery_promise": [38, 4, 4, 0]},
        "rates": {
            "question": {"scheduling": [200, 290, 390], "delivery_promise": [60, 110, 170]},
            "trade": {"valve": [100, 150, 210]},
            "size": {"small": [120, 180, 240], "": [90, 160, 260]},
        },
        "tried": tried,
        "made_at": moment(),
    }
    return FallModel(**(values | given))


def keep(session: Session, *rows: FallModel | Forecast) -> None:
    session.rollback()
    with db.writing(session):
        session.add_all(rows)
