"""Machines that are network namespaces: each its own address on one switch, and nothing on this machine's own.

A namespace lives as long as the sleeper that was started in it; with it go its end of the cable and
the other. Whoever stands ``inside`` one opens sockets there, and what they start lives there.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.guardian import mark_of_the_run
from tests.support.patience import until

CLONE_NEWNET = 0x40000000
NET = "198.18.0"
"""Addresses set aside for trying out devices (RFC 2544): nobody's."""
OWN = Path("/proc/thread-self/ns/net")


class Refused(OSError):
    """This machine, or this user, may not make networks."""


@dataclass(frozen=True)
class Machine:
    """One namespace, held by a sleeper."""

    name: str
    address: str
    sleeper: subprocess.Popen[bytes]

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Let this thread, and whatever it starts, live there as long as the block lasts."""
        with _coming_back(), Path(f"/proc/{self.sleeper.pid}/ns/net").open() as there:
            _call("setns", there.fileno(), CLONE_NEWNET)
            yield

    def kill(self) -> None:
        """End all that runs there this instant, as pulling the plug would, and wait until it has."""
        while killed := list(self._running()):
            for pid in killed:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            until(lambda killed=killed: not {*self._running()} & {*killed})

    def _running(self) -> Iterator[int]:
        """Give the processes of this network, but for the sleeper; who has ended has none."""
        here = Path(f"/proc/{self.sleeper.pid}/ns/net").readlink()
        for process in Path("/proc").glob("[0-9]*"):
            pid = int(process.name)
            with suppress(OSError):
                lives_here = (process / "ns" / "net").readlink() == here
                if lives_here and pid not in (self.sleeper.pid, os.getpid()):
                    yield pid


@contextmanager
def a_network(names: Sequence[str]) -> Iterator[dict[str, Machine]]:
    """Lay a switch and a machine of each name on it; the first has the switch.

    Raises:
        OSError: It is not allowed here (``Refused``), or there is no ``ip``.
    """
    with ExitStack() as made:
        machines = {
            name: Machine(name, f"{NET}.{number}", made.enter_context(_asleep()))
            for number, name in enumerate(names, 1)
        }
        first, *others = machines.values()
        with first.inside():
            _ip("link add switch type bridge")
            _ip(f"address add {first.address}/24 dev switch")
            _ip("link set switch up")
            _ip("link set lo up")
            for one in others:
                _ip(f"link add name {one.name} type veth peer name cable netns {one.sleeper.pid}")
                _ip(f"link set {one.name} master switch up")
        for one in others:
            with one.inside():
                _ip(f"address add {one.address}/24 dev cable")
                _ip("link set cable up")
                _ip("link set lo up")
        try:
            yield machines
        finally:
            for one in machines.values():
                one.kill()


@contextmanager
def unplugged(machine: Machine, switch: Machine) -> Iterator[None]:
    """Pull a machine's cable as long as the block lasts: nobody tells its partners that it is gone."""
    with switch.inside():
        _ip(f"link set {machine.name} down")
    try:
        yield
    finally:
        with switch.inside():
            _ip(f"link set {machine.name} up")


def may_be_made() -> bool:
    """Whether this user may make networks on this machine."""
    try:
        with a_network(("first", "second")):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def _asleep() -> Iterator[subprocess.Popen[bytes]]:
    """Start a sleeper in a new network."""
    with _coming_back():
        _call("unshare", CLONE_NEWNET)
        sleeper = subprocess.Popen(
            ["sleep", "infinity"], env={"PATH": os.environ["PATH"]} | mark_of_the_run()
        )
    try:
        yield sleeper
    finally:
        sleeper.kill()
        sleeper.wait()


@contextmanager
def _coming_back() -> Iterator[None]:
    with OWN.open() as here:
        try:
            yield
        finally:
            _call("setns", here.fileno(), CLONE_NEWNET)


def _call(name: str, *arguments: int) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        raise Refused(ctypes.get_errno(), name)


def _ip(words: str) -> None:
    subprocess.run(
        ["ip", *words.split()],
        check=True,
        capture_output=True,
        env={"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
    )
