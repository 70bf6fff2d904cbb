"""Tokens by which other systems speak in a user's name: made with scopes and a last day, revoked.

A token may never more than its user, and nothing for which a page wants the second factor again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere
from survey.lifecycle.step import Step
from survey.store import accounts, together
from survey.store import api_tokens as store
from survey.store.accounts import hashed
from survey.tables import ApiToken, Role, User

SCOPES: Mapping[str, frozenset[Role]] = {
    "firms:read": frozenset({Role.OFFICER, Role.FIRM}),
    "firms:write": frozenset({Role.OFFICER}),
    "rounds:read": frozenset({Role.OFFICER}),
    "rounds:write": frozenset({Role.OFFICER}),
    "assessments:read": frozenset({Role.OFFICER, Role.CONSULTANT, Role.FIRM}),
    "assessments:write": frozenset({Role.OFFICER, Role.CONSULTANT, Role.FIRM}),
    "evidence:read": frozenset({Role.OFFICER, Role.CONSULTANT, Role.FIRM}),
    "evidence:write": frozenset({Role.CONSULTANT, Role.FIRM}),
    "pool:read": frozenset({Role.OFFICER}),
    "pool:write": frozenset({Role.OFFICER}),
    "documents:read": frozenset({Role.OFFICER, Role.CONSULTANT, Role.FIRM}),
    "documents:write": frozenset({Role.OFFICER, Role.CONSULTANT, Role.FIRM}),
}
"""What a token may be for, with the roles whose users may hand it out."""
NEWCOMERS = frozenset({"evidence:read", "evidence:write"})
"""Scopes the release before has no words for: none is handed out while it may run (``together``)."""
PREFIX = "szjt_"
"""Begins every token, so that one that was lost is recognised where it is found."""
MOST_DAYS = 366
MOST = 20
"""Good tokens of one user."""


def offered(role: Role, *, owner: bool, alone: bool = True) -> tuple[str, ...]:
    """Return the scopes somebody may give a token; in a firm only its owner may.

    Args:
        alone: Whether the release before runs no more.
    """
    if role == Role.FIRM and not owner:
        return ()
    known = SCOPES if alone else SCOPES.keys() - NEWCOMERS
    return tuple(scope for scope, roles in SCOPES.items() if role in roles and scope in known)


def make(
    step: Step, user_id: int, purpose: str, scopes: Sequence[str], ends_on: date | None
) -> str:
    """Make a token and return its word, which is kept by nobody else.

    Raises:
        NotThere: The user is gone, or may hand out none.
        Invalid: Names every field that cannot be taken.
    """
    purpose, word = typed.line(purpose), PREFIX + secrets.token_urlsafe(32)
    with step.writing() as session:
        user = accounts.user(session, user_id, lock=True)
        alone = together.is_over(session, step.now)
        may = offered(user.role, owner=user.owner, alone=alone) if user and user.active else ()
        if user is None or not may:
            raise NotThere
        wanted = [scope for scope in may if scope in scopes]
        _require_good(step, user, purpose, wanted, ends_on)
        row = ApiToken(
            user_id=user_id,
            purpose=purpose,
            token_hash=hashed(word),
            scopes=wanted,
            made_at=step.now,
            ends_on=ends_on,
        )
        session.add(row)
        step.log("token_make", user, after={"purpose": purpose, "scopes": wanted, "until": ends_on})
    return word


def _require_good(
    step: Step, user: User, purpose: str, scopes: Sequence[str], ends_on: date | None
) -> None:
    faults = {}
    if not 1 <= len(purpose) <= 60:
        faults["purpose"] = "请写明给哪个系统、做什么用（60 字以内）。"
    if not scopes:
        faults["scopes"] = "请至少选一项权限。"
    if ends_on is None or not step.today <= ends_on <= step.today + timedelta(days=MOST_DAYS):
        last = step.today + timedelta(days=MOST_DAYS)
        faults["ends_on"] = f"请选今天到 {last} 之间的一天，到期可以再生成。"
    if not faults and store.count(step.session, user.id, step.today) >= MOST:
        faults["purpose"] = f"每人最多 {MOST} 个有效令牌，请先停用不用的。"
    if faults:
        raise Invalid(faults)


def revoke(step: Step, token_id: int, *, of: int | None) -> None:
    """End a token at once; one that has ended is left as it is.

    Args:
        of: Whose it must be; None for an administrator, who may end anybody's.

    Raises:
        NotThere: No such token of theirs.
    """
    with step.writing() as session:
        row = store.token(session, token_id, lock=True)
        user = accounts.user(session, row.user_id) if row else None
        if row is None or user is None or of not in (None, row.user_id):
            raise NotThere
        if row.revoked_at is None:
            row.revoked_at = step.now
            step.log("token_revoke", user, before={"purpose": row.purpose})
