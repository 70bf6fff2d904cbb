"""The life of an account: invited, signed in, reset, ended, disabled."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle import passwords, typed
from survey.lifecycle.audit import Actor, log
from survey.lifecycle.errors import Invalid, NotThere
from survey.store import accounts as store
from survey.store.accounts import hashed
from survey.tables import (
    ADMINISTRATOR,
    FIRM,
    ROLES,
    Firm,
    KnownDevice,
    OneTimeLink,
    User,
    UserSession,
)

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
WINDOW = timedelta(minutes=15)
FREE_FAILURES = {"account": 5, "device": 5, "password": 5, "address": 30}
"""Failures before waiting begins; then each doubles the wait, up to the window."""


class WrongPassword(Exception):
    """The name or the password is wrong; which of them is nobody's business."""


class TooManyTries(Exception):
    """The next try is allowed in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class LinkSpent(Exception):
    """The one-time link is unknown, used, or too old."""


@dataclass(frozen=True)
class SignedIn:
    """What the browser keeps: the session's secret word and the device's."""

    user_id: int
    session: str
    device: str


def sign_in(
    session: Session,
    name: str,
    password: str,
    *,
    device: str,
    agent: str,
    by: Actor,
    now: datetime,
) -> SignedIn:
    """Check a name and a password, slowing down whoever guesses.

    Failures count per account and per address, in the database, so they hold for every process
    and over a restart. A browser that has signed in as this user before counts on its own: a
    stranger's failures cannot keep it out.

    Raises:
        TooManyTries: Nothing was checked.
        WrongPassword: Unknown name, wrong password, or a disabled account.
    """
    name = typed.line(name)[:120]
    user = store.user_who_types(session, name)
    known = user is not None and store.knows_device(session, hashed(device), user.id)
    # A firm's user has two names to type, the firm's code being one: they share one counter.
    account = f"account:{user.username if user else name.lower()[:60]}"
    account = f"device:{hashed(device)[:32]}" if known else account
    keys = [account] if known else [account, f"address:{by.address}"]
    _require_patience(session, keys, now)
    kept = user.password_hash if user is not None and user.active else None
    session.rollback()  # hashing is slow; nothing may wait for it
    if not passwords.is_right(kept, password) or user is None:
        _note_failure(session, keys, name, user, by, now)
        raise WrongPassword
    return _open_session(session, user.id, account, device, agent, by, now)


def _require_patience(session: Session, keys: list[str], now: datetime) -> None:
    if wait := max(_wait(session, key, now) for key in keys):
        raise TooManyTries(wait)


def _wait(session: Session, key: str, now: datetime) -> int:
    """Return the seconds until this key may try again, 0 for now."""
    row = store.throttle(session, key)
    free = FREE_FAILURES[key.partition(":")[0]]
    if row is None or row.failures < free or now - row.since >= WINDOW:
        return 0
    pause = timedelta(seconds=min(2 ** (row.failures - free + 1), WINDOW.total_seconds()))
    return max(0, int((row.since + pause - now).total_seconds() + 0.999))


def _note_failure(
    session: Session, keys: list[str], name: str, user: User | None, by: Actor, now: datetime
) -> None:
    with db.writing(session):
        for key in keys:
            store.count_failure(session, key, now, WINDOW)
        firm_id = user.firm_id if user else None
        user_id = user.id if user else ""
        log(
            session,
            by,
            now,
            "sign_in",
            "user",
            user_id,
            firm_id=firm_id,
            after=name[:60],
            succeeded=False,
        )


def _open_session(
    session: Session, user_id: int, account: str, device: str, agent: str, by: Actor, now: datetime
) -> SignedIn:
    token = secrets.token_urlsafe(32)
    device = device or secrets.token_urlsafe(32)
    with db.writing(session):
        user = store.user(session, user_id)
        if user is None or not user.active:
            raise WrongPassword
        store.clear_throttle(session, account)
        store.forget_sessions_before(session, now - timedelta(days=7))
        session.add(
            UserSession(
                token_hash=hashed(token),
                user_id=user.id,
                created_at=now,
                seen_at=now,
                address=by.address[:60],
                agent=agent[:200],
            )
        )
        session.merge(KnownDevice(token_hash=hashed(device), user_id=user.id, seen_at=now))
        who = Actor(user.id, f"{user.name}（{user.username}）", by.address, by.request_id)
        log(session, who, now, "sign_in", "user", user.id, firm_id=user.firm_id)
    return SignedIn(user_id, token, device)


def sign_out(session: Session, token_hash: str, *, by: Actor, now: datetime) -> None:
    with db.writing(session):
        store.end_session(session, token_hash)
        log(session, by, now, "sign_out", "user", by.user_id or "")


def sign_out_everywhere(session: Session, user_id: int, *, by: Actor, now: datetime) -> None:
    """End every session of a user, the present one included."""
    with db.writing(session):
        if store.user(session, user_id) is None:
            raise NotThere
        store.end_sessions(session, user_id)
        log(session, by, now, "sign_out_everywhere", "user", user_id)


def create_user(
    session: Session,
    *,
    username: str,
    name: str,
    role: str,
    firm_id: int | None = None,
    hours: int,
    by: Actor,
    now: datetime,
) -> tuple[User, str]:
    """Add a user without a password; return them and the secret word of their invitation link.

    Raises:
        Invalid: Names the field and the remedy.
    """
    with db.writing(session):
        user = add_user(session, username=username, name=name, role=role, firm_id=firm_id, now=now)
        token = new_link(session, user, "invite", hours, by, now)
        log(
            session,
            by,
            now,
            "create",
            "user",
            user.id,
            firm_id=firm_id,
            after=f"{user.username} {role}",
        )
    return user, token


def add_user(
    session: Session,
    *,
    username: str,
    name: str,
    role: str,
    firm_id: int | None,
    now: datetime,
) -> User:
    """Add the row of a user inside the caller's transaction, after checking every field."""
    username, name = username.strip().lower(), name.strip()
    faults: dict[str, str] = {}
    if not USERNAME.fullmatch(username):
        faults["username"] = "用户名用 3–40 个小写字母、数字、点、横线或下划线，以字母或数字开头。"
    elif store.is_username_taken(session, username):
        faults["username"] = "这个用户名已被使用，请换一个。"
    if not 1 <= len(name) <= 60:
        faults["name"] = "请填写姓名（60 字以内）。"
    if role not in ROLES:
        faults["role"] = "请选择一种角色。"
    if (role == FIRM) != (firm_id is not None):
        faults["firm_id"] = "企业用户必须属于一家企业，其他角色不属于任何企业。"
    elif firm_id is not None and session.get(Firm, firm_id) is None:
        faults["firm_id"] = "没有这家企业。"
    if faults:
        raise Invalid(faults)
    user = User(
        username=username, name=name, role=role, firm_id=firm_id, active=True, created_at=now
    )
    session.add(user)
    session.flush()
    return user


def issue_link(
    session: Session, user_id: int, purpose: str, *, hours: int, by: Actor, now: datetime
) -> str:
    """Return the secret word of a new one-time link; older links of the user stop working."""
    with db.writing(session):
        user = store.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        token = new_link(session, user, purpose, hours, by, now)
        log(session, by, now, f"link_{purpose}", "user", user.id, firm_id=user.firm_id)
    return token


def new_link(
    session: Session, user: User, purpose: str, hours: int, by: Actor, now: datetime
) -> str:
    store.void_links(session, user.id, now)
    token = secrets.token_urlsafe(32)
    session.add(
        OneTimeLink(
            token_hash=hashed(token),
            user_id=user.id,
            purpose=purpose,
            created_by=by.user_id,
            created_at=now,
            expires_at=now + timedelta(hours=hours),
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


def set_password_by_link(
    session: Session, token: str, password: str, *, by: Actor, now: datetime
) -> None:
    """Use a one-time link up: set the password, end every session of the user.

    Whoever holds the link need not wait for what was guessed before.

    Raises:
        LinkSpent, Invalid
    """
    user = user_of_link(session, token, now)
    _require_good(session, user, password)
    user_id, username = user.id, user.username
    session.rollback()
    kept = passwords.hashed(password)
    with db.writing(session):
        store.user(session, user_id, lock=True)  # in the order in which links are issued
        link = store.link(session, hashed(token), lock=True)
        if link is None or link.used_at:
            raise LinkSpent
        link.used_at = now
        _set(session, link.user_id, kept, now)
        store.clear_throttle(session, f"account:{username}")
        store.end_sessions(session, link.user_id)
        log(session, by, now, f"password_{link.purpose}", "user", link.user_id)


def change_password(
    session: Session,
    user_id: int,
    old: str,
    new: str,
    *,
    token_hash: str,
    by: Actor,
    now: datetime,
) -> None:
    """Change one's own password; every other session of the user ends.

    Whoever finds a screen left open must not find the password out by trying: failures count here
    as they do at the door, for this user alone.

    Raises:
        Invalid: The old one is wrong, or the new one may not be one.
        TooManyTries: Nothing was checked.
    """
    user = store.user(session, user_id)
    if user is None:
        raise NotThere
    _require_good(session, user, new, field="new")
    keys = [f"password:{user_id}"]
    _require_patience(session, keys, now)
    kept = user.password_hash
    session.rollback()
    if not passwords.is_right(kept, old):
        with db.writing(session):
            store.count_failure(session, keys[0], now, WINDOW)
            log(session, by, now, "password_change", "user", user_id, succeeded=False)
        raise Invalid({"old": "现在的密码不对。"})
    fresh = passwords.hashed(new)
    with db.writing(session):
        _set(session, user_id, fresh, now)
        store.clear_throttle(session, keys[0])
        store.end_sessions(session, user_id, keep=token_hash)
        log(session, by, now, "password_change", "user", user_id)


def _require_good(session: Session, user: User, password: str, field: str = "password") -> None:
    firm = session.get(Firm, user.firm_id) if user.firm_id else None
    if fault := passwords.fault_in(password, user.username, user.name, firm.name if firm else ""):
        raise Invalid({field: fault})


def _set(session: Session, user_id: int, kept: str, now: datetime) -> None:
    user = store.user(session, user_id, lock=True)
    if user is None:
        raise NotThere
    user.password_hash, user.password_changed_at = kept, now


def set_active(session: Session, user_id: int, active: bool, *, by: Actor, now: datetime) -> None:
    """Disable or enable an account; disabling ends its sessions at once.

    Raises:
        Invalid: An administrator would shut themselves out.
    """
    with db.writing(session):
        administrators = store.lock_administrators(session)
        user = store.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        if user.id == by.user_id and not active:
            raise Invalid({"active": "不能停用自己的账号。"})
        if not active:
            _require_another(administrators, user, "active")
        user.active = active
        if not active:
            store.end_sessions(session, user.id)
            store.void_links(session, user.id, now)
        log(
            session,
            by,
            now,
            "enable" if active else "disable",
            "user",
            user.id,
            firm_id=user.firm_id,
        )


def set_role(session: Session, user_id: int, role: str, *, by: Actor, now: datetime) -> None:
    """Give a member of staff another role, in force at their next request.

    Raises:
        Invalid: A firm's user stays a firm's user; nobody changes their own role.
    """
    with db.writing(session):
        administrators = store.lock_administrators(session)
        user = store.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        if user.role == FIRM or role == FIRM or role not in ROLES:
            raise Invalid({"role": "企业用户的角色不能更改，也不能把工作人员改为企业用户。"})
        if user.id == by.user_id:
            raise Invalid({"role": "不能更改自己的角色。"})
        if role != ADMINISTRATOR:
            _require_another(administrators, user, "role")
        before, user.role = user.role, role
        log(session, by, now, "role", "user", user.id, before=before, after=role)


def _require_another(administrators: list[User], user: User, field: str) -> None:
    """Two administrators who shut each other out at one moment must not both succeed."""
    if [other.id for other in administrators] == [user.id]:
        raise Invalid({field: "至少要留一位在用的管理员。"})
