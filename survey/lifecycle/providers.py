"""A provider on the district's list: added, kept, checked, paused, reviewed, and its people invited."""

from __future__ import annotations

from itertools import count

from survey.lifecycle import codes, typed
from survey.lifecycle.errors import CodeTaken, Invalid, NotThere, Stale
from survey.lifecycle.links import Link, hand_out, invite, pressed_again
from survey.lifecycle.provider_files import File, changed, file_of, keep, parsed, written
from survey.lifecycle.step import About, Step
from survey.store import accounts
from survey.store import providers as store
from survey.tables import (
    ProposalState,
    Provider,
    ProviderChange,
    ProviderStanding,
    Role,
)


def about(provider: Provider) -> About:
    """Return what the log calls a provider."""
    return About("provider", provider.id)


def add(step: Step, code: str, file: File, *, demonstration: bool) -> Provider:
    """Put a provider on the list.

    Raises:
        Invalid: The code cannot be one.
        CodeTaken: It is on the list already.
    """
    code = codes.normal_code(code)
    if fault := codes.fault_in_code(code, demonstration=demonstration):
        raise Invalid({"code": fault})
    with step.writing() as session:
        if store.provider_coded(session, code) is not None:
            raise CodeTaken({"code": "这家服务商已经在名录里，请在名录里查找。"})
        provider = Provider(
            code=code,
            name=file.name,
            fictional=codes.is_fictional(code),
            standing=ProviderStanding.ACTIVE,
            reviewed_on=step.today,
            created_at=step.now,
            changed_at=step.now,
        )
        session.add(provider)
        keep(session, provider, file)
        step.log("create", about(provider), after={"name": file.name, "code": code})
        return provider


def edit(step: Step, provider_id: int, file: File, *, base_version: int) -> None:
    """Write a provider's file anew, as the officer keeps it.

    Raises:
        NotThere, Stale
    """
    with step.writing():
        provider = _seen(step, provider_id, base_version)
        _keep(step, provider, file, "edit")


def _keep(step: Step, provider: Provider, file: File, action: str) -> None:
    before, after = changed(file_of(step.session, provider), file)
    keep(step.session, provider, file)
    provider.changed_at = step.now
    step.log(action, about(provider), before=before, after=after)


def stand(step: Step, provider_id: int, standing: str, why: str, *, base_version: int) -> None:
    """Pause or remove a provider, or show it again.

    Raises:
        NotThere, Stale
        Invalid: No such standing, or no reason for it.
    """
    if standing not in list(ProviderStanding):
        raise Invalid({"standing": "请选择一种状态。"})
    reason = typed.reason(why)
    with step.writing():
        provider = _seen(step, provider_id, base_version)
        before, provider.standing = provider.standing, ProviderStanding(standing)
        provider.reason = reason
        after = {"provider_standing": provider.standing}
        step.log("stand_provider", about(provider), before={"provider_standing": before}, after=after, reason=reason)  # fmt: skip


def review(step: Step, provider_id: int, *, base_version: int) -> None:
    """Say that the yearly review found the file in order (年度复核).

    Raises:
        NotThere, Stale
    """
    with step.writing():
        provider = _seen(step, provider_id, base_version)
        before, provider.reviewed_on = provider.reviewed_on, step.today
        step.log("review_provider", about(provider), before={"reviewed_on": before}, after={"reviewed_on": step.today})  # fmt: skip


def _seen(step: Step, provider_id: int, base_version: int) -> Provider:
    provider = store.provider(step.session, provider_id, lock=True)
    if provider is None:
        raise NotThere
    if provider.version != base_version:
        raise Stale
    return provider


# --- what the provider would have changed -------------------------------------------------------


def propose(step: Step, provider_id: int, file: File, *, base_version: int) -> None:
    """Ask for a file to be written anew, in place of what was asked before and still waits.

    Raises:
        NotThere: The provider is removed.
        Stale: The file was written since it was shown.
        Invalid: Nothing is different.
    """
    with step.writing() as session:
        provider = _seen(step, provider_id, base_version)
        if provider.standing == ProviderStanding.REMOVED:
            raise NotThere
        before, after = changed(file_of(session, provider), file)
        if not after:
            raise Invalid({"file": "内容和现在的一样，没有要提交的更改。"})
        waiting = store.open_change(session, provider_id)
        if waiting is None:
            waiting = ProviderChange(provider_id=provider_id, state=ProposalState.OPEN)
            session.add(waiting)
        waiting.file, waiting.proposed_at = written(file), step.now
        waiting.proposed_by = step.by.user_id
        step.log("propose_file", about(provider), before=before, after=after)


def take(step: Step, provider_id: int, *, base_version: int, proposed_at: str) -> None:
    """Take what a provider asks for: from now on it is shown.

    Args:
        proposed_at: When what the officer saw was asked for, in ISO form.

    Raises:
        NotThere: Nothing waits.
        Stale: The file, or what is asked for, changed since it was shown.
    """
    with step.writing() as session:
        provider = _seen(step, provider_id, base_version)
        waiting = _waiting(step, provider_id, proposed_at)
        _keep(step, provider, parsed(waiting.file), "take_file")
        _decide(step, waiting, ProposalState.TAKEN)
        session.flush()


def decline(step: Step, provider_id: int, why: str, *, proposed_at: str) -> None:
    """Leave a provider's file as it is and tell it why.

    Raises:
        NotThere, Stale, Invalid
    """
    reason = typed.reason(why)
    with step.writing():
        provider = store.provider(step.session, provider_id, lock=True)
        if provider is None:
            raise NotThere
        waiting = _waiting(step, provider_id, proposed_at)
        waiting.reason = reason
        _decide(step, waiting, ProposalState.DECLINED)
        step.log("decline_file", about(provider), reason=reason)


def _waiting(step: Step, provider_id: int, proposed_at: str) -> ProviderChange:
    waiting = store.open_change(step.session, provider_id)
    if waiting is None:
        raise NotThere
    if waiting.proposed_at.isoformat() != proposed_at:
        raise Stale
    return waiting


def _decide(step: Step, waiting: ProviderChange, state: ProposalState) -> None:
    waiting.state, waiting.decided_by, waiting.decided_at = state, step.by.user_id, step.now
    waiting.file = {}  # what was taken stands in the file; people in the rest need not be kept


# --- its people ---------------------------------------------------------------------------------


def invite_person(step: Step, provider_id: int, name: str) -> Link:
    """Add a person of a provider and invite them; they sign in by its code, the next with a number.

    Raises:
        NotThere: No such provider, or a removed one.
        Invalid: The name is missing.
    """
    with step.writing() as session:
        provider = store.provider(session, provider_id, lock=True)
        if provider is None or provider.standing == ProviderStanding.REMOVED:
            raise NotThere
        for user in accounts.users_of_provider(session, provider_id):
            if again := pressed_again(step, user, name=name, role=Role.PROVIDER):
                return again
        code = provider.code.lower()
        names = (code if number == 1 else f"{code}-{number}" for number in count(1))
        username = next(n for n in names if not accounts.is_username_taken(session, n))
        return invite(
            step, username=username, name=name, role=Role.PROVIDER, provider_id=provider_id
        )


def new_link(step: Step, provider_id: int, user_id: int) -> Link:
    """Make a new link for a person of a provider: an invitation again, or a reset of the password."""
    return hand_out(step, user_id, provider_id=provider_id)
