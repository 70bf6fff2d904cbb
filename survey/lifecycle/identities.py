"""Identities (统一登录): who an issuer of the district's choice says somebody is, tied to one account here.

Signing in by one makes no account and changes none; it opens the account it was tied to before, by
its owner while signed in or by an administrator.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from survey.lifecycle import accounts, patience, typed
from survey.lifecycle.accounts import SignedIn
from survey.lifecycle.errors import Invalid, NotThere, Refusal
from survey.lifecycle.step import About, Step
from survey.store import accounts as account_store
from survey.store import identities as store
from survey.tables import Identity, User

MOST_SUBJECT = 255
TAKEN = "这个统一登录身份已经关联了别的账号。要换，请先在那个账号里取消关联，或请管理员办理。"
HAS_ONE = "这个账号已经关联了统一登录，请先取消原来的关联。"
NO_SUBJECT = f"请填写对方系统里这个人的编号（sub，{MOST_SUBJECT} 个字符以内，不是姓名）。"


class Untied(Refusal):
    """The identity is tied to no account here that may sign in."""

    status = 403


def sign_in(
    step: Step, issuer: str, subject: str, *, device: str, agent: str, shown_at: datetime | None
) -> SignedIn:
    """Open a session of the account an identity is tied to.

    Whom the issuer vouches for guesses nothing, and is not held up by others who fail from their address.

    Args:
        shown_at: When the issuer was shown a second factor that counts here; None for never.

    Raises:
        Untied: There is no such account.
        TooManyTries: This address came with too many that are tied to none.
    """
    address = f"address:{step.by.address}"
    with step.writing() as session:
        identity = store.identity(session, issuer, subject)
        user = account_store.user(session, identity.user_id, lock=True) if identity else None
        if identity is not None and user is not None and user.active:
            identity.used_at = step.now
            account_store.forget_sessions_before(session, step.now - timedelta(days=7))
            return accounts.opened(
                step, user, device, agent, signed_by="identity", factor_at=shown_at
            )
        patience.require(step, [address])
        patience.count(step, address)
        about = About("user", user.id if user else "", user.firm_id if user else None)
        step.log("sign_in", about, after={"signed_by": "identity"}, succeeded=False)
    raise Untied


def note_refused(step: Step, why: str) -> None:
    """Leave a row of somebody who came back from the issuer with what is not believed."""
    with step.writing():
        patience.count(step, f"address:{step.by.address}")
        after = {"signed_by": "identity", "refused": why}
        step.log("sign_in", About("user", ""), after=after, succeeded=False)


def tie(step: Step, user_id: int, issuer: str, subject: str, password: str) -> None:
    """Tie an identity to one's own account: a way in beside the password, so the password is asked for.

    Raises:
        Invalid: The password is wrong; it is tied already, or the account has one.
        TooManyTries: Nothing was checked.
    """
    action = "identity_tie"
    checked = accounts.require_password(step, user_id, password, "password", action=action)
    with step.writing() as session:
        user = accounts.still_owner(session, user_id, checked, "password")
        account_store.clear_throttle(session, f"password:{user_id}")
        _tie(step, user, issuer, subject)


def tie_for(step: Step, username: str, issuer: str, subject: str) -> User:
    """Tie an identity to somebody's account, as an administrator; return whose.

    Raises:
        Invalid: No such user, no such subject, tied already, or one's own: that is shown first.
    """
    name, subject = typed.line(username).lower(), typed.line(subject)
    with step.writing() as session:
        user = account_store.user_named(session, name)
        if user is None or not user.active:
            raise Invalid({"username": "没有这个用户名，或者已停用。"})
        if user.id == step.by.user_id:
            raise Invalid({"username": "自己的请在“账号与密码”里关联。"})
        if not 1 <= len(subject) <= MOST_SUBJECT:
            raise Invalid({"subject": NO_SUBJECT})
        _tie(step, _user(step, user.id), issuer, subject)
        return user


def _tie(step: Step, user: User, issuer: str, subject: str) -> None:
    if store.of_user(step.session, user.id) is not None:
        raise Invalid({"subject": HAS_ONE})
    if store.identity(step.session, issuer, subject) is not None:
        raise Invalid({"subject": TAKEN})
    row = Identity(
        user_id=user.id,
        issuer=issuer,
        subject=subject,
        tied_at=step.now,
        tied_by=step.by.user_id,
    )
    step.session.add(row)
    step.session.flush()
    step.log("identity_tie", user)


def untie(step: Step, user_id: int, *, keep: str = "") -> None:
    """Untie an account; its sessions end but the one kept: any may have come that way.

    Raises:
        NotThere: It is tied to none.
    """
    with step.writing() as session:
        user = account_store.user(session, user_id, lock=True)
        if user is None or store.of_user(session, user_id) is None:
            raise NotThere
        store.untie(session, user_id)
        account_store.end_sessions(session, user_id, keep=keep)
        step.log("identity_untie", user)


def _user(step: Step, user_id: int) -> User:
    user = account_store.user(step.session, user_id, lock=True)
    if user is None or not user.active:
        raise NotThere
    return user
