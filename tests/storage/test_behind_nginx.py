"""Behind the nginx that operators lay down: who asks is known, nobody reads along, nobody meets a gap."""

import http.client
import json
import re
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db
from survey.config import AUTHORITY, CERTIFICATE, KEY, Config, sqlite_url
from survey.tables import Role, UserSession
from tests.support.certificates import inside
from tests.support.nginx import DEPLOY, HOST, PROGRAM, nginx_before
from tests.support.patience import joined, until
from tests.support.people import PASSWORD, a_user
from tests.support.servers import Server

SPOOFED = {
    "X-Forwarded-For": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "X-Real-IP": "203.0.113.9",
}


class Behind(Server):
    """A server as it stands behind one proxy, under a name of its own."""

    def environment(self):
        named = {
            "BASE_URL": f"https://{HOST}",
            "TRUSTED_HOSTS": f"{HOST},127.0.0.1",
            "PROXIES": "1",
        }
        return super().environment() | named


@pytest.fixture
def config(instance, migrated_file):
    shutil.copyfile(migrated_file, instance / "survey.db")
    return Config(
        instance=instance,
        database_url=sqlite_url(instance / "survey.db"),
        secret_key="tests-only-" + "0" * 32,
        second_factor=frozenset({"none"}),
    )


@pytest.fixture
def servers(config):
    both = Behind(config), Behind(config)
    yield both
    for server in both:
        server.kill()


@pytest.fixture
def site(servers, tmp_path):
    (folder := tmp_path / "nginx").mkdir()
    with nginx_before(PROGRAM, (servers[0].port, servers[1].port), folder) as nginx:
        yield nginx


def a_person(config):
    engine = db.engine_for(config.database_url)
    with Session(engine) as session:
        name = a_user(session, Role.OFFICER).username
    engine.dispose()
    return name


def addresses(config):
    engine = db.engine_for(config.database_url)
    with Session(engine) as session:
        found = session.scalars(select(UserSession.address)).all()
    engine.dispose()
    return found


def cookie_of(answer):
    return answer.headers["Set-Cookie"].split(";")[0]


def test_signing_in_through_it_is_encrypted_and_comes_from_whoever_asked(servers, site, config):
    servers[0].start()
    name = a_person(config)

    shown = site.ask("GET", "/sign-in", source="127.0.0.2")
    cookie, page = shown.headers["Set-Cookie"], shown.read().decode()
    assert cookie.startswith("__Host-survey=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {
        p.strip() for p in cookie.split(";")
    }
    assert shown.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "server" not in shown.headers or shown.headers["Server"] == "nginx"

    entered = enter(site, name, cookie_of(shown), page)

    assert (entered.status, entered.read()) == (302, b"")
    assert not entered.headers["Location"].startswith("http://")
    assert addresses(config) == ["127.0.0.2"]


def enter(site, name, cookie, page):
    """Sign in from another address, saying of oneself that one is somewhere else."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    typed = {"csrf_token": token, "name": name, "username": name, "password": PASSWORD}
    return site.ask(
        "POST",
        "/sign-in",
        body=urlencode(typed).encode(),
        source="127.0.0.2",
        headers=SPOOFED
        | {
            "Cookie": cookie,
            "Referer": f"https://{HOST}/sign-in",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )


class AtSocket(Behind):
    """A whole service at a socket, as its unit starts it."""

    def start(self):
        # Not in the instance: a socket's path may have 107 bytes.
        self.place = Path(tempfile.mkdtemp(prefix="survey-")) / "web.sock"
        self._begin("flask", "--app=wsgi", "serve", "--no-demo", f"--socket={self.place}")
        until(self.place.exists)


def test_at_a_socket_nginx_alone_says_who_asks(config, tmp_path):
    """No port is open to others on the machine, who could say they are anybody."""
    server = AtSocket(config)
    try:
        server.start()
        name = a_person(config)
        with nginx_before(PROGRAM, (server.place, server.place), tmp_path) as site:
            shown = site.ask("GET", "/sign-in", source="127.0.0.2")
            entered = enter(site, name, cookie_of(shown), shown.read().decode())
        assert entered.status == 302
        assert called_well(server.place)
        assert addresses(config) == ["127.0.0.2"]
        assert stat.S_ISSOCK(server.place.stat().st_mode)
        with pytest.raises(ConnectionRefusedError):
            server.line().connect()
    finally:
        server.stop()
    assert not server.place.exists()
    assert not called_well(server.place)
    server.place.parent.rmdir()


def called_well(place):
    """Ask as the image's health check does, by its very command."""
    image = (DEPLOY / "compose" / "Dockerfile").read_text("utf-8")
    _, *words = json.loads(re.search(r"HEALTHCHECK.*\n    CMD (\[.+\])\n", image)[1])
    asked = [one.replace("/run/survey/web.sock", str(place)) for one in words]
    assert asked != words
    return not subprocess.run([sys.executable, *asked], capture_output=True, check=False).returncode


class AtPort(Behind):
    """A whole service on a machine of its own, that nginx knows by its certificate."""

    inside = None

    def environment(self):
        return super().environment() | {"TLS_FOLDER": str(self.inside)}

    def start(self):
        self._begin("flask", "--app=wsgi", "serve", "--no-demo", f"--port={self.port}")
        until(self.answers)

    def answers(self):
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0


def said_to(port, context=None):
    """What a machine answers whoever asks it past nginx, in the open or with a certificate."""
    with ExitStack() as lines:
        line = lines.enter_context(socket.create_connection(("127.0.0.1", port), 30))
        if context:
            line = lines.enter_context(context.wrap_socket(line, server_hostname="survey"))
        line.sendall(f"GET /health/live HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
        return line.recv(100)


def test_several_machines_know_nginx_by_its_certificate_and_it_knows_them(config, tmp_path):
    ours, others = inside(tmp_path / "ours"), inside(tmp_path / "others")
    server = AtPort(config)
    server.inside = ours["web1"]
    at = (server.port, server.port)
    for name in ("site", "stranger"):
        (tmp_path / name).mkdir()
    try:
        server.start()
        name = a_person(config)
        with nginx_before(
            PROGRAM, at, tmp_path / "site", machines=True, inside=ours["nginx"]
        ) as site:
            shown = site.ask("GET", "/sign-in", source="127.0.0.2")
            entered = enter(site, name, cookie_of(shown), shown.read().decode())
        assert entered.status == 302
        assert not entered.headers["Location"].startswith("http://")
        assert addresses(config) == ["127.0.0.2"]

        known = ssl.create_default_context(cafile=ours["nginx"] / AUTHORITY)
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            said_to(server.port, known)
        known.load_cert_chain(others["nginx"] / CERTIFICATE, others["nginx"] / KEY)
        with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
            said_to(server.port, known)
        known.load_cert_chain(ours["nginx"] / CERTIFICATE, ours["nginx"] / KEY)
        assert b" 200 " in said_to(server.port, known)
        assert b" 200 " not in said_to(server.port)
        with nginx_before(
            PROGRAM, at, tmp_path / "stranger", machines=True, inside=others["nginx"]
        ) as stranger:
            assert stranger.ask("GET", "/sign-in").status == 502
    finally:
        server.stop()


def test_what_is_not_the_site_s_is_not_answered(servers, site):
    servers[0].start()

    to_secure = site.ask("GET", "/sign-in?next=/x", secure=False)
    assert (to_secure.status, to_secure.headers["Location"]) == (
        308,
        f"https://{HOST}/sign-in?next=/x",
    )
    with pytest.raises(http.client.RemoteDisconnected):
        site.ask("GET", "/", host="elsewhere.example", secure=False)
    with pytest.raises(ssl.SSLError):
        site.ask("GET", "/", host="elsewhere.example")
    assert site.ask("GET", "/health/live", source="127.0.0.2").status == 403
    assert site.ask("GET", "/health/live").status == 200
    large = {"Content-Length": str(25 * 1024**2)}
    assert site.ask("POST", "/sign-in", body=b"", headers=large).status == 413


def test_no_word_that_opens_something_stands_in_its_log(servers, site, tmp_path):
    servers[0].start()
    word = "w0rd" * 10
    before = {"Referer": f"https://{HOST}/link/{word}"}

    for path in (f"/link/{word}", f"/calendar/{word}.ics", f"/verify/{word}?from={word}"):
        assert site.ask("GET", path).status in (200, 404)
        site.ask("GET", path, secure=False)
    site.ask("GET", f"/sign-in?next=/link/{word}", headers=before)
    site.ask("GET", f"//link/{word}")

    log = (tmp_path / "nginx" / "access.log").read_text()
    assert '"GET /link/-" 404' in log
    assert '"GET /link/-" 308' in log
    assert '"GET /sign-in" 200' in log
    assert word not in log


def test_nor_in_any_log_where_nobody_answers(site, tmp_path):
    word = "w0rd" * 10
    opening = (
        "link/{}",
        "/link/{}",
        "calendar/{}.ics",
        "verify/{}",
        "sign-in/identity/back?code={}",
    )

    for path in opening:
        answer = site.ask("GET", "/" + path.format(word))
        assert answer.status == 502
        assert "正在" in answer.read().decode()
    assert site.ask("GET", "/sign-in").status == 502

    logs = {name: (tmp_path / "nginx" / name).read_text() for name in ("access.log", "error.log")}
    assert '"GET /link/-" 502' in logs["access.log"]
    assert '"GET /sign-in HTTP/1.1"' in logs["error.log"]
    assert not [name for name, log in logs.items() if word in log]


def test_one_takes_over_from_the_other_without_anybody_noticing(servers, site):
    old, new = servers
    old.start()
    seen, enough = [], threading.Event()

    def read_on():
        while not enough.is_set():
            seen.append(site.ask("GET", "/sign-in").status)

    def some_more_are_answered():
        awaited = len(seen) + 20
        until(lambda: len(seen) >= awaited)

    readers = [threading.Thread(target=read_on) for _ in range(3)]
    for reader in readers:
        reader.start()
    new.start()
    old.stop()
    some_more_are_answered()
    old.start()
    new.stop()
    some_more_are_answered()
    enough.set()
    joined(*readers)

    assert set(seen) == {200}
    assert len(seen) > 40


@pytest.fixture
def vanished():
    """A machine that lost its power: whoever knocks is answered nothing, not even that nobody is in."""
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            knocking = waiting.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(full.getsockname())
        yield full.getsockname()[1]


def test_a_machine_that_vanishes_keeps_one_reader_waiting_and_not_every_second(
    servers, vanished, tmp_path
):
    servers[0].start()
    with nginx_before(PROGRAM, (vanished, servers[0].port), tmp_path, machines=True) as site:
        seen = [site.ask("GET", "/sign-in").status for _ in range(30)]

    assert seen == [200] * 30
    waited = [line for line in (tmp_path / "asked").read_text().split("\n") if "," in line]
    assert 1 <= len(waited) <= 3, "asked in vain, then another"


def test_five_hundred_slow_connections_keep_nobody_waiting(servers, site):
    """Silent ones, others in the middle of their request line, of a head, of what they send."""
    servers[0].start()
    head = f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\n".encode()
    begun = (b"GET /sign", head, head + b"Content-Length: 1000\r\n\r\nusername=")
    with ExitStack() as slow:
        for number in range(500):
            source = f"127.0.1.{1 + number % 5}"
            if number % 5:
                slow.enter_context(site.connected(source, secure=False))
            else:
                slow.enter_context(site.connected(source)).sendall(begun[number // 5 % 3])

        assert [site.ask("GET", "/sign-in").status for _ in range(5)] == [200] * 5


def test_while_nobody_answers_a_page_says_so_and_when_to_ask_again(servers, site):
    away = site.ask("GET", "/sign-in")

    assert (away.status, away.headers["Retry-After"]) == (502, "5")
    assert "系统正在重新启动" in away.read().decode()
