"""An issuer (OpenID Connect) on loopback: a process of its own, which tests tell how to misbehave.

Whoever is sent to it is signed in at once as the person it was told of.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from survey.config import Issuer
from tests.support.forking import PROJECT
from tests.support.guardian import mark_of_the_run
from tests.support.patience import PATIENCE_SECONDS
from tests.support.servers import free_port

CLIENT, SECRET = "shuzhi", "invented+secret/of%2Fa=client"


ACCESS = "invented-access-token"


class Told(Exception):
    """An answer of the token endpoint that is a refusal."""


class Server:
    """What an issuer remembers: its key, the codes it gave out, how tests want it to behave."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.edwards = OKPKey.generate_key("Ed25519", {"kid": "two", "use": "sig"})
        self.codes: dict[str, dict[str, str]] = {}
        self.person: dict[str, Any] = {"sub": "person-1", "preferred_username": "虚构人"}
        self.behaves: dict[str, Any] = {}

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.behaves.get("names itself", self.url),
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": self.behaves.get("token at", f"{self.url}/token"),
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": self.behaves.get("tells at", f"{self.url}/userinfo"),
            "token_endpoint_auth_methods_supported": self.behaves.get(
                "knows us by", ["client_secret_post", "client_secret_basic"]
            ),
        }

    def authorized(self, asked: dict[str, str]) -> str:
        """Return the address to send a browser back to, with a code or a refusal."""
        back = {"state": asked["state"], "iss": self.behaves.get("answers as", self.url)}
        if "declines" in self.behaves:
            back["error"] = "access_denied"
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            back["code"] = code
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, asked: dict[str, str], credentials: str) -> dict[str, Any]:
        """Give an ID token for a code, once, to the client that was given it."""
        known = self.codes.pop(asked.get("code", ""), None)
        proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        head = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
        posted = asked.get("client_id") == CLIENT and asked.get("client_secret") == SECRET
        ours = posted if self.behaves.get("knows us by") else credentials == f"Basic {head}"
        good = known is not None and known["redirect_uri"] == asked.get("redirect_uri")
        good = good and known is not None and known.get("code_challenge") == proved
        good = good and known is not None and known.get("code_challenge_method") == "S256"
        if not good or known is None or not ours:
            raise Told
        token = {"access_token": ACCESS, "token_type": "Bearer", "expires_in": 60}
        return (
            token | {"id_token": self._id_token(known)} if not self.behaves.get("mute") else token
        )

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60}
        claims |= {"nonce": asked["nonce"], "auth_time": now, **self.person}
        claims |= self.behaves.get("claims", {})
        claims = {name: value for name, value in claims.items() if value is not None}
        match self.behaves.get("signs"):
            case "nothing":
                head = {"alg": "none"}
                parts = (json.dumps(part).encode() for part in (head, claims))
                return (
                    ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts) + "."
                )
            case "by Ed25519":
                head = {"alg": "Ed25519", "kid": "two"}
                return jwt.encode(head, claims, self.edwards, algorithms=["Ed25519"])
            case "with the secret":
                return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2))
            case "with another key":
                other = RSAKey.generate_key(2048, {"kid": "one"})
                return jwt.encode({"alg": "RS256", "kid": "one"}, claims, other)
            case "with a key it brings along":
                other = RSAKey.generate_key(2048)
                head = {"alg": "RS256", "jwk": other.as_dict(private=False)}
                return jwt.encode(head, claims, other)
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)


class Handler(BaseHTTPRequestHandler):
    """One request to the issuer."""

    issuer: Server

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(at.query).items()}
        match at.path:
            case "/.well-known/openid-configuration" if "leads away" in self.issuer.behaves:
                self._lead(self.issuer.behaves["leads away"])
            case "/.well-known/openid-configuration" | "/elsewhere":
                self._say(200, self.issuer.metadata())
            case "/keys":
                keys = (self.issuer.key, self.issuer.edwards)
                self._say(200, {"keys": [key.as_dict(private=False) for key in keys]})
            case "/userinfo" if self.headers.get("Authorization") == f"Bearer {ACCESS}":
                self._say(200, self.issuer.behaves.get("says of them", self.issuer.person))
            case "/authorize":
                self._lead(self.issuer.authorized(asked))
            case _:
                self._say(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/behave":
            said = json.loads(body)
            self.issuer.behaves = said["behaves"]
            self.issuer.person = said["person"]
            if "new key" in said["behaves"]:
                self.issuer.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
            self._say(200, {})
            return
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        try:
            self._say(200, self.issuer.token(asked, self.headers.get("Authorization", "")))
        except Told:
            self._say(400, {"error": "invalid_grant"})

    def _lead(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _say(self, status: int, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_about: object) -> None:
        """Nobody reads it."""


class Running:
    """An issuer that runs, from a test's side."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.settings = Issuer(url, CLIENT, SECRET, name="虚构统一认证")

    def behave(self, person: dict[str, Any] | None = None, **behaves: Any) -> None:
        """Tell it who is signed in there and how to behave from here on."""
        known = {"sub": "person-1", "preferred_username": "虚构人"}
        names = {name.replace("_", " "): value for name, value in behaves.items()}
        said = {"behaves": names, "person": known if person is None else known | person}
        request = urllib.request.Request(f"{self.url}/behave", json.dumps(said).encode())
        urllib.request.urlopen(request, timeout=PATIENCE_SECONDS).close()

    def back_from(self, address: str) -> str:
        """Send a browser there; return where it is sent back to, path and query."""

        class Stays(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_about: Any) -> None:
                return None

        try:
            urllib.request.build_opener(Stays).open(address, timeout=PATIENCE_SECONDS)
        except urllib.error.HTTPError as answer:
            at = urlsplit(answer.headers["Location"])
            answer.close()
            return f"{at.path}?{at.query}"
        raise AssertionError("it did not send anybody back")


@contextmanager
def an_issuer(folder: Path) -> Iterator[Running]:
    """Run one as long as the block lasts."""
    port = free_port()
    with (folder / "issuer.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.issuer", str(port)],
            cwd=PROJECT,
            env={"PATH": "", "HOME": str(folder)} | mark_of_the_run(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    running = Running(f"http://127.0.0.1:{port}")
    try:
        _wait_for(running, process)
        yield running
    finally:
        process.kill()
        process.wait()


def _wait_for(running: Running, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the issuer ended with {process.returncode}")
        try:
            running.behave()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(running.url)


if __name__ == "__main__":
    Handler.issuer = Server(f"http://127.0.0.1:{sys.argv[1]}")
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
