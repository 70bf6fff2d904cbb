"""The life of an account: invited, signed in, reset, ended, disabled."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.lifecycle import passwords, typed
from survey.lifecycle.errors import Invalid, LinkSpent, NotThere, TooManyTries, WrongPassword
from survey.lifecycle.step import About, Actor, Step
from survey.store import accounts as store
from survey.store import firms
from survey.store.accounts import hashed
from survey.tables import KnownDevice, LinkPurpose, OneTimeLink, Role, User, UserSession

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
WINDOW = timedelta(minutes=15)
FREE_FAILURES = {"account": 5, "device": 5, "password": 5, "address": 30}
"""Failures before waiting begins; then each doubles the wait, up to the window."""


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
    """
    name = typed.line(name)[:120]
    user = store.user_who_types(step.session, name)
    known = user is not None and store.knows_device(step.session, hashed(device), user.id)
    # A firm's user has two names to type, the firm's code being one: they share one counter.
    account = f"account:{user.username if user else name.lower()[:60]}"
    account = f"device:{hashed(device)[:32]}" if known else account
    keys = [account] if known else [account, f"address:{step.by.address}"]
    _require_patience(step, keys)
    kept = user.password_hash if user is not None and user.active else None
    step.session.rollback()  # hashing is slow; nothing may wait for it
    if not passwords.is_right(kept, password) or user is None:
        _note_failure(step, keys, name, user)
        raise WrongPassword
    return _open_session(step, user.id, account, device, agent)


def _require_patience(step: Step, keys: list[str]) -> None:
    if wait := max(_wait(step, key) for key in keys):
        raise TooManyTries(wait)


def _wait(step: Step, key: str) -> int:
    """Return the seconds until this key may try again, 0 for now."""
    row = store.throttle(step.session, key)
    free = FREE_FAILURES[key.partition(":")[0]]
    if row is None or row.failures < free or step.now - row.since >= WINDOW:
        return 0
    pause = timedelta(seconds=min(2 ** (row.failures - free + 1), WINDOW.total_seconds()))
    return max(0, int((row.since + pause - step.now).total_seconds() + 0.999))


def _note_failure(step: Step, keys: list[str], name: str, user: User | None) -> None:
    with step.writing() as session:
        for key in keys:
            store.count_failure(session, key, step.now, WINDOW)
        firm_id = user.firm_id if user else None
        user_id = user.id if user else ""
        step.log(
            "sign_in", About("user", user_id, firm_id), after={"name": name[:60]}, succeeded=False
        )


def _open_session(step: Step, user_id: int, account: str, device: str, agent: str) -> SignedIn:
    token = secrets.token_urlsafe(32)
    device = device or secrets.token_urlsafe(32)
    with step.writing() as session:
        user = store.user(session, user_id)
        if user is None or not user.active:
            raise WrongPassword
        store.clear_throttle(session, account)
        store.forget_sessions_before(session, step.now - timedelta(days=7))
        session.add(
            UserSession(
                token_hash=hashed(token),
                user_id=user.id,
                created_at=step.now,
                seen_at=step.now,
                address=step.by.address[:60],
                agent=agent[:200],
            )
        )
        session.merge(KnownDevice(token_hash=hashed(device), user_id=user.id, seen_at=step.now))
        who = Actor(user.id, f"{user.name}（{user.username}）", step.by.address, step.by.request_id)
        replace(step, by=who).log("sign_in", user)
    return SignedIn(user_id, token, device)


def sign_out(step: Step, token_hash: str) -> None:
    with step.writing() as session:
        store.end_session(session, token_hash)
        step.log("sign_out", About("user", step.by.user_id or ""))


def sign_out_everywhere(step: Step, user_id: int) -> None:
    """End every session of a user, the present one included."""
    with step.writing() as session:
        if store.user(session, user_id) is None:
            raise NotThere
        store.end_sessions(session, user_id)
        step.log("sign_out_everywhere", About("user", user_id))


def create_user(
    step: Step, *, username: str, name: str, role: str, firm_id: int | None = None, hours: int
) -> tuple[User, str]:
    """Add a user without a password; return them and the secret word of their invitation link.

    Raises:
        Invalid: Names the field and the remedy.
    """
    with step.writing():
        user = add_user(step, username=username, name=name, role=role, firm_id=firm_id)
        token = new_link(step, user, LinkPurpose.INVITE, hours)
        step.log(
            "create",
            About("user", user.id, firm_id),
            after={"username": user.username, "role": user.role},
        )
    return user, token


def add_user(step: Step, *, username: str, name: str, role: str, firm_id: int | None) -> User:
    """Add the row of a user inside the caller's transaction, after checking every field."""
    username, name = username.strip().lower(), name.strip()
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
    if faults:
        raise Invalid(faults)
    user = User(
        username=username, name=name, role=role, firm_id=firm_id, active=True, created_at=step.now
    )
    step.session.add(user)
    step.session.flush()
    return user


def issue_link(step: Step, user_id: int, purpose: LinkPurpose, *, hours: int) -> str:
    """Return the secret word of a new one-time link; older links of the user stop working."""
    with step.writing() as session:
        user = store.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        token = new_link(step, user, purpose, hours)
        step.log(f"link_{purpose}", user)
    return token


def new_link(step: Step, user: User, purpose: LinkPurpose, hours: int) -> str:
    store.void_links(step.session, user.id, step.now)
    token = secrets.token_urlsafe(32)
    step.session.add(
        OneTimeLink(
            token_hash=hashed(token),
            user_id=user.id,
            purpose=purpose,
            created_by=step.by.user_id,
            created_at=step.now,
            expires_at=step.now + timedelta(hours=hours),
        )
    )
    return token


def user_of_link(session: Session, token: str, now: datetime) -> User:
    """Return whom a one-time link is for.

    Raises:
        LinkSpent: Unknown, used, too old, or its user is disabled.
    """
    link = store.link(session, hashed(token))
    user = store.user(session, link.user_id) if link else None
    if link is None or link.used_at or link.expires_at <= now or user is None or not user.active:
        raise LinkSpent
    return user


def set_password_by_link(step: Step, token: str, password: str) -> None:
    """Use a one-time link up: set the password, end every session of the user.

    Whoever holds the link need not wait for what was guessed before.

    Raises:
        LinkSpent, Invalid
    """
    user = user_of_link(step.session, token, step.now)
    _require_good(step.session, user, password)
    user_id, username = user.id, user.username
    step.session.rollback()
    kept = passwords.hashed(password)
    with step.writing() as session:
        store.user(session, user_id, lock=True)  # in the order in which links are issued
        link = store.link(session, hashed(token), lock=True)
        if link is None or link.used_at:
            raise LinkSpent
        link.used_at = step.now
        _set(step, link.user_id, kept)
        store.clear_throttle(session, f"account:{username}")
        store.end_sessions(session, link.user_id)
        step.log(f"password_{link.purpose}", About("user", link.user_id))


def change_password(step: Step, user_id: int, old: str, new: str, *, token_hash: str) -> None:
    """Change one's own password; every other session of the user ends.

    Whoever finds a screen left open must not find the password out by trying: failures count here
    as they do at the door, for this user alone.

    Raises:
        Invalid: The old one is wrong, or the new one may not be one.
        TooManyTries: Nothing was checked.
    """
    user = store.user(step.session, user_id)
    if user is None:
        raise NotThere
    _require_good(step.session, user, new, field="new")
    keys = [f"password:{user_id}"]
    _require_patience(step, keys)
    kept = user.password_hash
    step.session.rollback()
    if not passwords.is_right(kept, old):
        with step.writing() as session:
            store.count_failure(session, keys[0], step.now, WINDOW)
            step.log("password_change", About("user", user_id), succeeded=False)
        raise Invalid({"old": "现在的密码不对。"})
    fresh = passwords.hashed(new)
    with step.writing() as session:
        _set(step, user_id, fresh)
        store.clear_throttle(session, keys[0])
        store.end_sessions(session, user_id, keep=token_hash)
        step.log("password_change", About("user", user_id))


def _require_good(session: Session, user: User, password: str, field: str = "password") -> None:
    firm = firms.firm(session, user.firm_id) if user.firm_id else None
    if fault := passwords.fault_in(password, user.username, user.name, firm.name if firm else ""):
        raise Invalid({field: fault})


def _set(step: Step, user_id: int, kept: str) -> None:
    user = store.user(step.session, user_id, lock=True)
    if user is None:
        raise NotThere
    user.password_hash, user.password_changed_at = kept, step.now


def set_active(step: Step, user_id: int, active: bool) -> None:
    """Disable or enable an account; disabling ends its sessions at once.

    Raises:
        Invalid: An administrator would shut themselves out.
    """
    with step.writing() as session:
        administrators = store.lock_administrators(session)
        user = store.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        if user.id == step.by.user_id and not active:
            raise Invalid({"active": "不能停用自己的账号。"})
        if not active:
            _require_another(administrators, user, "active")
        user.active = active
        if not active:
            store.end_sessions(session, user.id)
            store.void_links(session, user.id, step.now)
        step.log("enable" if active else "disable", user)


def set_role(step: Step, user_id: int, role: str) -> None:
    """Give a member of staff another role, in force at their next request.

    Raises:
        Invalid: A firm's user stays a firm's user; nobody changes their own role.
    """
    with step.writing() as session:
        administrators = store.lock_administrators(session)
        user = store.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        if user.role == Role.FIRM or role == Role.FIRM or role not in list(Role):
            raise Invalid({"role": "企业用户的角色不能更改，也不能把工作人员改为企业用户。"})
        if user.id == step.by.user_id:
            raise Invalid({"role": "不能更改自己的角色。"})
        if role != Role.ADMINISTRATOR:
            _require_another(administrators, user, "role")
        before, user.role = user.role, Role(role)
        step.log("role", About("user", user.id), before={"role": before}, after={"role": user.role})


def _require_another(administrators: list[User], user: User, field: str) -> None:
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
        "throttles": store.forget_throttles_before(step.session, step.now - WINDOW),
    }
    step.log("nightly", About("district", ""), after=forgotten)
    return forgotten
