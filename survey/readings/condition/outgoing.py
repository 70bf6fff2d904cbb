"""Where this installation calls by itself: one list, read from its settings, and who could listen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from survey.config import Config
from survey.hosts import is_here
from survey.readings.condition.values import Around, Said, good, watch

PORTS = {"postgresql": 5432, "redis": 6379, "rediss": 6379, "smtp": 587, "smtps": 465}
PORTS |= {"tcp": 3310, "http": 80, "https": 443}
CHECKED = "verify-full"
"""PostgreSQL's one ``sslmode`` under which the line is encrypted and the server who it should be."""
AMAZON = "https://s3.{region}.amazonaws.com"


@dataclass(frozen=True)
class Outgoing:
    """One place that is called.

    Attributes:
        setting: The variable that names it; what no variable names is not called.
        guarded: Whether the line is encrypted and the other's certificate looked at.
    """

    setting: str
    host: str
    port: int
    guarded: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.setting} → {host}:{self.port}"


def outgoing(around: Around) -> Said:
    """See that nobody on the way can read what goes to other machines."""
    away = list(away_from_here(around.config))
    if lying_open := [one for one in away if not one.guarded]:
        return watch("open", names="、".join(map(str, lying_open)))
    if away:
        return good("guarded", count=len(away), names="、".join(map(str, away)))
    return good("none")


def require_guarded(config: Config) -> None:
    """Refuse settings with a line to another machine that anybody on the way could read.

    Raises:
        ValueError: Names each.
    """
    if lying_open := [str(one) for one in away_from_here(config) if not one.guarded]:
        raise ValueError(
            f"ENCRYPTED_ONLY=1, but not encrypted, or unchecked: {', '.join(lying_open)}"
        )


def away_from_here(config: Config, environ: Mapping[str, str] = os.environ) -> Iterator[Outgoing]:
    """Return the places on other machines; sockets and loopback are this one."""
    for one in _all(config, environ):
        if not is_here(one.host):
            yield one


def _all(config: Config, environ: Mapping[str, str]) -> Iterator[Outgoing]:
    yield from _database("DATABASE_URL", config.database_url)
    yield from _queue(config.queue_url)
    if config.content_url:
        region = environ.get("AWS_REGION", "us-east-1")
        place = environ.get("AWS_ENDPOINT_URL") or AMAZON.format(region=region)
        yield _place("AWS_ENDPOINT_URL", urlsplit(place))
    if config.mail_url:
        yield _mail(urlsplit(config.mail_url))
    if config.clamd:
        yield _place("CLAMD", urlsplit(config.clamd))
    if config.syslog:
        yield _place("SYSLOG", urlsplit(config.syslog))
    if config.issuer:
        yield _place("OIDC_ISSUER", urlsplit(config.issuer.url))
        for host in sorted(config.issuer.hosts):
            yield _place("OIDC_HOSTS", urlsplit(f"https://{host}"))
    for host in sorted(config.webhook_hosts):
        yield _place("WEBHOOK_HOSTS", urlsplit(f"https://{host}"))


def _place(setting: str, url: SplitResult) -> Outgoing:
    guarded = url.scheme in ("https", "smtps", "unix", "tls")
    return Outgoing(setting, url.hostname or "", url.port or PORTS.get(url.scheme, 0), guarded)


def _mail(url: SplitResult) -> Outgoing:
    # With a name the line is encrypted before it is told (jobs/mails); without one it may not be.
    guarded = url.scheme == "smtps" or url.username is not None
    return Outgoing("MAIL_URL", url.hostname or "", url.port or PORTS.get(url.scheme, 0), guarded)


def _database(setting: str, address: str) -> Iterator[Outgoing]:
    """Return each host of a PostgreSQL address; it may name several, or the folder of a socket."""
    if not address.startswith("postgresql"):
        return
    place, _, said = address.partition("?")
    asked = parse_qs(said)
    guarded = asked.get("sslmode", [""])[-1] == CHECKED
    named = place.partition("://")[2].rpartition("@")[2].partition("/")[0]
    for one in [*named.split(","), *asked.get("host", [""])[-1].split(",")]:
        if one and not one.startswith("/"):
            url = urlsplit(f"postgresql://{one}")
            host, port = url.hostname or "", url.port or int(asked.get("port", ["5432"])[-1])
            yield Outgoing(setting, host, port, guarded)


def _queue(address: str) -> Iterator[Outgoing]:
    yield from _database("QUEUE_URL", address)
    url = urlsplit(address)
    if url.scheme in ("redis", "rediss"):
        unlooked = parse_qs(url.query).get("ssl_cert_reqs", [""])[-1] in ("none", "optional")
        guarded = url.scheme == "rediss" and not unlooked
        yield Outgoing("QUEUE_URL", url.hostname or "", url.port or PORTS[url.scheme], guarded)
