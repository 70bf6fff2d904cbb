"""Subsidies of projects (补助): the district's policies, what is asked by them, what is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from reports.figures import money_text
from reports.projects import Prices, Rule, claimable
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.projects import EARLIEST, changed, held
from survey.lifecycle.step import About, Step
from survey.store import projects as store
from survey.tables import CostKind, Project, ProjectState, Subsidy, SubsidyPolicy

MOST_NAME: Final = 100
MOST_NOTE: Final = 300
MOST_POLICIES: Final = 200
ASKING: Final = (
    ProjectState.CONTRACTED,
    ProjectState.UNDER_WAY,
    ProjectState.FINISHED,
    ProjectState.ACCEPTED,
)
"""States in which a project may ask for money."""


@dataclass(frozen=True)
class TypedPolicy:
    """A policy as a form sends it: ``share`` in percent, ``cap`` as typed in 万元."""

    name: str
    document: str = ""
    year: int | None = None
    share: int | None = None
    cap: str = ""
    counted: tuple[str, ...] = ()
    open: bool = True


def keep_policy(
    step: Step, said: TypedPolicy, *, policy_id: int | None = None, base_version: int = 0
) -> SubsidyPolicy:
    """Keep a policy of the district, a new one or one that is there.

    Raises:
        NotThere, Stale: It is gone, or was changed since the page was made.
        Invalid: Names every field that cannot be.
    """
    with step.writing() as session:
        row = SubsidyPolicy()
        if policy_id is not None:
            known = store.policy(session, policy_id, lock=True)
            if known is None:
                raise NotThere
            if known.version != base_version:
                raise Stale
            row = known
        elif len(store.policies(session)) >= MOST_POLICIES:
            raise Invalid({"name": f"最多登记 {MOST_POLICIES} 条政策。"})
        before = _told(row) if policy_id else {}
        _read_policy(step, row, said)
        session.add(row)
        session.flush()
        step.log("policy_keep", About("policy", row.id), **changed(before, _told(row)))
        return row


def _read_policy(step: Step, row: SubsidyPolicy, said: TypedPolicy) -> None:
    faults: dict[str, str] = {}
    row.name, row.document = typed.line(said.name), typed.line(said.document)
    if not 1 <= len(row.name) <= MOST_NAME:
        faults["name"] = f"请填写政策名称（{MOST_NAME} 字以内）。"
    if len(row.document) > MOST_NAME:
        faults["document"] = f"文号最多 {MOST_NAME} 字，请删减。"
    if said.year is None or not EARLIEST.year <= said.year <= step.today.year + 1:
        faults["year"] = f"请填写 {EARLIEST.year} 年以后的年份，例如 {step.today.year}。"
    if said.share is None or not 1 <= said.share <= 100:
        faults["share"] = "请填 1 到 100 的整数，例如 20。"
    counted = [kind for kind in CostKind if kind in said.counted]
    if not counted:
        faults["counted"] = "请至少选一种可以补助的费用。"
    cap = None
    try:
        cap = typed.money("cap", said.cap)
    except Invalid as error:
        faults |= error.fields
    if faults:
        raise Invalid(faults)
    row.year, row.share, row.cap = said.year or 0, said.share or 0, cap
    row.counted, row.open = [str(kind) for kind in counted], said.open


def _told(row: SubsidyPolicy) -> dict[str, object]:
    names = ("name", "document", "year", "cap", "counted", "open")
    return {name: getattr(row, name) for name in names} | {"rate": row.share}


def prices_of(row: Project) -> Prices:
    """Return what a project costs, by kind."""
    return Prices(**{str(kind): getattr(row, f"price_{kind}") or 0 for kind in CostKind})


def rule_of(policy: SubsidyPolicy) -> Rule:
    return Rule(policy.share, policy.cap, frozenset(policy.counted))


def ask(step: Step, project_id: int, policy_id: int, *, asked: str, base_version: int) -> None:
    """Ask for money by a policy, or for another sum while nobody has decided.

    Raises:
        WrongState: The project has no contract, was stopped, or it is decided.
        Invalid: The sum is none, more than the policy gives, or with what is asked by others more
            than the contract costs.
    """
    with step.writing() as session:
        row = held(step, project_id, base_version, ASKING)
        policy = store.policy(session, policy_id)
        if policy is None:
            raise Invalid({"policy": "请选择一条政策。"})
        subsidies = store.subsidies_of(session, row.id)
        known = next((one for one in subsidies if one.policy_id == policy_id), None)
        amount = _asked(known, policy, asked, most=askable(row, policy, subsidies))
        before = {"asked": known.asked} if known else None
        if known is None:
            session.add(known := Subsidy(project_id=row.id, policy_id=policy_id, note=""))
        known.asked, known.asked_on, row.changed_at = amount, step.today, step.now
        step.log("subsidy_ask", row, before=before, after={"policy": policy.name, "asked": amount})


def askable(row: Project, policy: SubsidyPolicy, subsidies: Sequence[Subsidy]) -> int:
    """Return the most a project may ask for by a policy beside what it has of others.

    All together is never more than the contract costs; in 0.01 万元.
    """
    others = [one for one in subsidies if one.policy_id != policy.id]
    taken = sum(one.asked if one.paid is None else one.paid for one in others)
    prices = prices_of(row)
    return max(0, min(claimable(rule_of(policy), prices), prices.whole - taken))


def _asked(known: Subsidy | None, policy: SubsidyPolicy, given: str, *, most: int) -> int:
    if known is not None and known.paid is not None:
        raise WrongState({"policy": "这条政策已经办结，不能再改申请。"})
    if known is None and not policy.open:
        raise Invalid({"policy": "这条政策已停止受理，请选别的政策。"})
    amount = typed.money("asked", given)
    if not amount:
        raise Invalid({"asked": "请填写申请金额（万元），例如 12.5。"})
    if amount > most:
        words = f"按这条政策、合同价和已申请的其他补助，最多可申请 {money_text(most)}，请改小。"
        raise Invalid({"asked": words})
    return amount


def pay(
    step: Step,
    subsidy_id: int,
    *,
    paid: str,
    paid_on: date | None,
    note: str,
    base_version: int,
) -> None:
    """Record what was paid in all, or by 0 and a note that nothing will be.

    Raises:
        Invalid: The sum is none, or more than may be paid by now and than stands recorded; the day
            is wrong, or the note is missing.
    """
    with step.writing() as session:
        known = store.subsidy(session, subsidy_id)
        if known is None:
            raise NotThere
        row = held(step, known.project_id, base_version, tuple(ProjectState))
        before = {"paid": known.paid} if known.paid is not None else None
        most = max(allowed(row, known, store.subsidies_of(session, row.id)), known.paid or 0)
        _read_payment(step, known, paid, paid_on, note, most=most)
        row.changed_at = step.now
        said = {"policy": known.policy.name, "paid": known.paid, "paid_on": known.paid_on}
        step.log("subsidy_pay", row, before=before, after=said, reason=known.note)


def allowed(row: Project, known: Subsidy, subsidies: Sequence[Subsidy]) -> int:
    """Return the most that may be paid of what was asked, in 0.01 万元.

    A contract that was corrected since allows less than was asked, and so does what others paid; a
    project that was stopped allows nothing.
    """
    if row.state == ProjectState.STOPPED:
        return 0
    prices = prices_of(row)
    others = (one.paid or 0 for one in subsidies if one.policy_id != known.policy_id)
    left = prices.whole - sum(others)
    return max(0, min(known.asked, claimable(rule_of(known.policy), prices), left))


def _read_payment(
    step: Step, known: Subsidy, paid: str, on: date | None, note: str, *, most: int
) -> None:
    amount, words = typed.money("paid", paid), typed.line(note)
    faults: dict[str, str] = {}
    if amount is None:
        faults["paid"] = "请填写已兑现的金额（万元）；不予兑现填 0。"
    elif amount > most:
        faults["paid"] = (
            f"最多登记 {money_text(most)}：不能超过申请金额和按现在的合同价算出的上限，"
            "连同其他政策也不能超过合同价；项目终止后不再兑现。"
        )
    if on is None or not known.asked_on <= on <= step.today:
        faults["paid_on"] = f"日期应在申请日期 {known.asked_on.isoformat()} 到今天之间。"
    if len(words) > MOST_NOTE:
        faults["note"] = f"说明最多 {MOST_NOTE} 字，请删减。"
    elif amount == 0 and not words:
        faults["note"] = "不予兑现的，请写明原因。"
    if faults:
        raise Invalid(faults)
    known.paid, known.paid_on, known.note = amount, on, words
