"""Settings and their defaults, read once from the environment when the application starts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from survey import strict
from survey.strict import IN_FILES

MEGABYTE = 1024 * 1024
TLS_FILES = (CERTIFICATE, KEY, AUTHORITY) = ("certificate.pem", "key.pem", "ca.pem")
"""What lies in the folder of ``TLS_FOLDER``."""
Network = IPv4Network | IPv6Network


class Keep(NamedTuple):
    """Of how many days, weeks and months the newest backup is kept."""

    days: int = 7
    weeks: int = 4
    months: int = 6


USUAL = Keep()


@dataclass(frozen=True)
class Issuer:
    """Whom people may sign in with beside a password (OpenID Connect)."""

    url: str
    """As it names itself, to the letter."""
    client_id: str
    secret: str = field(repr=False)
    name: str = "统一登录"
    """What the button on the page says."""
    factor: frozenset[str] = frozenset()
    """Words of its ``amr`` or ``acr`` that count as our second factor; none: ours is asked as ever."""
    hosts: frozenset[str] = frozenset()
    """Hosts beside its own on which its pages and keys may lie."""


@dataclass(frozen=True)
class Config:
    """Everything that may differ between two installations.

    ``instance`` holds all that must be backed up: database, contents, keys; the contents lie in
    a bucket instead when ``content_url`` names one (s3://bucket/prefix).
    """

    instance: Path
    database_url: str
    secret_key: str
    content_url: str = ""
    queue_url: str = ""
    """Where jobs wait; empty for a SQLite file of the instance."""
    mail_url: str = ""
    """The server that takes mail (smtp://name:password@host:587, smtps://host); empty for none."""
    mail_from: str = ""
    """Whom mails come from, such as 经信局 <jxj@example.gov.cn>."""
    alert_mail: tuple[str, ...] = ()
    """Whom it is mailed to when something turns bad with the installation itself."""
    secret_key_fallbacks: tuple[str, ...] = ()
    signing_file: Path | None = None
    """Key and certificate that sign what is issued (PKCS#12); none for one the instance makes."""
    signing_password_file: Path | None = None
    backup_key: str = ""
    """The public key (age1…) that backups are locked to; empty for open ones."""
    backup_folder: Path | None = None
    """Where a backup is laid down every night; none for no such work.

    Not a setting of a page: whoever got hold of an administrator's session must not say where all
    the instance knows is written to.
    """
    backup_keep: Keep = USUAL
    breached_passwords: Path | None = None
    """Hashes of passwords that leaked somewhere, ordered (``files/breached``); none for no such look."""
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    proxies: int = 0
    tls_folder: Path | None = None
    """Where a machine's key and certificate lie and the authority of whoever may ask it (``TLS_FILES``);
    none for a line in the open, or a socket."""
    secure_cookies: bool = False
    metrics: str = ""
    """Where counts and states are read from (host:port); empty for nowhere."""
    log_lines: bool = False
    """Whether what is said to the log is one JSON object a line, one for each request too."""
    second_factor: frozenset[str] = frozenset()
    """Roles that sign in with a second factor beside the password; ``none`` for nobody.

    Not a setting of a page: whoever got hold of an administrator's session must not lift it.
    """
    clamd: str = ""
    """Where clamd looks into what is uploaded (unix:/run/clamav/clamd.ctl, tcp://host:3310); empty
    for nobody."""
    syslog: str = ""
    """Which machine the log is sent to (tls://host:6514, tcp://host:601); empty for none."""
    syslog_authority: Path | None = None
    """Who signed that machine's certificate (PEM); none for those this machine trusts."""
    encrypted_only: bool = False
    """Whether a line to another machine that anybody on the way could read is refused at the start."""
    strict: bool = False
    """Whether the standard goes before convenience (OWASP ASVS 5.0 to level 2, ``deploy/security.md``).

    Not a setting of a page: whoever got hold of an administrator's session must not lift it.
    """
    issuer: Issuer | None = None
    """Whom people may sign in with; nobody where it is not set."""
    api_rate: str = "300 per minute"
    """How often one token may ask, in each web process, or together where the queue is a Redis."""
    webhook_hosts: frozenset[str] = frozenset()
    """Hosts (name, or name:port) that may be told what happened; none for no webhooks.

    Not a setting of a page: whoever got hold of an administrator's session must not say where to.
    """
    webhook_networks: tuple[Network, ...] = ()
    """Networks that are not public and in which such hosts may lie all the same."""
    idle_minutes: int = 60
    session_hours: int = 12
    most_request_bytes: int = 2 * MEGABYTE
    most_upload_bytes: int = 20 * MEGABYTE
    most_files_per_question: int = 12
    most_bytes_per_assessment: int = 500 * MEGABYTE
    testing: bool = False

    def asks_factor(self, role: str) -> bool:
        """Whether whoever has this role signs in with a second factor."""
        return self.strict or role in self.second_factor

    @property
    def passkey_host(self) -> str:
        """The host passkeys are made for (WebAuthn's RP ID).

        Empty where browsers make none: without TLS, or at an address of numbers.
        """
        address = urlsplit(self.base_url)
        host = address.hostname or ""
        named = any(letter.isalpha() for letter in host.rpartition(".")[2]) and ":" not in host
        return host if named and (address.scheme == "https" or host == "localhost") else ""

    @property
    def contents(self) -> Path:
        return self.instance / "contents"

    @property
    def counts(self) -> Path:
        """Where processes write what they count; not worth a backup."""
        return self.instance / "counts"

    @property
    def queue(self) -> str:
        return self.queue_url or sqlite_url(self.instance / "queue.db")


def from_environment(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the settings; make the instance folder and its secret key on the first run.

    Raises:
        ValueError: Names the setting that cannot be meant, and how it reads.
    """
    strictly = environ.get("STRICT", "") == "1"
    if strictly:
        strict.require(environ)
    environ = _with_files(environ)
    instance = Path(environ.get("INSTANCE", "instance")).resolve()
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    base_url = environ.get("BASE_URL", "http://127.0.0.1:" + environ.get("PORT", "8000"))
    hosts = environ.get("TRUSTED_HOSTS", "127.0.0.1,localhost")
    return Config(
        instance=instance,
        database_url=environ.get("DATABASE_URL", sqlite_url(instance / "survey.db")),
        queue_url=environ.get("QUEUE_URL", ""),
        secret_key=environ.get("SECRET_KEY") or _kept_secret(instance / "secret_key"),
        secret_key_fallbacks=tuple(filter(None, environ.get("OLD_SECRET_KEYS", "").split(","))),
        signing_file=_file(environ.get("SIGNING_FILE", "")),
        signing_password_file=_file(environ.get("SIGNING_PASSWORD_FILE", "")),
        content_url=environ.get("CONTENT_URL", ""),
        backup_key=environ.get("BACKUP_KEY", "").strip(),
        backup_folder=_file(environ.get("BACKUP_FOLDER", "")),
        breached_passwords=_file(environ.get("BREACHED_PASSWORDS", "")),
        backup_keep=_keep(environ.get("BACKUP_KEEP", "")),
        mail_url=environ.get("MAIL_URL", ""),
        mail_from=environ.get("MAIL_FROM", ""),
        alert_mail=tuple(filter(None, map(str.strip, environ.get("ALERT_MAIL", "").split(",")))),
        base_url=base_url.rstrip("/"),
        trusted_hosts=tuple(filter(None, hosts.split(","))),
        proxies=int(environ.get("PROXIES", "0")),
        tls_folder=_file(environ.get("TLS_FOLDER", "")),
        secure_cookies=base_url.startswith("https://"),
        metrics=environ.get("METRICS", ""),
        log_lines=environ.get("LOG_FORMAT", "") == "json",
        second_factor=_words(environ.get("SECOND_FACTOR", "officer,administrator")),
        clamd=environ.get("CLAMD", "").strip(),
        syslog=environ.get("SYSLOG", "").strip(),
        syslog_authority=_file(environ.get("SYSLOG_CA", "")),
        encrypted_only=environ.get("ENCRYPTED_ONLY", "") == "1",
        strict=strictly,
        issuer=_issuer(environ),
        api_rate=environ.get("API_RATE", "300 per minute"),
        webhook_hosts=_words(environ.get("WEBHOOK_HOSTS", "").lower()),
        webhook_networks=tuple(
            map(ip_network, sorted(_words(environ.get("WEBHOOK_NETWORKS", ""))))
        ),
        idle_minutes=int(environ.get("IDLE_MINUTES", "60")),
    )


def _with_files(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the settings with those that lie in files; a setting of its own goes before its file."""
    named = {name: environ.get(f"{name}_FILE", "") for name in IN_FILES}
    read = {name: Path(path).read_text("utf-8").strip() for name, path in named.items() if path}
    return read | {name: value for name, value in environ.items() if value or name not in read}


def _words(text: str) -> frozenset[str]:
    return frozenset(filter(None, (word.strip() for word in text.split(","))))


def _keep(text: str) -> Keep:
    """Read how many backups are kept, such as 7,4,6; at least one day's."""
    if not text.strip():
        return Keep()
    numbers = [int(word) if word.strip().isdecimal() else -1 for word in text.split(",")]
    if len(numbers) != len(Keep._fields) or min(numbers) < 0 or numbers[0] < 1:
        raise ValueError(f"BACKUP_KEEP={text}: days,weeks,months are meant, such as 7,4,6")
    return Keep(*numbers)


def _issuer(environ: Mapping[str, str]) -> Issuer | None:
    """Read whom people may sign in with.

    Raises:
        ValueError: It is set in part, or anybody on the way could read what it says.
    """
    url = environ.get("OIDC_ISSUER", "").strip()
    if not url:
        return None
    client_id, secret = environ.get("OIDC_CLIENT_ID", ""), environ.get("OIDC_SECRET", "")
    if not (client_id and secret):
        raise ValueError("OIDC_ISSUER wants OIDC_CLIENT_ID and OIDC_SECRET_FILE (or OIDC_SECRET)")
    address = urlsplit(url)
    if address.scheme != "https" and address.hostname not in ("localhost", "127.0.0.1"):
        raise ValueError(f"OIDC_ISSUER={url}: it begins with https://")
    name = environ.get("OIDC_NAME", "").strip() or Issuer.name
    factor, hosts = (_words(environ.get(f"OIDC_{name}", "")) for name in ("FACTOR", "HOSTS"))
    return Issuer(url, client_id, secret, name, factor, frozenset(map(str.lower, hosts)))


def _file(name: str) -> Path | None:
    return Path(name).resolve() if name else None


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def _kept_secret(path: Path) -> str:
    """Return the key kept in ``path``, writing a new one the first time."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key := secrets.token_urlsafe(48))
    return key
