"""Two hundred workers killed over five hundred jobs, on each storage a queue may stand in."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from survey.config import Config, sqlite_url
from survey.running import serving
from tests.benchmarks.figures import Figure, at_least
from tests.support.cluster import Cluster
from tests.support.killing import kill_over_a_queue
from tests.support.redis import redis_server

JOBS, KILLS = 500, 200
GROUP = f"后台任务：{JOBS} 件，工作进程被强行终止 {KILLS} 次"


def measure(folder: Path) -> list[Figure]:
    """Kill workers on SQLite, PostgreSQL and Redis, and on two machines that share a queue."""
    with _servers() as (postgresql, redis):
        alone = installation(folder / "sqlite")
        database = installation(folder / "database", one := postgresql("one"), queue_url=one)
        beside = installation(folder / "redis", postgresql("two"), queue_url=redis)
        first = installation(folder / "first", both := postgresql("three"), queue_url=both)
        second = installation(folder / "second", both, queue_url=both)
        return [
            _figure("SQLite", [alone]),
            _figure("PostgreSQL", [database]),
            _figure("Redis", [beside]),
            _figure("两台机器，共用 PostgreSQL", [first, second]),
        ]


def _figure(title: str, machines: list[Config]) -> Figure:
    """How many jobs had their effect exactly once; the note tells the rest."""
    outcome = kill_over_a_queue(machines, number=JOBS, kills=KILLS)
    return Figure(GROUP, title, outcome.once, "件恰好一次", at_least(JOBS), str(outcome))


@contextmanager
def _servers() -> Iterator[tuple[Callable[[str], str], str]]:
    """PostgreSQL, as what makes a database and gives its address, and Redis, for a while."""
    # On a short path, for each has a socket there.
    with tempfile.TemporaryDirectory(prefix="survey-jobs-", dir="/tmp") as kept:  # ours
        Path(kept).chmod(0o755)  # PostgreSQL may run as another user
        cluster = Cluster(Path(kept) / "postgres")
        cluster.create()
        try:
            with redis_server(Path(kept)) as redis:
                yield lambda name: database_on(cluster, name), redis
        finally:
            cluster.destroy()


def database_on(cluster: Cluster, name: str) -> str:
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return cluster.url(name)


def installation(folder: Path, database_url: str = "", queue_url: str = "") -> Config:
    folder.mkdir()
    config = Config(
        instance=folder,
        database_url=database_url or sqlite_url(folder / "survey.db"),
        secret_key=secrets.token_urlsafe(48),
        queue_url=queue_url,
    )
    serving.migrate(config)
    return config
