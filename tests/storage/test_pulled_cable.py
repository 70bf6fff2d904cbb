"""nginx before two machines of which one vanishes with a page in its hands."""

import re
import socket
from pathlib import Path

from tests.soak.networks import a_network, unplugged
from tests.support.nginx import DEPLOY, PROGRAM, nginx_before

NGINX_WAITS_FOR_A_PAGE = 75
ASKED = b"GET /sign-in "


def listening(machine):
    """Whoever answers on a machine, in the test's hand."""
    with machine.inside():
        return socket.create_server((machine.address, 8000))


def heed_the_settings_that_lie_beside():
    """Of the network this thread stands in."""
    said = (DEPLOY / "nginx" / "sysctl.conf").read_text("utf-8")
    for name, value in re.findall(r"^net\.(\S+) = (\d+)$", said, re.MULTILINE):
        Path("/proc/sys/net", *name.split(".")).write_text(value)


def test_a_page_in_the_hands_of_a_machine_that_vanishes_is_soon_made_by_another(tmp_path):
    with (
        a_network(("street", "first", "second")) as machines,
        listening(machines["first"]) as first,
        listening(machines["second"]) as second,
        machines["street"].inside(),
    ):
        heed_the_settings_that_lie_beside()
        at = tuple(f"{machines[name].address}:8000" for name in ("first", "second"))
        with (
            nginx_before(PROGRAM, at, tmp_path, machines=True) as site,
            site.connected("127.0.0.1") as reader,
        ):
            reader.sendall(ASKED + b"HTTP/1.0\r\nHost: szjt.example.gov.cn\r\n\r\n")
            begun, _ = first.accept()
            assert begun.recv(4096).startswith(ASKED)
            second.settimeout(NGINX_WAITS_FOR_A_PAGE / 2)
            with begun, unplugged(machines["first"], machines["street"]):
                again, _ = second.accept()
                with again:
                    assert again.recv(4096).startswith(ASKED)
                    again.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
                assert b" 200 OK" in reader.recv(4096)
