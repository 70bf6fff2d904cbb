"""The cultivation pool for other systems."""

from __future__ import annotations

from functools import partial

from flask import abort

from survey.lifecycle import pool as steps
from survey.store import feeds
from survey.store import firms as firm_store
from survey.store import pool as store
from survey.tables import Firm, PoolEntry
from survey.views.api import models
from survey.views.api.operations import operation, paged, pages
from survey.web import here


def _told(entry: PoolEntry, firm: Firm) -> models.Entry:
    return models.Entry(
        id=entry.id,
        firm=firm.id,
        firm_name=firm.name,
        firm_code=firm.code,
        assessment=entry.assessment_id,
        edition=entry.edition,
        state=entry.state,
        target_rung=entry.target_rung,
        stage=entry.stage,
        reason=entry.reason,
        admitted_at=entry.admitted_at,
        changed_at=entry.changed_at,
        version=entry.version,
    )


def _one(entry_id: int) -> models.Entry:
    found = store.pool_entry(here.session(), entry_id) or abort(404)
    return _told(found, firm_store.firm(here.session(), found.firm_id) or abort(404))


@pages.get("/pool")
@operation("pool", models.Pool)
def pool(query: models.PoolAsked) -> models.Pool:
    """List the pool's entries by their numbers."""
    session, most = here.session(), query.limit + 1
    found = feeds.pool(session, query.after, most, state=query.state, edition=query.edition)
    shown, following = paged(found, query.limit, lambda row: row[0].id)
    return models.Pool(items=[_told(*row) for row in shown], next=following)


@pages.get("/pool/<row:entry_id>")
@operation("pool", models.Entry)
def entry(entry_id: int) -> models.Entry:
    """Return one entry."""
    return _one(entry_id)


@pages.post("/pool")
@operation("pool", models.Entry, 409, 415)
def enter_pool(json: models.Entering) -> models.Entry:
    """Propose a firm or take it in, on one of its assessments."""
    enter = steps.propose if json.step == "propose" else partial(steps.admit, sure=json.sure)
    entry = enter(
        here.step(),
        json.assessment,
        target_rung=json.target_rung,
        reason=json.reason,
        base_version=json.version,
    )
    return _one(entry.id)


@pages.post("/pool/<row:entry_id>/target")
@operation("pool", models.Entry, 409, 415)
def raise_target(entry_id: int, json: models.Aiming) -> models.Entry:
    """Give an entry a higher target."""
    steps.raise_target(
        here.step(),
        entry_id,
        target_rung=json.target_rung,
        reason=json.reason,
        base_version=json.version,
    )
    return _one(entry_id)


@pages.post("/pool/<row:entry_id>/withdrawal")
@operation("pool", models.Entry, 409, 415)
def withdraw(entry_id: int, json: models.Leaving) -> models.Entry:
    """Take a firm out of the pool."""
    steps.withdraw(here.step(), entry_id, reason=json.reason, base_version=json.version)
    return _one(entry_id)
