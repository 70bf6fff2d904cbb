"""A firm and a provider come together: shown, asked, agreed, introduced, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey.lifecycle import typed
from survey.lifecycle.colleagues import require_owner
from survey.lifecycle.errors import Invalid, MovedOn, NotThere, Stale, WrongState
from survey.lifecycle.providers import about
from survey.lifecycle.states import INTRODUCTION
from survey.lifecycle.step import About, Step
from survey.store import firms as firm_store
from survey.store import introductions as store
from survey.store import providers
from survey.tables import Introduction, Project, Provider, ProviderStanding

MOST_SAYS = 300
NOT_RECOMMENDED = (
    "这家服务商已暂停推荐或移出名录，现在不能引荐。"
    "请先在它的页面恢复在用，或者把这条引荐记为“没有谈成”并写明原因。"
)


class Shown(NamedTuple):
    """A provider on a firm's page; ``first`` where it stands first for its package."""

    package: str
    provider_id: int
    first: bool


def show(step: Step, firm_id: int, shown: Sequence[Shown], day: date) -> int:
    """Note whom a firm's page showed on a day, inside the caller's transaction: once a day.

    Two statements at most, however many rows. Nothing is written where all was noted of that day.

    Returns:
        How many were noted.
    """
    new = unnoted(step.session, firm_id, shown, day)
    known = store.showings_of_firm(step.session, firm_id)
    fresh = [one for one in new if one[:2] not in known]
    store.add_showings(
        step.session,
        [
            {
                "firm_id": firm_id,
                "package": one.package,
                "provider_id": one.provider_id,
                "first_on": day,
                "last_on": day,
                "days": 1,
                "first": int(one.first),
            }
            for one in fresh
        ],
    )
    again = [one for one in new if one[:2] in known]
    store.count_showings(
        step.session,
        firm_id,
        [
            {
                "of_package": one.package,
                "of_provider": one.provider_id,
                "day": day,
                "more": int(one.first),
            }
            for one in again
        ],
    )
    if new:
        step.log("show_providers", About("firm", firm_id, firm_id), after={"showings": len(new)})
    return len(new)


def unnoted(session: Session, firm_id: int, shown: Sequence[Shown], day: date) -> list[Shown]:
    """Return what has not been noted of a day, or of a later one."""
    known = store.showings_of_firm(session, firm_id)
    noted = {key for key, last in known.items() if last >= day}
    return [one for one in dict.fromkeys(shown) if one[:2] not in noted]


# --- the provider asks --------------------------------------------------------------------------


def ask(step: Step, provider_id: int, package: str, firms: Collection[int], says: str) -> int:
    """Have firms of one description asked whether they would be named to a provider.

    Args:
        firms: Whom the description fits; who was asked before, or has answered, is left alone.

    Returns:
        How many firms were asked. No provider may be told.

    Raises:
        NotThere: The provider is not active, or does not offer the package.
        Invalid: The words are missing or too long.
    """
    words = typed.paragraph(says)
    if not words or len(words) > MOST_SAYS:
        raise Invalid({"says": f"请写一句话介绍您能做什么（{MOST_SAYS} 字以内）。"})
    with step.writing() as session:
        provider = _offering(step, provider_id, package)
        known = store.known_firms(session, provider_id, package)
        new = [firm_id for firm_id in firms if firm_id not in known]
        asked = store.add_asked(session, provider_id, package, new, words, step.now)
        after = {"package": package, "firms": asked}
        step.log("ask_introduction", about(provider), after=after, reason=words)
        return asked


def _offering(step: Step, provider_id: int, package: str) -> Provider:
    provider = providers.provider(step.session, provider_id, lock=True)
    if provider is None or provider.standing != ProviderStanding.ACTIVE:
        raise NotThere
    offered = providers.products(step.session, [provider_id]).get(provider_id, [])
    if package not in {product.package for product in offered}:
        raise NotThere
    return provider


# --- the firm answers ---------------------------------------------------------------------------


def agree(step: Step, firm_id: int, provider_id: int, package: str) -> None:
    """Let a firm be named to one provider, for one package. Pressed twice, it agrees once.

    Raises:
        NotThere: Who agrees is not the firm's owner, or the provider does not offer this now.
    """
    with step.writing() as session:
        # Two who agree at the same moment for one firm find no row yet: the firm is what they wait for.
        firm_store.firm(session, firm_id, lock=True)
        require_owner(step, firm_id)
        _offering(step, provider_id, package)
        found = store.between(session, firm_id, provider_id, package)
        turn = INTRODUCTION["agree_introduction"]
        if found is None:
            found = Introduction(
                firm_id=firm_id,
                provider_id=provider_id,
                package=package,
                state=turn.leads,
                changed_at=step.now,
            )
            session.add(found)
        elif found.state not in turn.begins:
            return
        before = found.state if found.id else None
        found.state, found.changed_at, found.reason, found.note = turn.leads, step.now, "", ""
        found.agreed_by, found.agreed_at = step.by.user_id, step.now
        session.flush()
        _log(step, "agree_introduction", found, before)
        _follow(step, found, _project_of(step, found))


def refuse(step: Step, firm_id: int, introduction_id: int) -> None:
    """Do not let a firm be named to a provider that asked.

    Raises:
        NotThere, MovedOn
    """
    with step.writing():
        _move(step, _own(step, firm_id, introduction_id), "refuse_introduction")


def withdraw(step: Step, firm_id: int, introduction_id: int) -> None:
    """Take a firm's consent back for the future: the provider is shown its name no more.

    Raises:
        NotThere, MovedOn
    """
    with step.writing():
        _move(step, _own(step, firm_id, introduction_id), "withdraw_consent")


def _own(step: Step, firm_id: int, introduction_id: int) -> Introduction:
    require_owner(step, firm_id)
    found = store.introduction(step.session, introduction_id, lock=True)
    if found is None or found.firm_id != firm_id:
        raise NotThere
    return found


# --- the officer introduces ---------------------------------------------------------------------


def introduce(step: Step, introduction_id: int, note: str, *, base_version: int) -> None:
    """Bring a firm that agreed and its provider together, with a note to both.

    Raises:
        NotThere, Stale, MovedOn
        WrongState: The provider is recommended to nobody now.
        Invalid: The note is missing.
    """
    try:
        words = typed.reason(note)
    except Invalid as error:
        raise Invalid({"note": error.fields["reason"].replace("理由", "引荐说明")}) from None
    with step.writing():
        found = _seen(step, introduction_id, base_version)
        provider = providers.provider(step.session, found.provider_id)
        if provider is None or provider.standing != ProviderStanding.ACTIVE:
            raise WrongState({"provider": NOT_RECOMMENDED})
        found.note = words
        _move(step, found, "introduce", words)
        _follow(step, found, _project_of(step, found))


def contract(step: Step, introduction_id: int, *, base_version: int) -> None:
    """Say that a firm and a provider have signed a contract that is of no project here.

    Raises:
        NotThere, Stale, MovedOn
    """
    with step.writing():
        _move(step, _seen(step, introduction_id, base_version), "contract_introduction")


def end(step: Step, introduction_id: int, why: str, *, base_version: int) -> None:
    """Say that it came to nothing, and why.

    Raises:
        NotThere, Stale, MovedOn, Invalid
    """
    reason = typed.reason(why)
    with step.writing():
        found = _seen(step, introduction_id, base_version)
        found.reason, found.project_id = reason, None
        _move(step, found, "end_introduction", reason)


# --- the firm's projects say it -----------------------------------------------------------------


def follow(step: Step, firm_id: int) -> None:
    """Let a firm's introductions say by themselves what its projects say: signed, or no longer.

    Part of every step that changes who carries a project out, what belongs to it, or whether it
    goes on; each introduction that moves leaves its row in the log.
    """
    projects = store.under_contract(step.session, firm_id)
    for found in store.of_firm(step.session, firm_id, lock=True):
        _follow(step, found, projects.get((found.provider_id, found.package)))


def _project_of(step: Step, found: Introduction) -> Project | None:
    projects = store.under_contract(step.session, found.firm_id)
    return projects.get((found.provider_id, found.package))


def _follow(step: Step, found: Introduction, project: Project | None) -> None:
    before, action = found.state, "follow_contract" if project else "lose_contract"
    followed = project is not None or found.project_id is not None
    if not followed or before not in INTRODUCTION[action].begins:
        return
    found.project_id = project.id if project else None
    if before != INTRODUCTION[action].leads:
        _move(step, found, action)


def _seen(step: Step, introduction_id: int, base_version: int) -> Introduction:
    found = store.introduction(step.session, introduction_id, lock=True)
    if found is None:
        raise NotThere
    if found.version != base_version:
        raise Stale
    return found


def _move(step: Step, found: Introduction, action: str, reason: str = "") -> None:
    turn, before = INTRODUCTION[action], found.state
    if before not in turn.begins:
        raise MovedOn
    found.state, found.changed_at = turn.leads, step.now
    _log(step, action, found, before, reason)


def _name(step: Step, found: Introduction) -> str:
    provider = providers.provider(step.session, found.provider_id)
    return provider.name if provider else ""


def _log(step: Step, action: str, found: Introduction, before: object, reason: str = "") -> None:
    after = {"state": found.state, "provider_name": _name(step, found), "package": found.package}
    said = About("introduction", found.id, found.firm_id)
    step.log(action, said, before={"state": before} if before else None, after=after, reason=reason)
