"""What a provider claims of the district's policy for an accepted project, and is paid (奖补)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from reports.figures import money_text
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere, Stale
from survey.lifecycle.step import About, Step
from survey.store import deals as store
from survey.store import settings
from survey.store.deals import Deal
from survey.tables import ProviderClaim

MOST_NOTE = 300
ANOTHERS = "这个项目已为另一家服务商登记申领。请先把那一笔改为 0、写明原因，再登记这一笔。"


class TypedClaim(NamedTuple):
    """A claim as a form sends it: money in 万元, days in ISO form; nothing of it is believed."""

    claimed: str
    claimed_on: str
    paid: str
    paid_on: str
    note: str


def record(
    step: Step, provider_id: int, project_id: int, given: TypedClaim, *, base_version: int
) -> None:
    """Record what was claimed for a project and what was paid.

    What counts no more, or counts less, may be recorded as less than it was, never as more.

    Args:
        base_version: Of what stood on the page; 0 where nothing was recorded.

    Raises:
        NotThere: No such accepted project of this provider, and no claim of it for one that was.
        Stale: Somebody recorded something since.
        Invalid: More than may be claimed, or paid than was claimed; a day is missing; or another
            provider's claim for the project stands.
    """
    with step.writing() as session:
        deal = store.deal(session, project_id, provider_id)
        if deal is None:
            raise NotThere
        row = store.claim(session, project_id)
        if (row.version if row else 0) != base_version:
            raise Stale
        if row and row.provider_id != provider_id and row.claimed:
            raise Invalid({"claimed": ANOTHERS})
        most = deal.claimable(settings.read(session).provider_rates)
        values = _read(given, most, deal, step.today)
        before = {"claimed": row.claimed, "paid": row.paid} if row else None
        if row is None:
            row = ProviderClaim(project_id=project_id, provider_id=provider_id)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.provider_id = provider_id
        row.recorded_by, row.recorded_at = step.by.user_id, step.now
        after = {"claimed": row.claimed, "paid": row.paid}
        said = About("provider", provider_id)
        step.log("claim", said, before=before, after=after | {"project": deal.title})


def _read(given: TypedClaim, most: int, deal: Deal, today: date) -> dict[str, object]:
    faults: dict[str, str] = {}
    claimed = _money("claimed", given.claimed, faults) or 0
    paid = _money("paid", given.paid, faults) or 0
    if claimed > max(most, deal.claimed or 0):
        faults["claimed"] = f"这个项目最多可申领 {money_text(most)}，请核对。"
    if paid > claimed:
        faults.setdefault("paid", "已兑付不能多于已申领，请核对。")
    elif paid > max(most, deal.paid or 0):
        faults["paid"] = f"按现在的合同和验收，最多可兑付 {money_text(most)}，请核对。"
    days = {
        "claimed_on": _day("claimed_on", given.claimed_on, today, faults, needed=True),
        "paid_on": _day("paid_on", given.paid_on, today, faults, needed=bool(paid)),
    }
    note = typed.line(given.note)
    if len(note) > MOST_NOTE:
        faults["note"] = f"备注最多 {MOST_NOTE} 字，请删减。"
    if not claimed and not (deal.claimed and note):
        faults.setdefault("claimed", "请填写已申领的金额。要撤回申领就填 0，并在备注里写明原因。")
    if faults:
        raise Invalid(faults)
    return {"claimed": claimed, "paid": paid, "note": note, **days}


def _money(field: str, given: str, faults: dict[str, str]) -> int | None:
    try:
        return typed.money(field, given)
    except Invalid as error:
        faults.update(error.fields)
        return None


def _day(
    field: str, given: str, today: date, faults: dict[str, str], *, needed: bool
) -> date | None:
    text = typed.line(given)
    if not text and not needed:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        faults[field] = "请填写日期，写成 2026-01-31 这样。"
        return None
    if not day.year >= 2000 or day > today:
        faults[field] = "日期不能晚于今天，请核对。"
    return day
