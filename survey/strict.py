"""What ``STRICT=1`` asks of the settings: where secrets lie, and how services know this application.

Source: OWASP ASVS 5.0, 13.3.1 (secrets lie in what manages secrets) and 13.2.1 (services within know each
other by accounts of the system or certificates, not by words that last).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from survey.hosts import is_here

SECRETS = ("SECRET_KEY", "OLD_SECRET_KEYS", "OIDC_SECRET")
ADDRESSES = ("DATABASE_URL", "QUEUE_URL", "MAIL_URL")
IN_FILES = (*SECRETS, *ADDRESSES)
"""Settings that hold a secret: ``NAME_FILE`` may name a file with it, such as systemd's credentials."""
HELD = (
    *(f"{name}_FILE" for name in IN_FILES),
    *("SIGNING_FILE", "SIGNING_PASSWORD_FILE", "TLS_FOLDER"),
)
"""What names a file with a secret, or a folder of them."""
WANTED = ("SECRET_KEY_FILE", "SIGNING_FILE")
"""Of these: what the application would make for itself otherwise, and lay into its own folder."""
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd says it has laid what it unlocked for this service alone (systemd.exec(5))."""
CONTAINERS = Path("/run/secrets")
"""Where containers are given what their manager of secrets keeps."""
LASTING = ("AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "PGPASSFILE")


def require(environ: Mapping[str, str]) -> None:
    """Refuse settings with a secret outside the vault, or a service that knows us by a lasting word.

    Args:
        environ: The settings as they were given, before any file was read.

    Raises:
        ValueError: Names each setting and what it should be; never what it holds.
    """
    if faults := [*_lying_about(environ), *_by_words(environ)]:
        raise ValueError("STRICT=1: " + "; ".join(faults))


def _lying_about(environ: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{name} stands in the environment" for name in SECRETS if environ.get(name))
    yield from (f"{name} is not set" for name in WANTED if not environ.get(name))
    given = environ.get(CREDENTIALS)
    vaults = [CONTAINERS, Path(given)] if given else [CONTAINERS]
    for name in HELD:
        place = Path(environ.get(name) or CONTAINERS).resolve()
        if not any(place.is_relative_to(vault.resolve()) for vault in vaults):
            yield f"{name} lies neither in {CREDENTIALS} nor in {CONTAINERS}"


def _by_words(environ: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{name} is a word that lasts" for name in LASTING if environ.get(name))
    for name in ADDRESSES:
        yield from _addressed(name, environ.get(name) or _read(environ.get(f"{name}_FILE", "")))
    clamd = environ.get("CLAMD", "")
    if clamd and not clamd.startswith("unix:"):
        yield "CLAMD: unix:/… is meant, it knows nobody over a network"


def _read(path: str) -> str:
    return Path(path).read_text("utf-8").strip() if path else ""


def _addressed(name: str, address: str) -> Iterator[str]:
    url = urlsplit(address)
    asked = parse_qs(url.query)
    if url.password or "password" in asked or "passfile" in asked:
        yield f"{name} holds a password"
    elif url.scheme in ("redis", "rediss"):
        yield f"{name}: Redis knows us by a lasting word alone, PostgreSQL keeps the queue too"
    elif name == "MAIL_URL" and address and not is_here(url.hostname or ""):
        yield f"{name}: a mail service on this machine is meant, which passes mails on"
    elif url.scheme.startswith("postgresql") and _over_network(url.hostname, asked):
        yield f"{name} names no sslcert: PostgreSQL is to know us by a certificate, or a socket's user"


def _over_network(host: str | None, asked: Mapping[str, list[str]]) -> bool:
    """Whether PostgreSQL is reached otherwise than by a socket, and not shown a certificate."""
    hosts = [host, *",".join(asked.get("host", [])).split(",")]
    return "sslcert" not in asked and any(one and not one.startswith("/") for one in hosts)
