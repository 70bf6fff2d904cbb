"""Secrets that must be read again are kept encrypted under the instance's key, each for its owner.

What is kept begins with the name of the scheme that locked it, and is opened by the one it names. It is
locked by the newest of ``SCHEMES``; while the release before may run beside this one (``store.together``),
by the newest that it knows too. Another algorithm is one more entry; what an older one or an older key
locked is locked anew at night (``resealing``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.lifecycle.step import Step
from survey.store import together

Keys = Sequence[str]
"""The instance's secret key, then those it had before."""
NONCE_BYTES = 12


class Unopened(Exception):
    """No key of the instance opens what is kept: it was changed, or is another owner's."""


class Scheme(Protocol):
    """One way to lock secrets of one purpose under one key."""

    def __init__(self, key: str, purpose: str) -> None: ...

    def lock(self, secret: bytes, owner: bytes) -> bytes: ...

    def open(self, kept: bytes, owner: bytes) -> bytes:
        """Raises: Unopened."""


class Gcm:
    """AES-256-GCM under a key of HKDF-SHA256; the owner is associated data, the nonce drawn each time."""

    def __init__(self, key: str, purpose: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=f"survey gcm {purpose}".encode())
        self._cipher = AESGCM(derived.derive(key.encode()))

    def lock(self, secret: bytes, owner: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)  # 96 random bits, for thousands of secrets a key
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, secret, owner))

    def open(self, kept: bytes, owner: bytes) -> bytes:
        try:
            whole = base64.urlsafe_b64decode(kept)
            if base64.urlsafe_b64encode(whole) != kept:  # letters may differ in bits nothing reads
                raise Unopened
            return self._cipher.decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], owner)
        except (InvalidTag, binascii.Error, ValueError) as fault:
            raise Unopened from fault


class OfFernet:
    """Fernet (AES-128-CBC, HMAC-SHA256), as all were locked before schemes had names; no owner."""

    def __init__(self, key: str, purpose: str) -> None:
        word = hashlib.sha256(f"{purpose}:{key}".encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(word))

    def lock(self, secret: bytes, _owner: bytes) -> bytes:
        return self._cipher.encrypt(secret)

    def open(self, kept: bytes, _owner: bytes) -> bytes:
        try:
            return self._cipher.decrypt(kept)
        except InvalidToken as fault:
            raise Unopened from fault


SCHEMES: Final[dict[str, type[Scheme]]] = {"gcm": Gcm, "": OfFernet}
"""By their names, the newest first."""
NEWEST = next(iter(SCHEMES))
BEFORE = ""
"""The newest that the release before knows."""


def scheme_of(step: Step) -> str:
    """Return what a step locks by, so that every release that may run now opens it."""
    return NEWEST if together.is_over(step.session, step.now) else BEFORE


class Box:
    """Locks secrets of one purpose away: by one scheme and the newest key, opened by any."""

    def __init__(self, keys: Keys, purpose: str, scheme: str = NEWEST) -> None:
        self._scheme = scheme
        self._locks = {
            name: [scheme(key, purpose) for key in keys] for name, scheme in SCHEMES.items()
        }

    def lock(self, secret: str, owner: int) -> str:
        """Return what is kept of a secret of this owner (a row's number)."""
        locked = self._locks[self._scheme][0].lock(secret.encode(), _named(owner)).decode()
        return f"{self._scheme}:{locked}" if self._scheme else locked

    def open(self, kept: str, owner: int) -> str:
        """Return a secret.

        Raises:
            Unopened: No key opens it, or it is not this owner's.
        """
        name, _, locked = kept.rpartition(":")
        for lock in self._locks.get(name, ()):
            try:
                return lock.open(locked.encode(), _named(owner)).decode()
            except Unopened:
                continue
        raise Unopened

    def renewed(self, kept: str, owner: int) -> str | None:
        """Return it locked anew where another scheme or an older key did; None where nothing is to be done.

        What no key opens stays as it is: its key may be named again.
        """
        try:
            secret = self.open(kept, owner)
        except Unopened:
            return None
        return None if self._is_so(kept, owner) else self.lock(secret, owner)

    def _is_so(self, kept: str, owner: int) -> bool:
        """Whether it is locked as it would be now."""
        name, _, locked = kept.rpartition(":")
        try:
            self._locks[self._scheme][0].open(locked.encode(), _named(owner))
        except Unopened:
            return False
        return name == self._scheme


def _named(owner: int) -> bytes:
    return str(owner).encode()
