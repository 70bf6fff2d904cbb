"""Who signs in to the demonstration, and how they find their passwords."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle import passwords
from survey.lifecycle.step import Actor
from survey.running.demonstration.story import BEGAN, SHOWN
from survey.tables import Firm, Role, User

SIGN_INS = "sign-ins.txt"
READERS = (
    ("qiye", "张某", Role.FIRM),
    ("guwen", "李某", Role.CONSULTANT),
    ("zhuguan", "王某", Role.OFFICER),
    ("admin", "赵某", Role.ADMINISTRATOR),
)
PARTNER = "partner"
"""The key of the second consultant, whom no role of a reader names."""
SECOND = ("guwen-2", "周某", Role.CONSULTANT)
SELLER = ("fuwu", "沈某")
"""Who signs in for a provider."""
THIRD = "third"
"""The key of another consultant, whose password nobody knows."""


def sign_ins() -> tuple[dict[str, str], dict[str, str]]:
    """Return password hashes and the generated passwords, by user name."""
    words = {username: secrets.token_urlsafe(9) for username, *_ in (*READERS, SECOND, SELLER)}
    return {username: passwords.hashed(word) for username, word in words.items()}, words


def keep_sign_ins(path: Path, words: dict[str, str], base_url: str) -> None:
    roles = {
        Role.FIRM: "企业",
        Role.CONSULTANT: "诊断顾问",
        Role.OFFICER: "主管部门人员",
        Role.ADMINISTRATOR: "管理员",
    }
    lines = [f"  演示登录（{base_url}/ ，数据均为虚构）：", ""]
    for username, name, role in READERS:
        lines.append(f"    {roles[role]}（{name}）  用户名 {username}  密码 {words[username]}")
    username, name, _ = SECOND
    lines.append(f"    组员（{name}）  用户名 {username}  密码 {words[username]}")
    lines.append(f"    服务商（{SELLER[1]}）  用户名 {SELLER[0]}  密码 {words[SELLER[0]]}")
    path.touch(mode=0o600, exist_ok=True)
    os.chmod(path, 0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_users(
    session: Session, hashes: dict[str, str], firms: list[tuple[Firm, dict[str, Any]]]
) -> dict[str, User]:
    """Make everybody who signs in, by role, and who goes along as ``PARTNER``."""
    shown = next(firm for firm, row in firms if row["sample"] == SHOWN)
    users: dict[str, User] = {
        role: User(
            username=username,
            name=name,
            role=role,
            firm_id=shown.id if role == Role.FIRM else None,
            owner=role == Role.FIRM,
            password_hash=hashes[username],
            password_changed_at=BEGAN,
            active=True,
            created_at=BEGAN,
        )
        for username, name, role in READERS
    }
    unknown = passwords.hashed(secrets.token_urlsafe(32))
    session.add_all(users.values())
    for firm, row in firms:
        if firm is not shown:
            session.add(_owner(firm, row["sample"], unknown))
    users[PARTNER] = _consultant(SECOND[0], SECOND[1], hashes[SECOND[0]])
    users[THIRD] = _consultant("guwen-3", "吴某", unknown)
    session.add_all([users[PARTNER], users[THIRD], _invited_colleague(shown)])
    session.flush()
    return users


def _consultant(username: str, name: str, password_hash: str) -> User:
    return User(
        username=username,
        name=name,
        role=Role.CONSULTANT,
        password_hash=password_hash,
        password_changed_at=BEGAN,
        active=True,
        created_at=BEGAN,
    )


def _owner(firm: Firm, sample: str, password_hash: str) -> User:
    """Who answers for a firm of the list; nobody knows their password."""
    return User(
        username=f"firm-{sample.lower()}",
        name="张某",
        role=Role.FIRM,
        owner=True,
        firm_id=firm.id,
        password_hash=password_hash,
        password_changed_at=BEGAN,
        active=True,
        created_at=BEGAN,
    )


def _invited_colleague(firm: Firm) -> User:
    """Whom the shown firm has asked to fill in one module, and who has not come yet."""
    return User(
        username="shebei",
        name="钱某",
        role=Role.FIRM,
        firm_id=firm.id,
        sections=["production"],
        active=True,
        created_at=BEGAN,
    )


def actor(user: User) -> Actor:
    return Actor(user.id, f"{user.name}（{user.username}）")
