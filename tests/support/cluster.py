"""A throw-away PostgreSQL cluster: on a socket only, in a temporary folder, unsafe and fast."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.support.guardian import family, mark_of_the_run
from tests.support.patience import until

UNSAFE_AND_FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    # Its shared segments lie in its own folder: a killed cluster leaves none in /dev/shm.
    "dynamic_shared_memory_type": "mmap",
}


class ServerMissing(RuntimeError):
    """PostgreSQL's server programs are not on this machine; `make setup-test` installs them."""


@dataclass(frozen=True)
class Cluster:
    """One cluster under ``folder``, which must be short: a socket's path has 107 letters at most.

    PostgreSQL refuses to run as root, so root hands the folder to an unprivileged user.

    Attributes:
        settings: Of its own, over ``UNSAFE_AND_FAST``.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def create(self) -> None:
        """Make the cluster and start it."""
        self.folder.mkdir(parents=True)
        if user := _unprivileged():
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run(
            "initdb",
            *("--username=survey", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"),
            "--no-sync",
        )
        settings = UNSAFE_AND_FAST | {"unix_socket_directories": str(self.folder)} | self.settings
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        if settings["listen_addresses"]:  # it stands in a network of its own
            with (self._data / "pg_hba.conf").open("a") as file:
                file.write("host all all samenet trust\n")
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "--wait", f"--log={self.folder / 'log'}", "start")

    def stop(self) -> None:
        """Stop at once, without waiting for anybody's connection."""
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def kill(self) -> None:
        """End all its processes this instant, as a crash would, and wait until they are gone."""
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        for pid in (killed := family(first)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(map(_runs, killed)))
        # The next one believes in these as long as nobody has asked after the dead.
        for lock in (self._data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)

    def destroy(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://survey@/{database}?host={quote(str(self.folder), safe='')}"

    def _run(self, program: str, *arguments: str) -> None:
        user = _unprivileged()
        subprocess.run(
            [_program(program), f"--pgdata={self._data}", *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd="/",
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            # pg_ctl reads more from the environment than is good for a cluster of our own.
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"} | mark_of_the_run(),
        )


@contextmanager
def a_cluster(**settings: str) -> Iterator[Cluster]:
    """A cluster for a while; on a short path, for its socket lies there."""
    with tempfile.TemporaryDirectory(prefix="survey-", dir="/tmp") as kept:  # ours
        Path(kept).chmod(0o755)  # PostgreSQL may run as another user
        cluster = Cluster(Path(kept) / "postgres", settings)
        cluster.create()
        try:
            yield cluster
        finally:
            cluster.destroy()


def _runs(process: int) -> bool:
    """Whether it has not ended; one that its parent has not asked after yet has."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _unprivileged() -> pwd.struct_passwd | None:
    """Return whom root runs the server as; None when nobody need change."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _program(name: str) -> str:
    """Find a server program where Debian keeps it, newest release first, else on the path."""
    releases = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]),
        reverse=True,
    )
    found = str(releases[0]) if releases else shutil.which(name)
    if not found:
        raise ServerMissing(name)
    return found
