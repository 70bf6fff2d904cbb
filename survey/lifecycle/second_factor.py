"""The second factor: a code of an authenticator app beside the password (TOTP, RFC 6238).

Its secret is kept encrypted under the instance's key. A code opens once: its period and all earlier
ones are spent with it. Recovery codes, shown once, stand in for a lost app, each once.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pyotp

from survey.lifecycle import accounts as account_steps
from survey.lifecycle import patience, typed
from survey.lifecycle.errors import Invalid, NotThere, Stale
from survey.lifecycle.sealed import Box, Keys, Unopened, scheme_of
from survey.lifecycle.step import About, Step
from survey.store import accounts, settings
from survey.store import second_factors as store
from survey.store.accounts import hashed
from survey.tables import RecoveryCode, SecondFactor, User

CODES = 10
CODE_SIGNS = 28
"""Of five random bits each: 140 a code, more than the 112 from which a plain hash keeps a lookup
secret and the 128 of whatever must not be guessed (OWASP ASVS 5.0, 6.5.2 and 11.5.1)."""
DRAWN_BYTES = 20
DRIFT = (0, -1, 1)
"""Periods of thirty seconds beside the present one that are looked at: clocks of phones differ."""
USED = "恢复码不对，或者已经用过。请换一个没有用过的；都用完了，请管理员重置两步验证。"
WRONG = "动态码不对，或者已经用过。请等应用里换出新的 6 位数字再填；换了手机就填一个恢复码。"
AGAIN = ("revoke", "delete", "undo", "erase", "accounts")
"""Kinds of destructive step that may want the factor again (``survey.words.factors``)."""
UNLIKE = "动态码不对。请填应用里现在显示的 6 位数字；总是不对，请把手机的时间设为自动。"
"""While it is set up there is no recovery code to fall back on."""
PURPOSE = "second factor"
"""What its box is for (``sealed.Box``)."""


@dataclass(frozen=True)
class Shown:
    """What follows a factor that was right: the session's new secret word, and the codes drawn."""

    session: str
    codes: tuple[str, ...] = ()
    codes_left: int | None = None
    """How many recovery codes are left, where one was used up."""


def drawn() -> str:
    """Draw the secret an app is to be given, in base32 as apps take it."""
    return pyotp.random_base32()


def address(secret: str, username: str, issuer: str) -> str:
    """Return what a QR code tells an app: the secret, whose it is, and of which system."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def begin(step: Step, user_id: int, secret: str, code: str, *, sign_in: str, keys: Keys) -> Shown:
    """Keep a secret as the user's factor, once a code shows that their app holds it.

    If it is their first, their other sessions end: they showed a password alone.

    Raises:
        Invalid: The code is not of this secret.
        Stale: A factor is kept already.
        TooManyTries: Nothing was checked.
    """
    counter = None
    with step.writing() as session:
        patience.require(step, [throttle_key(user_id)])
        user = locked(step, user_id)
        if store.factor(session, user_id) is not None:
            raise Stale
        counter = _period(step, secret, code)
        if counter is None:
            fail(step, user)
        else:
            sealed = Box(keys, PURPOSE, scheme_of(step)).lock(secret, user_id)
            row = SecondFactor(
                user_id=user_id, sealed=sealed, last_counter=counter, set_at=step.now
            )
            codes = first_codes(step, user_id, sign_in)
            session.add(row)
            session.flush()
            step.log("factor_set", user)
            return Shown(renewed(step, user, sign_in), codes)
    raise Invalid({"code": UNLIKE})


def show(
    step: Step, user_id: int, code: str, *, sign_in: str, keys: Keys, apps: bool = True
) -> Shown:
    """Let a session in that shows the factor: a code of the app, where those are taken, or a recovery code.

    Raises:
        Invalid: It is neither, or was used before.
        NotThere: The user has no factor.
        TooManyTries: Nothing was checked.
    """
    with step.writing() as session:
        patience.require(step, [throttle_key(user_id)])
        user, factor = locked(step, user_id), store.factor(session, user_id, lock=True)
        if factor is None and not store.passkeys(session, user_id):
            raise NotThere
        if apps and factor is not None and _is_new(step, factor, keys, code):
            step.log("factor_show", user, after={"shown_by": "app"})
            return Shown(renewed(step, user, sign_in))
        if store.use_code(session, user_id, hashed(_plain(code)), step.now):
            left = store.codes_left(session, user_id)
            step.log("factor_show", user, after={"shown_by": "recovery", "codes_left": left})
            return Shown(renewed(step, user, sign_in), codes_left=left)
        fail(step, user)
    raise Invalid({"code": WRONG if apps else USED})


def show_password(step: Step, user_id: int, password: str, *, sign_in: str) -> Shown:
    """Begin a session anew whose owner has no factor and shows the password once more.

    Raises:
        Invalid: It is wrong.
        Stale: There is a factor by now: that is what is to be shown.
        TooManyTries: Nothing was checked.
    """
    action = "password_show"
    checked = account_steps.require_password(step, user_id, password, "password", action=action)
    with step.writing() as session:
        user = account_steps.still_owner(session, user_id, checked, "password")
        if store.has_any(session, user_id):
            raise Stale
        token = secrets.token_urlsafe(32)
        if not store.begin_session_anew(session, sign_in, hashed(token), step.now):
            raise NotThere
        accounts.clear_throttle(session, f"password:{user_id}")
        step.log(action, user)
        return Shown(token)


def draw_again(step: Step, user_id: int) -> tuple[str, ...]:
    """Draw new recovery codes; the old ones open nothing any more.

    Raises:
        Stale: The user has no factor (any more).
    """
    with step.writing() as session:
        user = locked(step, user_id)
        if not store.has_any(session, user_id):
            raise Stale
        step.log("factor_codes", user)
        return draw_codes(step, user_id)


def leave(step: Step, user_id: int) -> None:
    """Go without the app again; whoever has none goes on so. With the last factor go the codes."""
    with step.writing() as session:
        user = locked(step, user_id)
        if store.factor(session, user_id) is not None:
            store.forget_app(session, user_id)
            forget_codes_after_last(step, user_id)
            step.log("factor_leave", user)


def reset(step: Step, user_id: int) -> None:
    """Take away what somebody lost, app and passkeys; they begin anew at their next sign-in.

    Raises:
        Invalid: It is one's own: a second administrator looks who asks.
        NotThere: No such user.
        Stale: The user has none.
    """
    if user_id == step.by.user_id:
        raise Invalid({"user": "不能重置自己的两步验证，请另一位管理员办理。"})
    with step.writing() as session:
        user = accounts.user(session, user_id, lock=True)
        if user is None:
            raise NotThere
        if not store.has_any(session, user_id):
            raise Stale
        store.forget(session, user_id)
        accounts.end_sessions(session, user_id)
        accounts.clear_throttle(session, throttle_key(user_id))
        step.log("factor_reset", user)


def choose_again(step: Step, kinds: Sequence[str]) -> None:
    """Keep which kinds of step want the factor again."""
    wanted = [kind for kind in AGAIN if kind in kinds]
    with step.writing() as session:
        before = store.asked_again(session)
        settings.keep_beside(session, store.KEY, wanted)
        known = [kind for kind in AGAIN if before is None or kind in before]
        about = About("district", "security")
        step.log("factor_again", about, before={"again": known}, after={"again": wanted})


def locked(step: Step, user_id: int) -> User:
    user = accounts.user(step.session, user_id, lock=True)
    if user is None or not user.active:
        raise NotThere
    return user


def throttle_key(user_id: int) -> str:
    return f"factor:{user_id}"


def fail(step: Step, user: User) -> None:
    patience.count(step, throttle_key(user.id))
    step.log("factor_show", user, succeeded=False)


def renewed(step: Step, user: User, sign_in: str) -> str:
    """Give the session a new word: the one from before the factor opens nothing any more."""
    token = secrets.token_urlsafe(32)
    if not store.renew_session(step.session, sign_in, hashed(token), step.now):
        raise NotThere
    accounts.clear_throttle(step.session, throttle_key(user.id))
    return token


def first_codes(step: Step, user_id: int, sign_in: str) -> tuple[str, ...]:
    """Draw recovery codes for whoever is about to have a first factor, and end what knew none."""
    if store.has_any(step.session, user_id):
        return ()
    accounts.end_sessions(step.session, user_id, keep=sign_in)
    return draw_codes(step, user_id)


def forget_codes_after_last(step: Step, user_id: int) -> None:
    """Let the recovery codes go with the last factor: they stand in for nothing any more."""
    step.session.flush()
    if not store.has_any(step.session, user_id):
        store.forget_codes(step.session, user_id)
        store.forget_shown(step.session, user_id)


def draw_codes(step: Step, user_id: int) -> tuple[str, ...]:
    """Draw new recovery codes in place of the old."""
    store.forget_codes(step.session, user_id)
    codes = [_drawn_code() for _ in range(CODES)]
    step.session.add_all(RecoveryCode(code_hash=hashed(one), user_id=user_id) for one in codes)
    return tuple("-".join(one[at : at + 4] for at in range(0, len(one), 4)) for one in codes)


def _drawn_code() -> str:
    return base64.b32encode(secrets.token_bytes(DRAWN_BYTES)).decode()[:CODE_SIGNS]


def _plain(code: str) -> str:
    """Return a recovery code without what only makes it readable."""
    return "".join(c for c in typed.line(code).upper() if c.isascii() and c.isalnum())[:60]


def _period(step: Step, secret: str, code: str) -> int | None:
    """Return the period whose code this is, near the present one; None for none."""
    app, said = pyotp.TOTP(secret), typed.digits(code)
    if len(said) != app.digits or not (said.isascii() and said.isdigit()):
        return None
    here = app.timecode(step.now)
    for counter in (here + drift for drift in DRIFT):
        if secrets.compare_digest(app.generate_otp(counter), said):
            return counter
    return None


def _is_new(step: Step, factor: SecondFactor, keys: Keys, code: str) -> bool:
    """Whether a code is the app's and none of its period was taken; it is taken now."""
    counter = _period(step, _opened(factor, keys), code)
    if counter is None or counter <= factor.last_counter:
        return False
    factor.last_counter = counter
    return True


def _opened(factor: SecondFactor, keys: Keys) -> str:
    try:
        return Box(keys, PURPOSE).open(factor.sealed, factor.user_id)
    except Unopened:
        words = "本系统的密钥换过，打不开您的两步验证。请另一位管理员重置，或由运维用 flask reset-factor 重置。"
        raise Invalid({"code": words}) from None
