"""When a signed-in reader must show the second factor, and before which steps once more."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, current_app

from survey.config import Config
from survey.lifecycle.second_factor import AGAIN
from survey.store import second_factors as store
from survey.tables import Role
from survey.web import here
from survey.web.here import Reader

FRESH = timedelta(minutes=10)
"""For how long a factor that was shown serves destructive steps."""
BEFORE = frozenset({"second_factor.ask", "second_factor.begin", "account.sign_out"})
"""What a reader may do whose session has shown the password alone."""
ALWAYS = frozenset(
    {
        *("second_factor.reset", "second_factor.security"),
        *("second_factor.leave", "second_factor.codes", "tokens.make"),
    }
)
"""What wants the factor again whatever was chosen: it guards the factor itself, or goes round it."""
KINDS = {
    "bureau.revoke_recognition": "revoke",
    "bureau.revoke_nation": "revoke",
    "bureau.delete_round": "delete",
    "bureau.delete_notice": "delete",
    "editions.discard": "delete",
    "bureau.undo_roster": "undo",
    "privacy.erase_user": "erase",
    "privacy.erase_contact": "erase",
    "administrator.set_active": "accounts",
    "administrator.set_role": "accounts",
    "administrator.reset_link": "accounts",
}
"""Destructive steps with their kind, one of ``AGAIN``."""


def init_app(app: Flask) -> None:
    """Refuse to start where the settings name a role that is none: no slip may leave a door open.

    Raises:
        ValueError: Names the words.
    """
    config: Config = app.config["SURVEY"]
    if strange := config.second_factor - set(Role) - {"none"}:
        known = "、".join(Role)
        raise ValueError(
            f"SECOND_FACTOR 里的“{'、'.join(sorted(strange))}”不是身份，可填：{known}，或 none。"
        )


def missing(who: Reader, endpoint: str, method: str) -> str | None:
    """Return the endpoint to go to first, for somebody whose factor has not been shown as it must be."""
    if endpoint in BEFORE:
        return None
    if not who.has_factor:
        return "second_factor.begin" if is_required(who.role) else None
    if who.factor_at is None:
        return "second_factor.ask"
    return "second_factor.ask" if method == "POST" and _is_stale(who, endpoint) else None


def _is_stale(who: Reader, endpoint: str) -> bool:
    return not is_fresh(who) and (endpoint in ALWAYS or KINDS.get(endpoint) in again())


def is_fresh(who: Reader) -> bool:
    """Whether this session showed the factor so lately that destructive steps may follow."""
    return who.factor_at is not None and here.now() - who.factor_at <= FRESH


def again() -> frozenset[str]:
    """Return the kinds of step that want the factor again here; all where nobody has chosen."""
    chosen = store.asked_again(here.session())
    return frozenset(AGAIN) if chosen is None else chosen


def is_required(role: Role) -> bool:
    """Whether this role goes nowhere without a factor. The demonstration's sign-ins stand in a file."""
    config: Config = current_app.config["SURVEY"]
    return role in config.second_factor and not here.district().demonstration
