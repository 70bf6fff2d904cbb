"""The ledger of the district's policy for providers: what may be claimed, is claimed, was paid (奖补台账)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.contracts import rate_on
from survey.lifecycle import claims as steps
from survey.lifecycle.claims import TypedClaim
from survey.lifecycle.errors import Invalid
from survey.lifecycle.typed import whole
from survey.store import deals as store
from survey.store.deals import Deal
from survey.views.bureau.blueprint import pages
from survey.views.bureau.exports import Column, send_list
from survey.views.forms import providers as forms
from survey.web import here, lists
from survey.words import providers as words

_ASKED = {
    "claimed": ("已申领（万元）", "decimal"),
    "claimed_on": ("申领日期", "text"),
    "paid": ("已兑付（万元）", "decimal"),
    "paid_on": ("兑付日期", "text"),
    "note": ("备注", "text"),
}
"""What is asked of a claim, and by which keys of a phone."""


def _claimable(deal: Deal) -> int:
    return deal.claimable(here.district().provider_rates)


def _rate(deal: Deal) -> str:
    """Say by which rate a project counts; nothing where it does not."""
    found = rate_on(here.district().provider_rates, deal.accepted_on)
    return words.rate(found.permille, found.document, None) if deal.stands else ""


def _over(deal: Deal) -> int | None:
    """Return what was paid beyond what may be claimed by now; None where nothing was."""
    return max(0, (deal.paid or 0) - _claimable(deal)) or None


def _columns() -> tuple[Column[Any], ...]:
    def money(title: str, of: Any) -> Column[Any]:
        return Column(f"{title}（万元）", lambda deal: None if of(deal) is None else of(deal) / 100, 14, "money")  # fmt: skip

    return (
        Column("服务商", lambda deal: deal.provider, 30),
        Column("企业", lambda deal: deal.firm, 30),
        Column("改造项目", lambda deal: deal.title, 30),
        Column("现状", words.standing_of, 24),
        Column("验收日期", lambda deal: deal.accepted_on, 14, "date"),
        money("合同销售额", lambda deal: deal.sales),
        Column("比例和依据", _rate, 30),
        money("可申领", _claimable),
        money("已申领", lambda deal: deal.claimed),
        Column("申领日期", lambda deal: deal.claimed_on, 14, "date"),
        money("已兑付", lambda deal: deal.paid),
        Column("兑付日期", lambda deal: deal.paid_on, 14, "date"),
        money("已兑付超出可申领", _over),
        Column("备注", lambda deal: deal.note, 30),
    )


class Tried(NamedTuple):
    """What was typed of one line and could not be taken, and why by field."""

    key: str
    given: TypedClaim
    faults: Mapping[str, str]


@pages.get("/providers/ledger")
def provider_ledger() -> ResponseReturnValue:
    """Show what providers may claim by their accepted contracts, by provider, with sums."""
    return _page()


def _page(tried: Tried | None = None) -> str:
    part, session = lists.part(), here.session()
    found, total = store.deals(session, part)
    return render_template(
        "bureau/provider_ledger.html",
        deals=found,
        claimable=_claimable,
        rate=_rate,
        over=_over,
        words=words,
        sums=store.sums(session, here.district().provider_rates),
        part=part,
        total=total,
        fields=_fields,
        tried=tried,
        rates=here.district().provider_rates,
    )


@pages.get("/providers/ledger.xlsx")
def export_provider_ledger() -> ResponseReturnValue:
    """Send the ledger."""
    found, _total = store.deals(here.session())
    return send_list("provider_ledger", "服务商奖补台账", _columns(), found, {})


@pages.post("/providers/<row:provider_id>/claims/<row:project_id>")
def record_claim(provider_id: int, project_id: int) -> ResponseReturnValue:
    """Record what was claimed for an accepted project, and what was paid."""
    if store.deal(here.session(), project_id, provider_id) is None:
        abort(404)
    seen = whole(request.form.get("version"))
    if seen is None:
        abort(400)
    given = TypedClaim(*(request.form.get(name, "") for name in TypedClaim._fields))
    try:
        steps.record(here.step(), provider_id, project_id, given, base_version=seen)
    except Invalid as error:
        here.session().rollback()
        return _page(Tried(f"{provider_id}-{project_id}", given, error.fields)), error.status
    flash("已登记。", "good")
    return redirect(url_for(".provider_ledger", page=lists.part().page))


def _fields(deal: Deal, tried: Tried | None) -> list[tuple[str, str, str, str]]:
    """Return the fields of a line: name, title, which keys a phone shows, and what stands in it."""
    paid = forms.money(deal.paid) if deal.paid else ""
    kept = (forms.money(deal.claimed), deal.claimed_on, paid, deal.paid_on, deal.note)
    given = TypedClaim(*("" if one is None else str(one) for one in kept))
    if tried and tried.key == f"{deal.provider_id}-{deal.project_id}":
        given = tried.given
    return [(name, *_ASKED[name], getattr(given, name)) for name in TypedClaim._fields]
