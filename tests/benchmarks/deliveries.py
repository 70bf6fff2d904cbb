"""Ten thousand answers and photos over a bad network, the server killed meanwhile, on both databases."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from survey import db
from survey.config import Config
from survey.joining import create_app
from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.jobs import database_on, installation
from tests.support.client import CheckingClient
from tests.support.cluster import Cluster
from tests.support.delivering import deliver
from tests.support.servers import serving

DELIVERIES, KILLS = 5000, 25
GROUP = f"现场送达：每种数据库 {DELIVERIES} 次，网络有错，服务器被强行终止 {KILLS} 次"


def measure(folder: Path) -> list[Figure]:
    """Deliver on SQLite, then on PostgreSQL."""
    with _postgresql() as url:
        return [
            _figure("SQLite", installation(folder / "sqlite")),
            _figure("PostgreSQL", installation(folder / "postgresql", url)),
        ]


def _figure(title: str, config: Config) -> Figure:
    engine = db.engine_for(config.database_url)
    app = create_app(config, engine)
    app.test_client_class = CheckingClient
    with Session(engine, expire_on_commit=False) as session, serving(config) as server:
        outcome = deliver(app, session, server, deliveries=DELIVERIES, kills=KILLS)
    engine.dispose()
    exact = outcome.meant - outcome.lost - outcome.doubled - outcome.disordered
    return Figure(GROUP, title, exact, "次恰好一次", at_least(DELIVERIES), str(outcome))


@contextmanager
def _postgresql() -> Iterator[str]:
    # On a short path, for it has a socket there.
    with tempfile.TemporaryDirectory(prefix="survey-sent-", dir="/tmp") as kept:  # ours
        Path(kept).chmod(0o755)  # PostgreSQL may run as another user
        cluster = Cluster(Path(kept) / "postgres")
        cluster.create()
        try:
            yield database_on(cluster, "deliveries")
        finally:
            cluster.destroy()
