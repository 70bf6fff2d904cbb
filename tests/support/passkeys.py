"""A device that makes passkeys and signs with them, as WebAuthn level 3 lays it down; no browser needed."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

from tests.support.client import CheckingClient

SITE = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One passkey: its key, by what it is known, how often it has signed, and how it behaves."""

    origin: str = SITE
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 1
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def made(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.create`` with what was made."""
        public = cbor2.dumps(self._public())
        about = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + public
        attested = {"fmt": "none", "attStmt": {}, "authData": self._state(ATTESTED) + about}
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(client, attestationObject=cbor2.dumps(attested))

    def signed(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.get`` with a signature, counted."""
        self.count += 1
        client, state = self._client("webauthn.get", options["challenge"]), self._state()
        signature = self._signature(state + hashlib.sha256(client).digest())
        return self._answer(client, authenticatorData=state, signature=signature)

    def copied(self, **changes: Any) -> Device:
        """The same passkey in other hands, from here on apart."""
        return replace(self, **changes)

    def _public(self) -> dict[int, Any]:
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return {1: 2, 3: -7, -1: 1, -2: x, -3: y}

    def _signature(self, said: bytes) -> bytes:
        return self.key.sign(said, ec.ECDSA(hashes.SHA256()))

    def _state(self, flags: int = 0) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([self.flags | flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, client: bytes, **response: bytes) -> str:
        known = bytes_to_base64url(self.credential)
        said = {"clientDataJSON": client, **response}
        answers = {name: bytes_to_base64url(value) for name, value in said.items()}
        about = {"id": known, "rawId": known, "type": "public-key"}
        return json.dumps({**about, "response": answers})


@dataclass
class OlderDevice(Device):
    """One that knows RSA with PKCS#1 v1.5 alone (RS256), as older computers do."""

    rsa: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def _public(self) -> dict[int, Any]:
        numbers = self.rsa.public_key().public_numbers()
        return {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}

    def _signature(self, said: bytes) -> bytes:
        return self.rsa.sign(said, padding.PKCS1v15(), hashes.SHA256())


def options_of(client: CheckingClient, path: str) -> dict[str, Any]:
    """Ask in a browser for what a device is to sign."""
    headers = {"Accept": "application/json"}
    answer = client.post(path, data={"csrf_token": client.token}, headers=headers)
    assert answer.status_code == 200, answer.text
    options: dict[str, Any] = answer.json
    assert len(base64url_to_bytes(options["challenge"])) == 32
    return options


def to_make(client: CheckingClient) -> dict[str, Any]:
    return options_of(client, "/account/passkeys/challenge")


def to_show(client: CheckingClient) -> dict[str, Any]:
    return options_of(client, "/second-factor/passkey/challenge")


def added(client: CheckingClient, device: Device | None = None, name: str = "办公室电脑") -> Device:
    """Add a passkey on the account of whoever is signed in."""
    device = device or Device()
    client.get("/account/passkeys")
    answer = client.submit("", {"name": name, "passkey": device.made(to_make(client))})
    assert answer.status_code in (200, 302), answer.text
    return device
