"""Asking clamd: what it answers, and whatever is no answer."""

import socketserver
import threading

import pytest

from survey.files import clamd
from survey.files.clamd import CLEAN, Unanswered
from tests.support.clamd import EICAR, FOUND, MOST, a_clamd
from tests.support.patience import joined
from tests.support.servers import free_port


@pytest.mark.parametrize(
    "address",
    ["clamd", "tcp://", "tcp://here:70000", "tcp://here:0", "tcp://[::1", "unix:clamd.ctl"],
)
def test_an_address_that_is_none_is_refused_at_the_start(address):
    with pytest.raises(ValueError, match="CLAMD"):
        clamd.require_address(address)


@pytest.mark.parametrize("address", ["tcp://here", "tcp://[::1]:3310", "unix:/run/clamd.ctl"])
def test_addresses_of_clamd_are_hosts_and_sockets(address):
    clamd.require_address(address)


@pytest.fixture(params=["tcp", "unix"])
def running(request, tmp_path):
    with a_clamd(tmp_path / "clamd.ctl" if request.param == "unix" else None) as one:
        yield one


def test_a_content_is_clean_or_something_is_found_in_it(running):
    assert clamd.scanned(running.address, [b"harmless"]) == CLEAN
    assert clamd.scanned(running.address, [EICAR.encode()]) == FOUND


def test_a_content_goes_whole_however_it_is_cut(running):
    whole = b"x" * 200_000 + EICAR.encode()

    assert clamd.scanned(running.address, [whole]) == FOUND
    assert clamd.scanned(running.address, [whole[:-9], b"", whole[-9:]]) == FOUND
    assert clamd.scanned(running.address, []) == CLEAN
    assert running.looked[-3:] == [len(whole), len(whole), 0]


def test_one_that_is_too_large_for_it_is_not_taken_for_clean(running):
    with pytest.raises(Unanswered):
        clamd.scanned(running.address, [b"x" * (MOST + 10)])


def test_it_says_whether_it_is_there(running, tmp_path):
    assert clamd.answers(running.address)
    assert not clamd.answers(f"tcp://127.0.0.1:{free_port()}")
    assert not clamd.answers(f"unix:{tmp_path}/nothing")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"stream: OK",
        b"stream: FOUND\0",
        b"OKAY\0",
        b"stream: x ERROR\0",
        b"\xff\0",
        b"x" * 9000,
    ],
)
def test_whatever_is_no_answer_is_none(said):
    class Odd(socketserver.StreamRequestHandler):
        def handle(self):
            self.rfile.readline(100)
            self.wfile.write(said)

    with socketserver.TCPServer(("127.0.0.1", 0), Odd) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(Unanswered):
            clamd.scanned(f"tcp://127.0.0.1:{server.server_address[1]}", [b"a\n"])
        joined(thread)


@pytest.mark.parametrize("address", ["127.0.0.1:3310", "unix:clamd.ctl", "tcp://", "http://x"])
def test_an_address_that_is_none_is_refused_when_the_application_starts(address):
    with pytest.raises(ValueError, match="CLAMD"):
        clamd.require_address(address)
    clamd.require_address("unix:/run/clamav/clamd.ctl")
    clamd.require_address("tcp://127.0.0.1:3310")
