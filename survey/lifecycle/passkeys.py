"""Passkeys (WebAuthn level 3): a second factor that a device signs with, so that no false page gets it.

The device asks its holder for a finger, a face or a PIN before it signs, and signs for this site's
address alone. What it signs is drawn for one session, and the first try takes it away.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    decode_credential_public_key,
    parse_authentication_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from survey.lifecycle import patience, second_factor, typed
from survey.lifecycle.errors import Invalid, NotThere
from survey.lifecycle.second_factor import Shown
from survey.lifecycle.step import Step
from survey.store import second_factors as store
from survey.tables import Passkey, User

MOST = 10
"""Passkeys of one user; a person has a few devices."""
MOST_NAME = 40
MOST_SAID = 8000
"""Letters a device's answer may have; those with certificates have some three thousand."""
MOST_ID, MOST_KEY = 1400, 2000
"""Letters of what is kept of one; an id has 1023 bytes at most (WebAuthn level 3, section 4)."""
VALID = timedelta(minutes=5)
"""For how long an answer is waited for: a device is looked for, unlocked, plugged in."""
CHALLENGE_BYTES = 32
WRONG = "没有通过：不是为这个账号登记的通行密钥，或者等得太久了。请再按一次按钮；不行就填动态码或恢复码。"
UNAPPROVED = "没有通过：不是为这个账号登记的通行密钥，等得太久了，或者它用的签名算法（RS256）本系统不收。请再按一次按钮；不行就填恢复码，进入后移除它，另加一个。"
UNUSABLE = "没有添加：设备的回答读不懂，或者等得太久了。请再按一次按钮。"
CANNOT_BE = (
    *(WebAuthnException, UnsupportedAlgorithm, RecursionError),
    *(ValueError, TypeError, AttributeError, LookupError),
)
"""What reading a stranger's answer may end in."""
ALGORITHMS = (EDDSA, ECDSA, RSA) = (
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
"""By what a passkey may sign: what every browser and device knows some of."""
APPROVED = (EDDSA, ECDSA)
"""Without PKCS#1 v1.5, of which older devices know no other (OWASP ASVS 5.0, 11.6.1)."""
Verified = TypeVar("Verified")


@dataclass(frozen=True)
class Site:
    """Whom a passkey is made for.

    Attributes:
        host: The RP ID.
        origin: The address pages come from.
        name: To show.
        algorithms: By what it may sign.
    """

    host: str
    origin: str
    name: str
    algorithms: tuple[COSEAlgorithmIdentifier, ...]


def draw_challenge() -> str:
    """Draw what a passkey is to sign, base64url."""
    return bytes_to_base64url(secrets.token_bytes(CHALLENGE_BYTES))


def to_make(site: Site, user: User, known: list[Passkey], challenge: str) -> str:
    """Return, as JSON, what a browser is told to make a passkey."""
    return options_to_json(
        generate_registration_options(
            rp_id=site.host,
            rp_name=site.name,
            user_id=f"user-{user.id}".encode(),
            user_name=user.username,
            user_display_name=user.name,
            challenge=base64url_to_bytes(challenge),
            timeout=int(VALID.total_seconds() * 1000),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            supported_pub_key_algs=[*site.algorithms],
            exclude_credentials=_described(known),
        )
    )


def to_show(site: Site, known: list[Passkey], challenge: str) -> str:
    """Return, as JSON, what a browser is told to have one of these passkeys sign."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host,
            challenge=base64url_to_bytes(challenge),
            timeout=int(VALID.total_seconds() * 1000),
            allow_credentials=_described(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def _described(known: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in known]


def add(step: Step, user_id: int, name: str, said: str, *, sign_in: str, site: Site) -> Shown:
    """Keep a passkey that a device has just made; a first factor brings recovery codes.

    Args:
        said: The device's answer (PublicKeyCredential as JSON).
        sign_in: The session it was asked in.

    Raises:
        Invalid: It lacks a name, is one too many, known already, or no good answer.
        TooManyTries: Nothing was checked.
    """
    tidy = typed.line(name)
    if not 1 <= len(tidy) <= MOST_NAME:
        raise Invalid(
            {"name": f"请给这个通行密钥起个名字（{MOST_NAME} 字以内），例如“办公室电脑”。"}
        )
    with step.writing() as session:
        patience.require(step, [second_factor.throttle_key(user_id)])
        user = second_factor.locked(step, user_id)
        if len(store.passkeys(session, user_id)) >= MOST:
            raise Invalid({"name": f"每人最多 {MOST} 个通行密钥，请先移除不用的。"})
        made = _made(step, tidy, said, sign_in=sign_in, site=site)
        if made is None:
            patience.count(step, second_factor.throttle_key(user_id))
            step.log("passkey_add", user, succeeded=False)
        else:
            codes = second_factor.first_codes(step, user_id, sign_in)
            made.user_id = user_id
            session.add(made)
            session.flush()
            step.log("passkey_add", user, after={"passkey": tidy})
            return Shown(second_factor.renewed(step, user, sign_in), codes)
    raise Invalid({"passkey": UNUSABLE})


def _made(step: Step, name: str, said: str, *, sign_in: str, site: Site) -> Passkey | None:
    """Return the passkey an answer tells of; None where it is not one to be kept."""

    def verify(challenge: bytes) -> Passkey:
        verified = verify_registration_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=[*site.algorithms],
        )
        return Passkey(
            name=name,
            credential=bytes_to_base64url(verified.credential_id),
            public_key=bytes_to_base64url(verified.credential_public_key),
            sign_count=verified.sign_count,
            added_at=step.now,
        )

    made = _verified(step, said, sign_in, verify)
    if made is None or len(made.credential) > MOST_ID or len(made.public_key) > MOST_KEY:
        return None
    return None if store.is_credential_known(step.session, made.credential) else made


def show(step: Step, user_id: int, said: str, *, sign_in: str, site: Site) -> Shown:
    """Let a session in that shows one of its user's passkeys.

    Raises:
        Invalid: The answer is of none of them, was given before, is late, or the device's count of
            what it signed went back, as a copy's does.
        NotThere: The user has no passkey.
        TooManyTries: Nothing was checked.
    """
    with step.writing() as session:
        patience.require(step, [second_factor.throttle_key(user_id)])
        user = second_factor.locked(step, user_id)
        known = store.passkeys(session, user_id, lock=True)
        if not known:
            raise NotThere
        if shown := _shown(step, known, said, sign_in=sign_in, site=site):
            step.log("factor_show", user, after={"shown_by": "passkey", "passkey": shown.name})
            return Shown(second_factor.renewed(step, user, sign_in))
        second_factor.fail(step, user)
    raise Invalid({"passkey": WRONG if RSA in site.algorithms else UNAPPROVED})


def _shown(
    step: Step, known: list[Passkey], said: str, *, sign_in: str, site: Site
) -> Passkey | None:
    """Return which of these passkeys signed what this session asked; it has signed by now."""

    def verify(challenge: bytes) -> Passkey:
        credential = parse_authentication_credential_json(said)
        (passkey,) = [one for one in known if one.credential == credential.id]
        key = base64url_to_bytes(passkey.public_key)
        if decode_credential_public_key(key).alg not in site.algorithms:
            raise UnsupportedAlgorithm(passkey.name)
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        passkey.sign_count, passkey.used_at = verified.new_sign_count, step.now
        return passkey

    return _verified(step, said, sign_in, verify)


def _verified(
    step: Step, said: str, sign_in: str, verify: Callable[[bytes], Verified]
) -> Verified | None:
    """Take the session's challenge away and hold an answer to it; None where it does not hold."""
    challenge = store.take_challenge(step.session, sign_in, step.now - VALID)
    if challenge is None or not said or len(said) > MOST_SAID:
        return None
    try:
        return verify(base64url_to_bytes(challenge))
    except CANNOT_BE:
        return None


def remove(step: Step, user_id: int, passkey_id: int | None) -> None:
    """Forget one of one's own passkeys; with the last factor go the recovery codes.

    Raises:
        Invalid: It is no passkey of this user.
    """
    with step.writing() as session:
        user = second_factor.locked(step, user_id)
        own = store.passkeys(session, user_id, lock=True)
        passkey = next((one for one in own if one.id == passkey_id), None)
        if passkey is None:
            raise Invalid({"passkey": "没有这个通行密钥，可能已经移除了。请刷新“账号与密码”再看。"})
        session.delete(passkey)
        second_factor.forget_codes_after_last(step, user_id)
        step.log("passkey_remove", user, before={"passkey": passkey.name})
