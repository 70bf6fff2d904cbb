"""Firms and rounds for other systems."""

from __future__ import annotations

from dataclasses import replace

from flask import abort

from survey.lifecycle import invitations, new_firms
from survey.lifecycle import rounds as round_steps
from survey.lifecycle.new_firms import NewFirm, Offered
from survey.lifecycle.rounds import Plan
from survey.store import feeds
from survey.store import firms as store
from survey.store import rounds as round_store
from survey.store.invitations import Whom
from survey.tables import Role
from survey.tables import Round as RoundRow
from survey.tables import firms as firm_tables
from survey.views.api import models
from survey.views.api.operations import operation, paged, pages
from survey.views.bureau import choices
from survey.views.jobs import send
from survey.views.links import link_url
from survey.web import here


@pages.get("/me")
@operation("me", models.Me)
def me() -> models.Me:
    """Say whose token this is, and what it may."""
    who = here.reader()
    return models.Me(
        user=who.username,
        role=who.role,
        firm=who.firm_id,
        purpose=who.token,
        scopes=sorted(who.scopes),
    )


def _told(firm: firm_tables.Firm) -> models.Firm:
    return models.Firm.model_validate(firm, from_attributes=True)


def _offered() -> Offered:
    district = here.district()
    return Offered(choices.frame().trades, district.townships, district.demonstration)


@pages.get("/firms")
@operation("firms", models.Firms)
def firms(query: models.FirmsAsked) -> models.Firms:
    """List firms by their numbers."""
    wanted = query.model_dump(include={"code", "trade", "township"})
    found = feeds.firms(here.session(), query.after, query.limit + 1, **wanted)
    shown, following = paged(found, query.limit, lambda firm: firm.id)
    return models.Firms(items=[_told(firm) for firm in shown], next=following)


@pages.get("/firms/<row:firm_id>")
@operation("firms", models.Firm)
def firm(firm_id: int) -> models.Firm:
    """Return one firm; to a firm's own user, theirs alone."""
    who = here.reader()
    if who.role == Role.FIRM and who.firm_id != firm_id:
        abort(404)
    return _told(store.firm(here.session(), firm_id) or abort(404))


@pages.post("/firms")
@operation("firms", models.AddedFirm, 409, 415, status=201)
def add_firm(json: models.NewFirm) -> tuple[models.AddedFirm, int]:
    """Add a firm with its first user."""
    wanted = NewFirm(**json.model_dump(exclude={"sure"}))
    link = new_firms.add_firm(here.step(), wanted, _offered(), sure=json.sure)
    added = store.firm(here.session(), link.firm_id or 0) or abort(404)
    told = models.AddedFirm(firm=_told(added), link=link_url(link.token), link_ends=link.expires_at)
    return told, 201


@pages.patch("/firms/<row:firm_id>")
@operation("firms", models.Firm, 409, 415)
def change_firm(firm_id: int, json: models.ChangedFirm) -> models.Firm:
    """Correct a firm's name, trade or township."""
    known = store.firm(here.session(), firm_id) or abort(404)
    stands = {"name": known.name, "trade": known.trade, "township": known.township or ""}
    said = json.model_dump(exclude={"version"}, exclude_none=True)
    new_firms.edit_firm(
        here.step(), firm_id, **stands | said, offered=_offered(), base_version=json.version
    )
    return _told(store.firm(here.session(), firm_id) or abort(404))


# --- rounds ---------------------------------------------------------------------------------------


def _round(row: RoundRow) -> models.Round:
    return models.Round.model_validate(row, from_attributes=True)


@pages.get("/rounds")
@operation("rounds", models.Rounds)
def rounds(query: models.PageAsked) -> models.Rounds:
    """List rounds by their numbers."""
    found = feeds.rounds(here.session(), query.after, query.limit + 1)
    shown, following = paged(found, query.limit, lambda row: row.id)
    return models.Rounds(items=[_round(row) for row in shown], next=following)


@pages.get("/rounds/<row:round_id>")
@operation("rounds", models.Round)
def round_one(round_id: int) -> models.Round:
    """Return one round."""
    return _round(round_store.round_(here.session(), round_id) or abort(404))


@pages.post("/rounds")
@operation("rounds", models.Round, 409, 415, status=201)
def open_round(json: models.NewRound) -> tuple[models.Round, int]:
    """Open a round."""
    plan = Plan(**json.model_dump(exclude={"edition", "sure"}))
    return _round(round_steps.open_round(here.step(), plan, json.edition, sure=json.sure)), 201


@pages.patch("/rounds/<row:round_id>")
@operation("rounds", models.Round, 409, 415)
def change_round(round_id: int, json: models.ChangedRound) -> models.Round:
    """Give a round another name or other days."""
    known = round_store.round_(here.session(), round_id) or abort(404)
    said = json.model_dump(exclude={"version", "sure"}, exclude_unset=True)
    plan = replace(round_steps.plan_of(known), **said)
    changed = round_steps.change(
        here.step(), round_id, plan, base_version=json.version, sure=json.sure
    )
    return _round(changed)


@pages.post("/rounds/<row:round_id>/invitations")
@operation("rounds", models.Invitation, 409, 415)
def invite(round_id: int, json: models.Invited) -> models.Invitation:
    """Ask firms to take part; their links are made by a job."""
    firms_there = feeds.known_firms(here.session(), json.firms)
    if missing := sorted(set(json.firms) - firms_there):
        here.refuse(422, f"没有这些企业：{'、'.join(map(str, missing[:10]))}。")
    new, job = invitations.invite(here.step(), round_id, Whom(only=tuple(json.firms)))
    if job:
        send(job)
    return models.Invitation(new=new, job=job)
