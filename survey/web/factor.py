"""When a signed-in reader must show the second factor, and before which steps once more.

Whoever has none shows the password in its place before what guards the account itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask, current_app

from survey import db
from survey.config import Config
from survey.lifecycle.passkeys import ALGORITHMS, APPROVED, Site
from survey.lifecycle.second_factor import AGAIN
from survey.store import second_factors as store
from survey.tables import Role
from survey.web import here
from survey.web.here import Reader

FRESH = timedelta(minutes=10)
"""For how long a factor that was shown serves destructive steps."""
BEFORE = frozenset(
    {
        *("second_factor.ask", "second_factor.password", "account.sign_out"),
        *("passkeys.challenge", "passkeys.show"),
    }
)
"""What a reader may do whose session has shown the password alone."""
FIRST = frozenset({"second_factor.begin", "passkeys.add", "passkeys.offer"})
"""By what a factor is added: open to whoever has none yet, otherwise to a factor shown lately."""
ALWAYS = frozenset(
    {
        *("second_factor.reset", "second_factor.security"),
        *("second_factor.leave", "second_factor.codes", "tokens.make", "passkeys.remove"),
        *("webhooks.add", "webhooks.edit", "webhooks.rotate"),
        *("identities.tie", "identities.untie", "identities.everybodys", "calendar.renew"),
        *("account.end_session", "account.sign_out_everywhere"),
    }
)
"""What wants the factor again, or the password where there is none, whatever was chosen: it guards the
account itself, or goes round its guard."""
ASKS_ITSELF = frozenset({"identities.tie"})
"""What has the password on its own page."""
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
    "identities.untie_for": "accounts",
}
"""Destructive steps with their kind, one of ``AGAIN``."""


def init_app(app: Flask) -> None:
    """Refuse to start where the settings name a role that is none: no slip may leave a door open.

    Raises:
        ValueError: Names the words, or the address at which nobody could have a factor.
    """
    config: Config = app.config["SURVEY"]
    if config.strict and not config.passkey_host:
        raise ValueError(
            f"STRICT=1 takes passkeys alone, and at BASE_URL={config.base_url} no browser makes one: "
            "https:// and a name are wanted"
        )
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
        lacks = who.factor_at is None and is_required(who.role)
        late = who.factor_at is not None and _is_stale(who, endpoint, method)
        if (lacks or late) and endpoint not in FIRST:
            return "second_factor.begin"
        return "second_factor.password" if _wants_password(who, endpoint, method) else None
    if who.factor_at is None or _is_stale(who, endpoint, method):
        return "second_factor.ask"
    lacks = not who.has_passkey and not takes_apps()
    return "passkeys.add" if lacks and endpoint not in FIRST else None


def takes_apps() -> bool:
    """Whether a code of an authenticator app is a factor here: it is made with SHA-1, and taken for ninety
    seconds."""
    return not here.is_strict()


def _wants_password(who: Reader, endpoint: str, method: str) -> bool:
    guards = endpoint in FIRST or (method == "POST" and endpoint in ALWAYS)
    return guards and endpoint not in ASKS_ITSELF and not came_lately(who)


def came_lately(who: Reader) -> bool:
    """Whether this session began so lately that its password, or its issuer, still speaks for it."""
    return who.began is not None and here.now() - who.began <= FRESH


def _is_stale(who: Reader, endpoint: str, method: str) -> bool:
    if endpoint in FIRST:
        return not is_fresh(who)
    wanted = method == "POST" and (endpoint in ALWAYS or KINDS.get(endpoint) in again())
    return wanted and not is_fresh(who)


def is_fresh(who: Reader) -> bool:
    """Whether this session showed the factor so lately that destructive steps may follow."""
    return who.factor_at is not None and here.now() - who.factor_at <= FRESH


def shown_elsewhere(methods: frozenset[str], shown_at: datetime | None) -> datetime | None:
    """Return when a factor was shown to the issuer people sign in with, if it counts here.

    One that does not say when counts at the door alone: no longer as shown lately.
    """
    config: Config = current_app.config["SURVEY"]
    if config.issuer is None or not methods & config.issuer.factor:
        return None
    return min(shown_at or here.now() - FRESH - timedelta(seconds=1), here.now())


def again() -> frozenset[str]:
    """Return the kinds of step that want the factor again here; all where nobody has chosen."""
    chosen = store.asked_again(here.session())
    return frozenset(AGAIN) if chosen is None else chosen


def site() -> Site | None:
    """Return whom passkeys are made for here; None where no browser would make one."""
    config: Config = current_app.config["SURVEY"]
    if not config.passkey_host:
        return None
    address = urlsplit(config.base_url)
    origin = f"{address.scheme}://{address.netloc}"
    return Site(config.passkey_host, origin, issuer(), APPROVED if config.strict else ALGORITHMS)


def issuer() -> str:
    """Return how devices name this system to their holder."""
    return f"数智阶梯 {here.district().name}".strip()


def keep_challenge(challenge: str) -> str:
    """Keep what a passkey is to sign in this session, and return it."""
    with db.writing(here.session()) as writing:
        store.keep_challenge(writing, here.reader().token_hash, challenge, here.now())
    return challenge


def is_required(role: Role) -> bool:
    """Whether this role goes nowhere without a factor. The demonstration's sign-ins stand in a file."""
    config: Config = current_app.config["SURVEY"]
    return config.asks_factor(role) and not here.district().demonstration
