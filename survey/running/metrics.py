"""Counts and states for a watching system (Prometheus), on an address of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from survey import clock, db
from survey.config import Config
from survey.store import jobs, mails, webhooks

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def begin_anew(config: Config) -> None:
    """Empty the files of counts: those of processes that ended would be counted for ever."""
    if config.metrics and config.counts.is_dir():
        for one in config.counts.glob("*.db"):
            one.unlink(missing_ok=True)


def serve(config: Config, sessions: sessionmaker[Session]) -> None:
    """Answer at the address of METRICS, in a thread of this process, where there is one.

    Raises:
        OSError: Somebody else listens there.
    """
    if not config.metrics:
        return
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(config.counts))  # type: ignore[no-untyped-call]
    registry.register(States(config, sessions))
    host, _, port = config.metrics.rpartition(":")
    start_http_server(int(port), host or "127.0.0.1", registry=registry)


class States:
    """How things stand when they are asked after: database, jobs, mails, disk."""

    def __init__(self, config: Config, sessions: sessionmaker[Session]) -> None:
        self._config, self._sessions = config, sessions

    def collect(self) -> Iterator[Metric]:
        """Yield each state; where the database does not answer, only that and the disk."""
        from prometheus_client.core import GaugeMetricFamily

        def gauge(name: str, words: str, value: float) -> Metric:
            return GaugeMetricFamily(f"survey_{name}", words, value=value)

        disk = shutil.disk_usage(self._config.instance)
        yield gauge("disk_free_bytes", "Free where the instance lies.", disk.free)
        yield gauge("disk_size_bytes", "Its whole size.", disk.total)
        try:
            with self._sessions() as session:
                found = self._asked(session)
        except (SQLAlchemyError, db.DatabaseMissing):
            yield gauge("database_up", "Whether the database answers.", 0)
            return
        yield gauge("database_up", "Whether the database answers.", 1)
        states = GaugeMetricFamily("survey_jobs", "Jobs by state.", labels=["state"])
        for state, number in found["jobs"].items():
            states.add_metric([state], number)
        yield states
        yield gauge("queue_oldest_seconds", "Age of the oldest due job nobody began.", found["age"])
        events = GaugeMetricFamily(
            "survey_webhook_deliveries", "Events by state.", labels=["state"]
        )
        for state, number in found["deliveries"].items():
            events.add_metric([state], number)
        yield events
        yield gauge("webhooks_failed", "Webhooks switched off by themselves.", found["failed"])
        yield gauge("mails_waiting", "Mails not handed over.", found["mails"])

    def _asked(self, session: Session) -> dict[str, Any]:
        now = clock.utc_now()
        return {
            "jobs": jobs.count_by_state(session),
            "age": jobs.oldest_wait(session, now),
            "deliveries": webhooks.count_by_state(session),
            "failed": len(webhooks.failed(session)),
            "mails": mails.count_waiting(session),
        }
