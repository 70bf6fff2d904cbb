"""Ten thousand answers and photos over a bad network, the server killed meanwhile, on both databases.

Five hundred more go through real pages in a real browser, which is killed as well.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright
from sqlalchemy.orm import Session

from survey import db
from survey.config import Config
from survey.joining import create_app
from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.jobs import database_on, installation
from tests.support.client import CheckingClient
from tests.support.cluster import a_cluster
from tests.support.delivering import deliver
from tests.support.people import a_consultant, a_user, visited
from tests.support.servers import serving
from tests.support.tablets import Tablet, deliver_by_pages, sign_in, take_along

DELIVERIES, KILLS, BY_PAGES = 5000, 25, 500
EXACTLY = "次恰好一次"
GROUP = f"现场送达：每种数据库 {DELIVERIES} 次，网络有错，服务器被强行终止 {KILLS} 次"


def measure(folder: Path) -> list[Figure]:
    """Deliver on SQLite, then on PostgreSQL, then through real pages."""
    with a_cluster() as cluster:
        url = database_on(cluster, "deliveries")
        return [
            _figure("SQLite", installation(folder / "sqlite")),
            _figure("PostgreSQL", installation(folder / "postgresql", url)),
            _by_pages(folder, installation(folder / "pages")),
        ]


def _by_pages(folder: Path, config: Config) -> Figure:
    with Session(db.engine_for(config.database_url), expire_on_commit=False) as session:
        consultant = a_consultant(session)
        visit = visited(session, a_user(session), consultant, level=2)
    with serving(config) as server, sync_playwright() as playwright:
        tablet = Tablet(playwright, folder / "browser", server.url)
        page = tablet.page()
        sign_in(page, consultant.username)
        take_along(page, visit.id)
        delivered = deliver_by_pages(
            tablet, page, server, visit.id, consultant.username, deliveries=BY_PAGES
        )
        tablet.close()
    exact = delivered.meant == delivered.kept
    title = f"真实页面（Chromium，{delivered.mix['crash']} 次强行终止浏览器）"
    return Figure(GROUP, title, BY_PAGES * exact, EXACTLY, at_least(BY_PAGES), str(delivered))


def _figure(title: str, config: Config) -> Figure:
    engine = db.engine_for(config.database_url)
    app = create_app(config, engine)
    app.test_client_class = CheckingClient
    with Session(engine, expire_on_commit=False) as session, serving(config) as server:
        outcome = deliver(app, session, server, deliveries=DELIVERIES, kills=KILLS)
    engine.dispose()
    exact = outcome.meant - outcome.lost - outcome.doubled - outcome.disordered
    return Figure(GROUP, title, exact, EXACTLY, at_least(DELIVERIES), str(outcome))
