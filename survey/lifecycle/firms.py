"""What a firm says about itself: its profile, kept with the version it was read at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace

from questionnaires.edition import Edition
from reports.facts import InUse
from survey.lifecycle import judging, typed
from survey.lifecycle.addresses import is_address
from survey.lifecycle.assessments import keep_processes
from survey.lifecycle.errors import Invalid, NotThere, Stale
from survey.lifecycle.states import WRITABLE
from survey.lifecycle.step import Step
from survey.store import assessments as store
from survey.store import firms
from survey.tables import Assessment, Firm, SheetKind, Size

LONGEST = {
    "address": 200,
    "products": 300,
    "contact_name": 60,
    "contact_post": 60,
    "contact_phone": 40,
    "contact_mail": 254,
    "township": 60,
    "park": 60,
}
MOST_WHY = 200
MOST_EMPLOYEES = 1_000_000
MOST_REVENUE = 100_000_000
"""万元."""


@dataclass(frozen=True)
class Profile:
    """A firm's profile as it should stand. ``revenue`` is last year's in 万元."""

    trade: str
    processes: tuple[str, ...]
    lacking: dict[str, str]
    """Why a process that the trade usually has is not among them, by process id."""
    size: str | None
    above_scale: bool | None
    township: str | None
    park: str | None
    address: str | None
    employees: int | None
    revenue: int | None
    products: str | None
    contact_name: str | None
    contact_post: str | None
    contact_phone: str | None
    contact_mail: str | None = None
    in_use: list[InUse] = field(default_factory=list)


TRADE_STAYS = "已经开始评估，行业不能再改。如有错误，请按页面上的电话联系主管部门的联系人更正。"


def update_profile(
    step: Step, firm_id: int, profile: Profile, edition: Edition, *, base_version: int
) -> Firm:
    """Keep a firm's profile, and its processes on every sheet that is still being filled.

    Saved as it stands, it is said to hold for a sheet that was begun since.

    Args:
        edition: Whose trades and processes are meant.
        base_version: The version the profile was read at.

    Raises:
        Stale: A colleague changed the profile since.
        Invalid: Names every field that cannot be taken.
    """
    with step.writing() as session:
        firm = firms.firm(session, firm_id, lock=True)
        if firm is None:
            raise NotThere
        if firm.version != base_version:
            raise Stale
        begun = store.assessments_of_firm(session, firm_id)
        if begun and profile.trade != firm.trade:
            raise Invalid({"trade": TRADE_STAYS})
        if profile.trade != firm.trade:  # those ticked were another trade's
            profile = replace(profile, processes=(), lacking={})
        _require_sound(profile, edition)
        before = {name: getattr(firm, name) for name in asdict(profile)}
        for name, value in asdict(profile).items():
            setattr(firm, name, sorted(value) if name == "processes" else value)
        changed = [name for name, value in before.items() if value != getattr(firm, name)]
        if _said_itself(firm) or changed:
            firm.confirmed_at = step.now
            step.log(
                "profile",
                firm,
                before={name: before[name] for name in changed},
                after={name: getattr(firm, name) for name in changed},
            )
        elif _waits(firm, begun):
            firm.confirmed_at = step.now
            step.log("profile_holds", firm)
        for assessment in begun:
            if assessment.state == WRITABLE[SheetKind.SELF]:
                keep_processes(step, assessment, profile.processes, SheetKind.SELF, profile.lacking)
        judging.again(step, [firm.id])
        return firm


def _said_itself(firm: Firm) -> bool:
    """Note that what lists had filled in is the firm's own word now; say whether there was any."""
    filled = firm.from_lists
    for name in filled:
        setattr(firm, f"listed_{name}", None)
    return bool(filled)


def _waits(firm: Firm, begun: Collection[Assessment]) -> bool:
    """Whether a sheet was begun since the firm last said that its profile holds."""
    drafts = (a for a in begun if a.state == WRITABLE[SheetKind.SELF])
    return any(firm.confirmed_at is None or firm.confirmed_at < a.created_at for a in drafts)


def _unsaid(profile: Profile, edition: Edition) -> str:
    """Return what is asked about usual processes a firm unticked without saying why."""
    usual = [p for p in edition.trades[profile.trade].processes if p.usual]
    silent = [p.title for p in usual if p.id not in {*profile.processes, *profile.lacking}]
    if not profile.processes or not silent:
        return ""
    return f"没有勾选“{'”“'.join(silent)}”。请补勾，或写明没有的原因。"


def _require_sound(profile: Profile, edition: Edition) -> None:
    faults: dict[str, str] = {}
    if profile.trade not in edition.trades:
        raise Invalid({"trade": "请从列出的行业中选择。"})
    known = {process.id for process in edition.trades[profile.trade].processes}
    if unknown := set(profile.processes) - known:
        faults["processes"] = f"没有这些工序：{'、'.join(sorted(unknown))}。"
    if profile.size is not None and profile.size not in list(Size):
        faults["size"] = "请从列出的规模中选择。"
    if said := _unsaid(profile, edition):
        faults.setdefault("processes", said)
    for name, most in (("employees", MOST_EMPLOYEES), ("revenue", MOST_REVENUE)):
        number = getattr(profile, name)
        if number is not None and not 0 <= number <= most:
            faults[name] = f"应在 0 至 {most} 之间，请核对数值和单位。"
    if profile.contact_mail is not None and not is_address(profile.contact_mail):
        faults["contact_mail"] = "邮箱写得不对，请写成 name@example.com 这样。"
    texts = [(name, getattr(profile, name), most) for name, most in LONGEST.items()]
    texts += [("processes", why, MOST_WHY) for why in profile.lacking.values()]
    for name, text, most in texts:
        if text is not None:
            try:
                typed.text(name, text, most)
            except Invalid as refused:
                faults |= refused.fields
    if faults:
        raise Invalid(faults)
