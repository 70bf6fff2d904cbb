"""The issuer people may sign in with (OpenID Connect): what it says of itself, and of who comes from it.

The code flow with PKCE. What comes back is believed only from the very issuer the settings name, for
this client alone, signed with a key the issuer shows, and for the question this browser asked.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flask import Flask
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from survey.config import Config, Issuer

ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519", "EdDSA"),
]
"""Signatures by a private key alone: with a shared secret a key might be taken for one. The last two are one
by its name of now and of before (RFC 9864)."""
APPROVED = [name for name in ALGORITHMS if not name.startswith("RS")]
"""Without PKCS#1 v1.5 (OWASP ASVS 5.0, 11.6.1)."""
PATIENCE_SECONDS = (3.05, 5)
"""To connect, and between two pieces of an answer."""
MOST_BYTES = 1 << 20
REMEMBERED_SECONDS = 600
"""For how long what an issuer says of itself, its keys with it, is not asked again."""
LEEWAY_SECONDS = 60
"""How far its clock may be from ours."""
MOST_SUBJECT = 255
"""Letters of a subject (OpenID Connect Core 1.0, section 2)."""
DOUBTS = (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError, OverflowError, OSError)
"""What looking at an ID token may end in."""
LOCAL = ("localhost", "127.0.0.1", "::1")


class Unreached(Exception):
    """The issuer does not answer, or nothing that could be read."""


class Unbelieved(Exception):
    """What came is not to be believed; says why, for the log of the server."""


@dataclass(frozen=True)
class Question:
    """What a browser was sent off with; it is answered once, in the same browser."""

    state: str
    nonce: str
    verifier: str
    asked_at: int

    @classmethod
    def drawn(cls, now: datetime) -> Question:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, int(now.timestamp()))

    def kept(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Identity:
    """Whom an issuer says somebody is, and how it found out."""

    issuer: str
    subject: str
    called: str
    """What it calls them: for their eyes, to see whether it is they; nothing rests on it."""
    methods: frozenset[str]
    """How they showed it (``amr`` and ``acr``)."""
    shown_at: datetime | None
    """When they did, if it says."""


def init_app(app: Flask) -> None:
    """Give the application its place at the issuer, where the settings name one."""
    config: Config = app.config["SURVEY"]
    if config.issuer:
        back = f"{config.base_url}/sign-in/identity/back"
        algorithms = APPROVED if config.strict else ALGORITHMS
        app.extensions["survey_issuer"] = Client(config.issuer, back, algorithms)


class Client:
    """This application at its issuer."""

    def __init__(self, issuer: Issuer, back: str, algorithms: Sequence[str] = ALGORITHMS) -> None:
        """``back`` is the address the issuer sends people back to; by ``algorithms`` it may sign."""
        self.issuer = issuer
        self._back, self._algorithms = back, [*algorithms]
        self._said: tuple[float, Mapping[str, Any], KeySet] | None = None

    def away(self, question: Question) -> str:
        """Return the address to send a browser to.

        Raises:
            Unreached, Unbelieved.
        """
        described, _ = self._described()
        address, _state = self._session().create_authorization_url(
            described["authorization_endpoint"],
            state=question.state,
            code_verifier=question.verifier,
            nonce=question.nonce,
        )
        return str(address)

    def identity(
        self, code: str, question: Question, now: datetime, *, called: bool = False
    ) -> Identity:
        """Exchange a code and return whom its ID token speaks of.

        Args:
            called: Whether it is asked what it calls them, where the ID token does not say.

        Raises:
            Unreached, Unbelieved.
        """
        described, keys = self._described()
        token = self._token(described, code, question)
        try:
            found = self._believed(token, keys, question, now)
        except DOUBTS:
            self._said = None  # it may sign with a new key
            _, keys = self._described()
            try:
                found = self._believed(token, keys, question, now)
            except DOUBTS as fault:
                raise Unbelieved(f"ID token: {fault}") from fault
        if called and not found.called:
            return replace(found, called=self._called(described, token, found.subject))
        return found

    def _called(self, described: Mapping[str, Any], token: Mapping[str, Any], subject: str) -> str:
        """Return what it calls somebody; empty where it does not say.

        Issuers that keep to the letter leave names out of the ID token where there is a token to ask
        for them with (OpenID Connect Core 1.0, section 5.4).
        """
        address, shown = described.get("userinfo_endpoint"), token.get("access_token")
        try:
            self._require_place("userinfo_endpoint", address)
            said = self._asked(str(address), {"Authorization": f"Bearer {shown}"})
        except (Unbelieved, Unreached):
            return ""
        return _name(said) if said.get("sub") == subject else ""

    def _token(
        self, described: Mapping[str, Any], code: str, question: Question
    ) -> Mapping[str, Any]:
        try:
            token = self._known_to(described).fetch_token(
                described["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=question.verifier,
                timeout=PATIENCE_SECONDS,
                allow_redirects=False,
            )
        except AuthlibBaseError as fault:
            raise Unbelieved(f"code: {fault.error}") from fault
        except (requests.RequestException, ValueError, TypeError) as fault:
            raise Unreached from fault
        if not isinstance(token.get("id_token"), str):
            raise Unbelieved("no ID token")
        found: Mapping[str, Any] = token
        return found

    def _believed(
        self, token: Mapping[str, Any], keys: KeySet, question: Question, now: datetime
    ) -> Identity:
        read = jwt.decode(token["id_token"], keys, algorithms=self._algorithms)
        claims = CodeIDToken(
            read.claims,
            read.header,
            {"iss": {"essential": True, "value": self.issuer.url}},
            {
                "nonce": question.nonce,
                "client_id": self.issuer.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        if claims["aud"] not in (self.issuer.client_id, [self.issuer.client_id]):
            raise ValueError("for another audience, or for more than us")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 1 <= len(subject) <= MOST_SUBJECT or "\0" in subject:
            raise ValueError("no subject that could be kept")
        methods = {*claims.get("amr", ()), claims.get("acr", "")}
        at = claims.get("auth_time")
        return Identity(
            self.issuer.url,
            subject,
            _name(claims),
            frozenset(one for one in methods if isinstance(one, str) and one),
            datetime.fromtimestamp(at, UTC) if at is not None else None,
        )

    def _known_to(self, described: Mapping[str, Any]) -> OAuth2Session:
        """Return what shows the token endpoint who we are: in the head, or in the body if that is all it reads."""
        offered = str(described.get("token_endpoint_auth_methods_supported", ""))
        if "client_secret_post" in offered and "client_secret_basic" not in offered:
            return self._session("client_secret_post")
        # A secret may hold "+" or "%": in the head both are encoded (RFC 6749, section 2.3.1).
        return self._session("client_secret_basic", quote_plus)

    def _session(self, shown: str = "none", written: Callable[[str], str] = str) -> OAuth2Session:
        return OAuth2Session(
            written(self.issuer.client_id),
            written(self.issuer.secret),
            token_endpoint_auth_method=shown,
            scope="openid profile",
            redirect_uri=self._back,
            code_challenge_method="S256",
        )

    def _described(self) -> tuple[Mapping[str, Any], KeySet]:
        """Return the issuer's metadata and keys, as it said them lately."""
        said = self._said  # another thread may forget it meanwhile
        if said is None or time.monotonic() - said[0] > REMEMBERED_SECONDS:
            described = self._asked(
                f"{self.issuer.url.rstrip('/')}/.well-known/openid-configuration"
            )
            self._require_own(described)
            try:
                keys = KeySet.import_key_set(self._asked(described["jwks_uri"]))  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError) as fault:
                raise Unreached from fault
            said = self._said = (time.monotonic(), described, keys)
        return said[1], said[2]

    def _require_own(self, described: Mapping[str, Any]) -> None:
        """Refuse what another issuer says, addresses elsewhere, and those anybody on the way could read."""
        if described.get("issuer") != self.issuer.url:
            raise Unbelieved(f"metadata of {described.get('issuer')!r}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self._require_place(name, described.get(name))

    def _require_place(self, name: str, said: object) -> None:
        address = urlsplit(str(said or ""))
        if address.scheme != "https" and address.hostname not in LOCAL:
            raise Unbelieved(f"{name} without TLS")
        if address.hostname not in {urlsplit(self.issuer.url).hostname, *self.issuer.hosts}:
            raise Unbelieved(f"{name} at {address.hostname}: not in OIDC_HOSTS")

    def _asked(self, address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Ask an address for JSON; it leads nowhere else, and answers in bounds."""
        try:
            with requests.get(
                address,
                headers=headers,
                timeout=PATIENCE_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
            found = (
                json.loads(body) if answer.status_code == 200 and len(body) <= MOST_BYTES else None
            )
        except (requests.RequestException, HTTPError, OSError, ValueError, RecursionError) as fault:
            raise Unreached from fault
        if not isinstance(found, dict):
            raise Unreached(address)
        return found


def _name(said: Mapping[str, Any]) -> str:
    return str(said.get("preferred_username") or said.get("name") or "")[:60]
