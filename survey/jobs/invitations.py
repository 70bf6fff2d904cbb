"""Make the links of a round's invitations, some at a time."""

from __future__ import annotations

from functools import partial

from sqlalchemy.exc import IntegrityError

from survey import db
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import invitations
from survey.lifecycle.errors import NotThere
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step
from survey.tables import Fault


def prepare(workshop: Workshop) -> Effect:
    """Walk through the invitations of a round; what is ready already is left as it is."""
    secret, after, touched = workshop.config.secret_key, 0, 0
    try:
        while True:
            step = workshop.step()
            after, some = invitations.prepare_some(
                step, workshop.taken, secret, after, workshop.lease
            )
            touched += some
            if not after:
                return partial(_done, touched)
    except NotThere:
        raise WorkFailed(Fault.GONE) from None
    except IntegrityError:  # somebody gave a firm its first user this moment
        raise WorkFailed(Fault.CHANGED) from None


def _done(touched: int, step: Step) -> dict[str, int]:
    db.gather_statistics(step.session)  # there may be ten thousand users where there were ten
    return {"firms": touched}
