"""The life of an account: added, signed in, its password and phone changed, ended, disabled."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from survey.files import breached
from survey.lifecycle import passwords, patience, side_doors, typed
from survey.lifecycle.codes import normal_code
from survey.lifecycle.errors import Invalid, NotThere, PhoneShared, WrongPassword
from survey.lifecycle.step import About, Actor, Step
from survey.store import accounts as store
from survey.store import firms, providers
from survey.store.accounts import hashed
from survey.tables import KnownDevice, Role, User, UserSession

PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
OUTSIDE = frozenset({Role.FIRM, Role.PROVIDER})
"""Roles of people who are no staff: each belongs to a firm or a provider."""
WRONG = "现在的密码不对。"
LEAKED = "这个密码在公开的泄露名单里，别人会先试它。请换一个没有在别处用过的。"


@dataclass(frozen=True)
class SignedIn:
    """What the browser keeps: the session's secret word and the device's."""

    user_id: int
    session: str
    device: str


def sign_in(step: Step, name: str, password: str, *, device: str, agent: str) -> SignedIn:
    """Check a name and a password, slowing down whoever guesses.

    Failures count per account and per address, in the database, so they hold for every process
    and over a restart. A browser that has signed in as this user before counts on its own: a
    stranger's failures cannot keep it out.

    Raises:
        TooManyTries: Nothing was checked.
        WrongPassword: Unknown name, wrong password, or a disabled account.
        PhoneShared: Two accounts claim this phone number; a name is needed.
    """
    name = typed.line(name)[:120]
    found = store.users_who_type(step.session, name, normal_code(name), typed.digits(name))
    user = found[0] if len(found) == 1 else None
    known = user is not None and store.knows_device(step.session, hashed(device), user.id)
    # A firm's user has two names to type, the firm's code being one: they share one counter.
    account = f"account:{user.username if user else name.lower()[:60]}"
    account = f"device:{hashed(device)[:32]}" if known else account
    keys = [account] if known else [account, f"address:{step.by.address}"]
    patience.require(step, keys)
    if len(found) > 1:
        _note_failure(step, keys, name, None)
        raise PhoneShared
    kept = user.password_hash if user is not None and user.active else None
    step.session.rollback()  # hashing is slow; nothing may wait for it
    if not passwords.is_right(kept, password) or user is None:
        _note_failure(step, keys, name, user)
        raise WrongPassword
    return _open_session(step, user.id, kept, account, device, agent)


def _note_failure(step: Step, keys: list[str], name: str, user: User | None) -> None:
    with step.writing():
        for key in keys:
            patience.count(step, key)
        firm_id = user.firm_id if user else None
        user_id = user.id if user else ""
        # Passwords and whole links are typed into the wrong field; of strangers' words a little is kept.
        said = user.username if user else f"{name[:3]}…"
        step.log("sign_in", About("user", user_id, firm_id), after={"name": said}, succeeded=False)


def _open_session(
    step: Step, user_id: int, checked: str | None, account: str, device: str, agent: str
) -> SignedIn:
    with step.writing() as session:
        user = store.user(session, user_id, lock=True)
        if user is None or not user.active or user.password_hash != checked:
            raise WrongPassword  # changed while it was checked: the old one opens nothing any more
        store.clear_throttle(session, account)
        store.forget_sessions_before(session, step.now - timedelta(days=7))
        return opened(step, user, device, agent)


def opened(
    step: Step,
    user: User,
    device: str,
    agent: str,
    *,
    signed_by: str = "",
    factor_at: datetime | None = None,
) -> SignedIn:
    """Open a session for a user inside the caller's transaction.

    Args:
        signed_by: How they came, where not by password.
        factor_at: When they showed a second factor elsewhere that counts here.
    """
    token = secrets.token_urlsafe(32)
    # One that came from elsewhere, or from another account, would open a door beside the counters.
    if not device or not store.knows_device(step.session, hashed(device), user.id):
        device = secrets.token_urlsafe(32)
    step.session.add(
        UserSession(
            token_hash=hashed(token),
            user_id=user.id,
            created_at=step.now,
            seen_at=step.now,
            address=step.by.address[:60],
            agent=agent[:200],
            factor_at=factor_at,
        )
    )
    step.session.merge(KnownDevice(token_hash=hashed(device), user_id=user.id, seen_at=step.now))
    name = f"{user.name}（{user.username}）"
    who = Actor(user.id, name, step.by.address, step.by.request_id, role=user.role)
    after = {"signed_by": signed_by} if signed_by else None
    replace(step, by=who).log("sign_in", user, after=after)
    return SignedIn(user.id, token, device)


def sign_out(step: Step, token_hash: str) -> None:
    with step.writing() as session:
        store.end_session(session, token_hash)
        step.log("sign_out", About("user", step.by.user_id or ""))


def end_session(step: Step, user_id: int, token_hash: str) -> None:
    """End one of one's own sessions, on a device left behind; one that has ended is just gone."""
    with step.writing() as session:
        if store.is_session_of(session, user_id, token_hash):
            store.end_session(session, token_hash)
            step.log("session_end", About("user", user_id))


def sign_out_everywhere(step: Step, user_id: int) -> None:
    """End every session of a user, the present one included."""
    with step.writing() as session:
        if store.user(session, user_id) is None:
            raise NotThere
        store.end_sessions(session, user_id)
        step.log("sign_out_everywhere", About("user", user_id))


def add_user(
    step: Step,
    *,
    username: str,
    name: str,
    role: str,
    firm_id: int | None,
    provider_id: int | None = None,
    owner: bool = False,
) -> User:
    """Add the row of a user inside the caller's transaction, after checking every field."""
    username, name = username.strip().lower(), typed.line(name)
    faults: dict[str, str] = {}
    if not USERNAME.fullmatch(username):
        faults["username"] = "用户名用 3–40 个小写字母、数字、点、横线或下划线，以字母或数字开头。"
    elif store.is_username_taken(step.session, username):
        faults["username"] = "这个用户名已被使用，请换一个。"
    if not 1 <= len(name) <= 60:
        faults["name"] = "请填写姓名（60 字以内）。"
    if role not in list(Role):
        faults["role"] = "请选择一种角色。"
    if (role == Role.FIRM) != (firm_id is not None):
        faults["firm_id"] = "企业用户必须属于一家企业，其他角色不属于任何企业。"
    elif firm_id is not None and firms.firm(step.session, firm_id) is None:
        faults["firm_id"] = "没有这家企业。"
    if (role == Role.PROVIDER) != (provider_id is not None):
        faults["provider_id"] = "服务商用户必须属于一家服务商，其他角色不属于任何服务商。"
    elif provider_id is not None and providers.provider(step.session, provider_id) is None:
        faults["provider_id"] = "没有这家服务商。"
    if faults:
        raise Invalid(faults)
    user = User(
        username=username,
        name=name,
        role=role,
        firm_id=firm_id,
        provider_id=provider_id,
        owner=owner,
        active=True,
        created_at=step.now,
    )
    step.session.add(user)
    step.session.flush()
    return user


def change_password(step: Step, user_id: int, old: str, new: str, *, token_hash: str) -> None:
    """Change one's own password; every other session of the user ends, and every link to a new one.

    Whoever finds a screen left open must not find the password out by trying: failures count here
    as they do at the door, for this user alone.

    Raises:
        Invalid: The old one is wrong, or the new one may not be one.
        TooManyTries: Nothing was checked.
    """
    user = store.user(step.session, user_id)
    if user is None:
        raise NotThere
    require_good(step.session, user, new, field="new")
    checked = require_password(step, user_id, old, "old", action="password_change")
    fresh = passwords.hashed(new)
    with step.writing() as session:
        user = still_owner(session, user_id, checked, "old")
        user.password_hash, user.password_changed_at = fresh, step.now
        store.clear_throttle(session, f"password:{user_id}")
        store.end_sessions(session, user_id, keep=token_hash)
        store.void_links(session, user_id, step.now)
        step.log("password_change", About("user", user_id))


def require_password(
    step: Step, user_id: int, password: str, field: str, *, action: str
) -> str | None:
    """See that the owner is there, slowing down whoever tries; ends the transaction of reading.

    Returns what the password was checked against, for ``still_owner``.

    Raises:
        Invalid: It is not theirs.
        TooManyTries: Nothing was checked.
    """
    keys = [f"password:{user_id}"]
    patience.require(step, keys)
    user = store.user(step.session, user_id)
    kept = user.password_hash if user else None
    step.session.rollback()
    if not passwords.is_right(kept, password):
        with step.writing():
            patience.count(step, keys[0])
            step.log(action, About("user", user_id), succeeded=False)
        raise Invalid({field: WRONG})
    return kept


def still_owner(session: Session, user_id: int, checked: str | None, field: str) -> User:
    """Return a user under the lock, whose password is the one that was checked before."""
    user = store.user(session, user_id, lock=True)
    if user is None:
        raise NotThere
    if user.password_hash != checked:
        raise Invalid({field: WRONG})
    return user


def keep_phone(step: Step, user_id: int, phone: str, password: str) -> None:
    """Keep, or take away, the phone number one signs in with; the password says it is the owner.

    Raises:
        Invalid: The password is wrong, or this is no mobile number.
        TooManyTries: Nothing was checked.
    """
    checked = require_password(step, user_id, password, "password", action="phone")
    with step.writing() as session:
        user = still_owner(session, user_id, checked, "password")
        store.clear_throttle(session, f"password:{user_id}")
        set_phone(step, user, phone)


def set_phone(step: Step, user: User, phone: str) -> None:
    """Keep a phone number inside the caller's transaction; empty takes it away."""
    wanted = typed.digits(phone) or None
    if wanted and not PHONE.fullmatch(wanted):
        raise Invalid(
            {"phone": "请填写 11 位手机号，例如 138 开头的号码；不想用手机号登录就留空。"}
        )
    before, user.phone = user.phone, wanted
    if before != wanted:
        step.log("phone", About("user", user.id, user.firm_id), before={"phone": masked(before)}, after={"phone": masked(wanted)})  # fmt: skip


def masked(phone: str | None) -> str:
    """Return what the log keeps of a phone number: its ends."""
    return f"{phone[:3]}****{phone[-4:]}" if phone else ""


def require_good(session: Session, user: User, password: str, field: str = "password") -> None:
    """Refuse a password that is too short, easily guessed, or leaked somewhere.

    Raises:
        Invalid: Says why, in this field.
    """
    firm = firms.firm(session, user.firm_id) if user.firm_id else None
    if fault := passwords.fault_in(password, user.username, user.name, firm.name if firm else ""):
        raise Invalid({field: fault})
    leaked: Path | None = session.info.get(breached.NAMED)
    if leaked and breached.knows(leaked, password):
        raise Invalid({field: LEAKED})


def set_active(step: Step, user_id: int, active: bool) -> None:
    """Disable or enable an account.

    Raises:
        NotThere: No such user, or one who was erased: that is for good.
        Invalid: An administrator would shut themselves out.
    """
    with step.writing() as session:
        administrators = store.lock_administrators(session)
        user = store.user(session, user_id, lock=True)
        if user is None or user.is_erased:
            raise NotThere
        if user.id == step.by.user_id and not active:
            raise Invalid({"active": "不能停用自己的账号。"})
        if active:
            user.active = True
            step.log("enable", user)
        else:
            require_another(administrators, user, "active")
            disable(step, user)


def disable(step: Step, user: User) -> None:
    """Shut an account inside the caller's transaction: whatever opened it ends, the password sleeps.

    Enabled again it is its owner's who knows the password; programs and calendars that had an address
    of it then do not have it back.
    """
    user.active = False
    store.end_sessions(step.session, user.id)
    store.void_links(step.session, user.id, step.now)
    side_doors.shut(step, user)
    step.log("disable", user)


def set_role(step: Step, user_id: int, role: str) -> None:
    """Give a member of staff another role, in force at their next request; tokens and calendar end.

    Raises:
        Invalid: A firm's user stays a firm's user; nobody changes their own role.
    """
    with step.writing() as session:
        administrators = store.lock_administrators(session)
        user = store.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        if {user.role, role} & OUTSIDE or role not in list(Role):
            raise Invalid(
                {"role": "企业和服务商用户的角色不能更改，工作人员也不能改为这两种用户。"}
            )
        if user.id == step.by.user_id:
            raise Invalid({"role": "不能更改自己的角色。"})
        if role != Role.ADMINISTRATOR:
            require_another(administrators, user, "role")
        before, user.role = user.role, Role(role)
        if before != user.role:
            side_doors.shut_to_programs(step, user)
        step.log("role", About("user", user.id), before={"role": before}, after={"role": user.role})


def require_another(administrators: list[User], user: User, field: str) -> None:
    """Two administrators who shut each other out at one moment must not both succeed."""
    if [other.id for other in administrators] == [user.id]:
        raise Invalid({field: "至少要留一位在用的管理员。"})


def forget_ended(step: Step, *, session_hours: int) -> dict[str, int]:
    """Remove sessions that have run out and failures nobody is held up by any more.

    Inside a transaction; returns how many rows of each went.
    """
    forgotten = {
        "sessions": store.forget_sessions_before(
            step.session, step.now - timedelta(hours=session_hours)
        ),
        "throttles": store.forget_throttles_before(step.session, step.now - patience.WINDOW),
    }
    step.log("nightly", About("district", ""), after=forgotten)
    return forgotten
