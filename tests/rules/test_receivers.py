"""Where other systems may be told what happened: which addresses are taken, which machines are reached."""

from __future__ import annotations

import socket
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from survey.config import Config, from_environment
from survey.jobs import calls
from survey.lifecycle.errors import Invalid
from survey.lifecycle.receivers import may_reach, receiver
from tests.support.certificates import a_certificate
from tests.support.receiver import receiving

CONFIG = Config(
    instance=Path(),
    database_url="",
    secret_key="",
    webhook_hosts=frozenset({"data.example.cn", "erp.example.cn:8443", "127.0.0.1:9000"}),
)
HERE = replace(CONFIG, webhook_networks=(ip_network("127.0.0.0/8"),))
OFFICE = replace(CONFIG, webhook_networks=(ip_network("10.8.0.0/16"),))


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://data.example.cn/events?of=szjt", "data.example.cn", 443, "/events?of=szjt"),
        ("https://DATA.example.cn", "data.example.cn", 443, "/"),
        ("https://erp.example.cn:8443/x", "erp.example.cn", 8443, "/x"),
    ],
)
def test_an_address_of_an_allowed_host_is_taken(url, host, port, path):
    found = receiver(CONFIG, url)
    assert (found.secure, found.host, found.port, found.path) == (True, host, port, path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data.example.cn/events",
        "ftp://data.example.cn/",
        "file:///etc/passwd",
        "https:///events",
        "https://data.example.cn:99999/",
        "https://[::1/",
        "https://user:password@data.example.cn/",
        "https://data.example.cn@other.example.cn/",
        "https://data.example.cn/#part",
        "https://data.example.cn/a b",
        "https://data.example.cn\\@other.example.cn/",
        "https://data.example.cn/\r\nHost: other",
        "https://数据.example.cn/",
        "https://data.example.cn:8443/",
        "https://erp.example.cn/",
        "https://other.example.cn/",
        "https://sub.data.example.cn/",
        "https://data.example.cn.other.cn/",
        "https://127.0.0.1/",
        "http://data.example.cn/",
        "http://127.0.0.1:9000/",
        "https://data.example.cn/" + "x" * 500,
    ],
)
def test_another_address_is_refused_with_the_remedy(url):
    with pytest.raises(Invalid) as refused:
        receiver(CONFIG, url)
    assert refused.value.fields["url"].endswith("。")


def test_http_is_taken_for_this_machine_alone_and_only_where_that_is_allowed():
    assert not receiver(HERE, "http://127.0.0.1:9000/").secure
    with pytest.raises(Invalid):
        receiver(HERE, "http://data.example.cn/")


INSIDE = [
    *("127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0"),  # noqa: S104  # an address to be refused
    *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:0a00:1::"),
    *("::127.0.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b:1::a00:1", "fec0::1", "5f00::1"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_a_machine_inside_is_not_reached(address):
    assert not may_reach(CONFIG, ip_address(address), secure=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_a_public_machine_is_reached_and_never_in_the_open(address):
    assert may_reach(CONFIG, ip_address(address), secure=True)
    assert not may_reach(HERE, ip_address(address), secure=False)


def test_a_machine_of_an_allowed_network_is_reached():
    assert may_reach(OFFICE, ip_address("10.8.3.4"), secure=True)
    assert may_reach(OFFICE, ip_address("::ffff:10.8.3.4"), secure=True)
    assert not may_reach(OFFICE, ip_address("10.9.3.4"), secure=True)
    assert not may_reach(OFFICE, ip_address("10.8.3.4"), secure=False)
    assert may_reach(HERE, ip_address("127.0.0.1"), secure=False)


def test_settings_are_read_from_the_environment_and_a_slip_stops_the_start(tmp_path):
    said = {
        "INSTANCE": str(tmp_path),
        "WEBHOOK_HOSTS": " Data.example.cn, erp.example.cn:8443 ",
        "WEBHOOK_NETWORKS": "10.8.0.0/16,fd00::/8",
    }
    config = from_environment(said)
    assert config.webhook_hosts == {"data.example.cn", "erp.example.cn:8443"}
    assert set(config.webhook_networks) == {ip_network("10.8.0.0/16"), ip_network("fd00::/8")}
    with pytest.raises(ValueError, match=r"10\.8"):
        from_environment(said | {"WEBHOOK_NETWORKS": "10.8.0.1/16"})


def test_a_name_is_refused_if_one_of_its_addresses_lies_inside(monkeypatch):
    answers = [(2, 1, 6, "", (one, 443)) for one in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(calls.socket, "getaddrinfo", lambda *_given, **_named: answers)
    with pytest.raises(calls.Silent) as refused:
        calls.addresses(CONFIG, receiver(CONFIG, "https://data.example.cn/"))
    assert refused.value.fault == "address"


def test_a_name_is_asked_after_once_so_that_a_second_answer_leads_nowhere(monkeypatch):
    """DNS rebinding: the name leads to us first, elsewhere a moment later."""
    with receiving() as one:
        config = replace(one.allowed_by(CONFIG), webhook_hosts=frozenset({f"localhost:{one.port}"}))
        asked = []

        def ask(host, port, **_named):
            asked.append(host)
            return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port))]

        monkeypatch.setattr(calls.socket, "getaddrinfo", lookup_of(ask, calls.socket.getaddrinfo))
        to = receiver(config, f"http://localhost:{one.port}/events")
        assert calls.post(config, to, b"{}", {}).status == 204
    assert asked == ["localhost"]


def lookup_of(names, numbers):
    """Names are asked of ``names``; an address in figures stays what it is."""

    def ask(host, port, *given, **named):
        plain = host.replace(".", "").isdecimal()
        return numbers(host, port, *given, **named) if plain else names(host, port, **named)

    return ask


def test_nobody_listening_is_said_so():
    with receiving() as one:
        config, url = one.allowed_by(CONFIG), one.url
    found = calls.post(config, receiver(config, url), b"{}", {})
    assert (found.status, found.fault) == (None, "connection")


def test_finding_a_machine_counts_to_the_time_of_a_request(monkeypatch):
    """However many addresses a name leads to: none is tried once the time is over."""
    monkeypatch.setattr(calls, "SECONDS", 0)
    with receiving() as one:
        config = one.allowed_by(CONFIG)
        found = calls.post(config, receiver(config, one.url), b"{}", {})
    assert (found.status, found.fault, one.told) == (None, "connection", [])


# --- encrypted ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issued_to", "trusted", "said"),
    [
        ("localhost", True, (204, "")),
        ("localhost", False, (None, "certificate")),
        ("other.example.cn", True, (None, "certificate")),
    ],
)
def test_a_certificate_is_trusted_and_the_hosts_or_nothing_is_sent(
    tmp_path, monkeypatch, issued_to, trusted, said
):
    (file := tmp_path / "receiver.pem").write_bytes(b"".join(a_certificate(issued_to)))
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with receiving(file, "localhost") as one:
        config = replace(one.allowed_by(CONFIG), webhook_hosts=frozenset({f"localhost:{one.port}"}))
        found = calls.post(config, receiver(config, one.url), b"{}", {})
        assert (found.status, found.fault) == said
        assert len(one.told) == (1 if said[0] else 0)


def test_a_receiver_that_never_ends_its_handshake_is_let_go(monkeypatch):
    monkeypatch.setattr(calls, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        config = replace(HERE, webhook_hosts=frozenset({f"127.0.0.1:{port}"}))
        found = calls.post(config, receiver(config, f"https://127.0.0.1:{port}/"), b"{}", {})
    assert (found.status, found.fault) == (None, "slow")
