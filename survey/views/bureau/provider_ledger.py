"""The ledger of the district's policy for providers: what may be claimed, is claimed, was paid (奖补台账)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports import contracts
from survey.lifecycle import claims as steps
from survey.lifecycle.claims import TypedClaim
from survey.lifecycle.typed import whole
from survey.store import deals as store
from survey.store.deals import Deal
from survey.views.bureau.blueprint import pages
from survey.views.bureau.exports import Column, send_list
from survey.views.forms import providers as forms
from survey.web import here, lists
from survey.words import providers as words


def _claimable(deal: Deal) -> int:
    return contracts.claimable(deal.sales, here.district().provider_permille)


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
        money("可申领", _claimable),
        money("已申领", lambda deal: deal.claimed),
        Column("申领日期", lambda deal: deal.claimed_on, 14, "date"),
        money("已兑付", lambda deal: deal.paid),
        Column("兑付日期", lambda deal: deal.paid_on, 14, "date"),
        money("已兑付超出可申领", _over),
        Column("备注", lambda deal: deal.note, 30),
    )


@pages.get("/providers/ledger")
def provider_ledger() -> ResponseReturnValue:
    """Show what providers may claim by their accepted contracts, by provider, with sums."""
    part, session = lists.part(), here.session()
    found, total = store.deals(session, part)
    return render_template(
        "bureau/provider_ledger.html",
        deals=found,
        district=here.district(),
        claimable=_claimable,
        over=_over,
        words=words,
        sums=store.sums(session, here.district().provider_permille),
        part=part,
        total=total,
        typed=forms.money,
        share=words.share(here.district().provider_permille),
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
    steps.record(here.step(), provider_id, project_id, given, base_version=seen)
    flash("已登记。", "good")
    return redirect(url_for(".provider_ledger"))
