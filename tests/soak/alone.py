"""One machine with PostgreSQL: a web server, a worker and the database, each a process that may be killed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from survey import db
from survey.config import Config
from survey.joining import create_app
from survey.running import serving
from tests.benchmarks.jobs import database_on
from tests.soak.blows import Part
from tests.soak.crowd import Crowd, a_crowd
from tests.support.client import CheckingClient
from tests.support.cluster import a_cluster
from tests.support.servers import Server


class Queued(Server):
    """A server whose jobs wait in the database."""

    def environment(self) -> dict[str, str]:
        return super().environment() | {"QUEUE_URL": self.config.queue_url}


@contextmanager
def one_machine(
    folder: Path, *, tablets: int, reports: int
) -> Iterator[tuple[Crowd, Sequence[Part]]]:
    """Run it in an empty folder; give who uses it and what may be killed."""
    # Whoever is told that something is kept has it from the database: it must be out of its memory.
    with a_cluster(synchronous_commit="on") as cluster:
        url = database_on(cluster, "soak")
        serving.migrate(config := configured(folder, url, queue_url=url))
        web, worker = Queued(config, workers=2, threads=8), Queued(config)
        with _started(web, worker), opened(config) as (app, session):
            yield (
                a_crowd(app, session, web, tablets=tablets, reports=reports),
                (
                    Part("web", web.kill, web.start, has_ended=lambda: web.has_ended),
                    Part(
                        "worker", worker.kill, worker.start_jobs, has_ended=lambda: worker.has_ended
                    ),
                    Part("database", cluster.kill, cluster.start),
                ),
            )


def configured(folder: Path, url: str, queue_url: str = "") -> Config:
    """Return an installation in a folder; its database is not migrated yet."""
    return Config(
        instance=folder,
        database_url=url,
        queue_url=queue_url,
        secret_key=secrets.token_urlsafe(48),
        second_factor=frozenset({"none"}),
    )


@contextmanager
def _started(web: Server, worker: Server) -> Iterator[None]:
    try:
        web.start()
        worker.start_jobs()
        yield
    finally:
        web.kill()
        worker.kill()


@contextmanager
def opened(config: Config) -> Iterator[tuple[Flask, Session]]:
    """The application over the same rows, for whoever invents people and counts."""
    engine = db.engine_for(config.database_url)
    app = create_app(config, engine)
    app.test_client_class = CheckingClient
    with Session(engine, expire_on_commit=False) as session:
        yield app, session
    engine.dispose()
