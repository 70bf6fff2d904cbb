"""Two of everything, each a machine of its own: web, work, and beside them a database and a bucket.

A machine is a network namespace with a folder. Killed, it loses all that ran there and, but for the
database and the bucket, its folder too: another, empty one takes its place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from survey.clock import utc_now
from survey.config import Config
from survey.files import certificates
from survey.files.folder import Folder
from survey.running import serving
from tests.benchmarks.jobs import database_on
from tests.soak.alone import configured, opened
from tests.soak.blows import Part
from tests.soak.crowd import Crowd, a_crowd
from tests.soak.load import Front
from tests.soak.networks import NET, Machine, a_network
from tests.support.cluster import Cluster, a_cluster
from tests.support.forking import PROJECT
from tests.support.guardian import mark_of_the_run
from tests.support.servers import Process, Server

WEB, WORK = ("web1", "web2"), ("work1", "work2")
NAMES = ("street", *WEB, *WORK, "database", "bucket")
PORT, BUCKET_PORT = 8000, 9000


class Seat(Server):
    """The product on one machine, as its unit starts it: ``serve``, or ``work`` alone."""

    def __init__(self, config: Config, machine: Machine, street: Machine, hosts: str) -> None:
        super().__init__(config)
        self.port, self.url = PORT, f"http://{machine.address}:{PORT}"
        self._machine, self._street, self._hosts = machine, street, hosts
        self._gone = False

    def start(self) -> None:
        web = self._begin("flask", "--app=wsgi", "serve", f"--host={self._machine.address}",
                          f"--port={PORT}", "--no-demo")  # fmt: skip
        with self._street.inside():
            self._wait_until_well(web)

    def kill(self) -> None:
        """Let the machine and its disk be gone; an empty one stands in its place."""
        self._machine.kill()
        super().kill()
        shutil.rmtree(self.config.instance)
        self.config.instance.mkdir()

    def _begin(self, module: str, *arguments: str) -> Process:
        with self._machine.inside():
            self._processes.append(
                self._started(module, *arguments, environment=self.environment(), log=self.log)
            )
        return self._processes[-1]

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "BASE_URL": f"http://{self._hosts.partition(',')[0]}:{PORT}",
            "TRUSTED_HOSTS": self._hosts,
            "QUEUE_URL": self.config.queue_url,
            "CONTENT_URL": self.config.content_url,
            "SIGNING_FILE": str(self.config.signing_file),
            "AWS_ENDPOINT_URL": f"http://{NET}.{1 + NAMES.index('bucket')}:{BUCKET_PORT}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "invented",
            "AWS_SECRET_ACCESS_KEY": "invented",
        }


@dataclass
class Bucket:
    """The server of ``bucket.py`` on its machine; its disk outlives it."""

    machine: Machine
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = (self.machine.address, str(BUCKET_PORT), str(self.folder))
        with self.machine.inside():
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.bucket", *words],
                cwd=PROJECT,
                env={"PATH": os.environ["PATH"]} | mark_of_the_run(),
            )

    def kill(self) -> None:
        self.machine.kill()
        if self.process:
            self.process.wait()


@contextmanager
def several_machines(
    folder: Path, *, tablets: int, reports: int
) -> Iterator[tuple[Crowd, Sequence[Part]]]:
    """Run them in an empty folder; give who uses the site, from the street, and what may be killed."""
    with ExitStack() as running:
        machines = running.enter_context(a_network(NAMES))
        cluster = running.enter_context(a_database(machines["database"]))
        config = _installed(folder, database_on(cluster, "soak"), machines["database"])
        bucket = Bucket(machines["bucket"], folder / "kept")
        running.callback(bucket.kill)
        bucket.start()
        web = [_seat(machines, name, config, folder) for name in WEB]
        work = [_seat(machines, name, config, folder) for name in WORK]
        for one in (*web, *work):
            running.callback(one.kill)
        for one in web:
            one.start()
        for one in work:
            one.start_jobs()
        here = replace(config, database_url=cluster.url("soak"), queue_url=cluster.url("soak"))
        app, session = running.enter_context(opened(here))
        front = Front([(machines[name].address, PORT) for name in WEB])
        crowd = a_crowd(
            app, session, front, tablets=tablets, reports=reports,
            inside=machines["street"].inside, contents=Folder(folder / "kept" / "survey"),
        )  # fmt: skip
        yield (
            crowd,
            (
                _web("web1", web[0], crowd),
                _work("work1", work[0], crowd),
                Part("database", cluster.kill, lambda: _start(cluster, machines["database"])),
                _web("web2", web[1], crowd),
                _work("work2", work[1], crowd),
                Part("bucket", bucket.kill, bucket.start),
            ),
        )


def _web(name: str, seat: Seat, crowd: Crowd) -> Part:
    return Part(name, seat.kill, seat.start, crowd.goes_on, lambda: seat.has_ended)


def _work(name: str, seat: Seat, crowd: Crowd) -> Part:
    return Part(name, seat.kill, seat.start_jobs, crowd.goes_on, lambda: seat.has_ended)


@contextmanager
def a_database(machine: Machine) -> Iterator[Cluster]:
    """PostgreSQL on its machine, for all of the network."""
    with machine.inside(), ExitStack() as kept:
        cluster = kept.enter_context(a_cluster(synchronous_commit="on", listen_addresses="*"))
        left = kept.pop_all()
    with left:
        yield cluster


def _start(cluster: Cluster, machine: Machine) -> None:
    with machine.inside():
        cluster.start()


def _installed(folder: Path, url: str, database: Machine) -> Config:
    """Make the one installation that all machines are of; what they share is named, not copied."""
    (own := folder / "operator").mkdir()
    here = configured(own, url)
    serving.migrate(here)
    certificates.signer_of(here, utc_now())
    reached = f"postgresql://survey@{database.address}:5432/soak"
    return replace(
        here,
        database_url=reached,
        queue_url=reached,
        content_url="s3://survey",
        signing_file=own / certificates.OWN,
    )


def _seat(machines: dict[str, Machine], name: str, config: Config, folder: Path) -> Seat:
    (disk := folder / name).mkdir()
    hosts = ",".join(machines[one].address for one in WEB)
    return Seat(replace(config, instance=disk), machines[name], machines["street"], hosts)
