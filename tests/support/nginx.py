"""A real nginx under the configuration that operators lay down, with ports and places of the test's own."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.certificates import a_certificate
from tests.support.patience import until
from tests.support.servers import PROJECT, free_port

DEPLOY = PROJECT / "survey" / "running" / "deploy"
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") or ""
"""Empty where this machine has none: the tests that stand on it are not collected there."""
HOST = "szjt.example.gov.cn"
# As many connections as Debian's own file around it allows.
AROUND = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 768; }}
http {{
    log_format asked "$upstream_addr";
    access_log {folder}/asked asked;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ text/html html; }}
    include {folder}/survey.conf;
}}
"""


Place = int | Path | str


@dataclass(frozen=True)
class Nginx:
    """Where it listens, open and encrypted."""

    plain: int
    secure: int

    def connected(self, source: str, *, host: str = HOST, secure: bool = True) -> socket.socket:
        """Return a connection from an address of this machine, over which nothing was sent yet."""
        port = self.secure if secure else self.plain
        sock = socket.create_connection(("127.0.0.1", port), 30, (source, 0))
        if not secure:
            return sock
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(sock, server_hostname=host)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        host: str = HOST,
        source: str = "127.0.0.1",
        secure: bool = True,
        headers: dict[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        """Send one request; the answer's body is read already (``read`` gives it).

        Args:
            source: The address of this machine it comes from.
        """
        connection = http.client.HTTPConnection(host, self.secure if secure else self.plain)
        connection.sock = self.connected(source, host=host, secure=secure)
        connection.request(
            method, path, body, {"Host": host, "Connection": "close"} | (headers or {})
        )
        return connection.getresponse()


@contextmanager
def nginx_before(
    program: str,
    at: tuple[Place, Place],
    folder: Path,
    *,
    machines: bool = False,
    inside: Path | None = None,
) -> Iterator[Nginx]:
    """Run nginx before two servers for as long as the block lasts; what it asked stands in ``asked``.

    Args:
        program: nginx itself.
        at: What stands for 8000 and 8001: ports of this machine, sockets' paths, or "host:port".
        folder: An empty one.
        machines: Whether they stand for two machines, as the comment in the configuration says.
        inside: The folder with its own key and certificate, where it knows them by theirs.
    """
    listens = Nginx(free_port(), free_port())
    key, certificate = a_certificate(HOST)
    (folder / "privkey.pem").write_bytes(key)
    (folder / "fullchain.pem").write_bytes(certificate)
    parts = (DEPLOY / "nginx" / name for name in ("survey-upstream.conf", "survey.conf"))
    text = "".join(part.read_text("utf-8") for part in parts)
    if inside:
        own = (DEPLOY / "nginx" / "inside.conf").read_text("utf-8")
        text = own.replace("/etc/survey/inside", str(inside)) + text.replace(
            "proxy_pass http:", "proxy_pass https:"
        )
    text = re.sub(r"^\s*listen \[::\].*\n", "", text, flags=re.MULTILINE)
    if machines:
        text = re.sub(r"^ *server unix:.*\n", "", text, flags=re.MULTILINE)
        text = re.sub(
            r"#server 10\.0\.0\.1([12]):8000",
            lambda it: f"server unix:/run/survey-800{int(it[1]) - 1}/web.sock",
            text,
        )
    for was, now in (
        ("listen 80", f"listen 127.0.0.1:{listens.plain}"),
        ("listen 443", f"listen 127.0.0.1:{listens.secure}"),
        ("unix:/run/survey-8000/web.sock", _at(at[0])),
        ("unix:/run/survey-8001/web.sock", _at(at[1])),
        ("/etc/survey/tls", str(folder)),
        (
            "access_log /var/log/nginx/access.log survey;",
            f"access_log {folder}/access.log survey; access_log {folder}/asked asked;",
        ),
        ("root /etc/survey;", f"root {DEPLOY / 'nginx'};"),
    ):
        assert was in text, was
        text = text.replace(was, now)
    (folder / "survey.conf").write_text(text)
    user = "user root;" if Path("/root").owner() == Path.home().owner() else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    with subprocess.Popen(
        [program, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    ) as it:
        try:
            until(lambda: it.poll() is not None or _listens(listens.secure))
            assert it.poll() is None, (folder / "error.log").read_text()
            yield listens
        finally:
            it.terminate()


def _at(place: Place) -> str:
    if isinstance(place, str):
        return place
    return f"unix:{place}" if isinstance(place, Path) else f"127.0.0.1:{place}"


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
