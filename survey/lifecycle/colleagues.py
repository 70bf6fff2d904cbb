"""Colleagues of a firm: invited by its owner, for the whole sheet or some modules, and sent away."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

from survey.lifecycle import typed
from survey.lifecycle.accounts import disable
from survey.lifecycle.errors import Invalid, NotThere
from survey.lifecycle.links import Link, hand_out, invite, pressed_again
from survey.lifecycle.step import Step
from survey.store import accounts as store
from survey.store import firms
from survey.tables import Role, User

Given = Collection[str] | None
"""Ids of the modules a colleague sees and fills; None for the whole sheet."""


def invite_colleague(step: Step, firm_id: int, *, name: str, sections: Given) -> Link:
    """Add a colleague and invite them; their sign-in name is the firm's code with a number.

    Raises:
        NotThere: Who invites is not the firm's owner.
        Invalid: The name is missing, or no module was chosen.
    """
    given = _kept(sections)
    with step.writing() as session:
        require_owner(step, firm_id)
        firm = firms.firm(session, firm_id)
        if firm is None:
            raise NotThere
        for user in store.users_of_firm(session, firm_id):
            same = not user.owner and user.sections == given
            if same and (again := pressed_again(step, user, name=typed.line(name), role=Role.FIRM)):
                return again
        names = (f"{firm.code.lower()}-{number}" for number in count(2))
        username = next(n for n in names if not store.is_username_taken(session, n))
        link = invite(
            step, username=username, name=typed.line(name), role=Role.FIRM, firm_id=firm_id
        )
        _user(step, firm_id, link.user_id).sections = given
        return link


def give(step: Step, firm_id: int, user_id: int, sections: Given) -> None:
    """Change what a colleague sees and fills; one who was sent away may come back.

    Raises:
        NotThere: No such colleague of this owner's firm.
        Invalid: No module was chosen.
    """
    with step.writing():
        require_owner(step, firm_id)
        user, given = _user(step, firm_id, user_id), _kept(sections)
        before, was_active = user.sections, user.active
        user.sections, user.active = given, True
        step.log(
            "give",
            user,
            before={"sections": before, "active": was_active},
            after={"sections": given, "active": True},
        )


def take_back(step: Step, firm_id: int, user_id: int) -> None:
    """Send a colleague away: what they wrote stays, what opened their account ends at once."""
    with step.writing():
        require_owner(step, firm_id)
        disable(step, _user(step, firm_id, user_id))


def new_link(step: Step, firm_id: int, user_id: int) -> Link:
    """Make a new link for a colleague: an invitation again, or a reset of the password."""
    require_owner(step, firm_id)
    _user(step, firm_id, user_id)
    return hand_out(step, user_id, firm_id=firm_id)


def _kept(sections: Given) -> list[str] | None:
    if sections is not None and not sections:
        raise Invalid({"sections": "请至少选一个模块，或者选“全部模块”。"})
    return None if sections is None else sorted(set(sections))


def require_owner(step: Step, firm_id: int) -> None:
    owner = store.user(step.session, step.by.user_id or 0)
    if owner is None or owner.firm_id != firm_id or not owner.owner or not owner.active:
        raise NotThere


def _user(step: Step, firm_id: int, user_id: int) -> User:
    user = store.user(step.session, user_id, lock=True)
    if user is None or user.firm_id != firm_id or user.owner or user.is_erased:
        raise NotThere
    return user
