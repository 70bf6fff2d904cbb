"""An officer in front of a browser: the database behind a server, and the way in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from survey import db
from survey.tables import Role, Round, User
from tests.support.browsing import next_page
from tests.support.people import PASSWORD, a_round, a_user
from tests.support.servers import Server


@contextmanager
def an_officer_at(server: Server) -> Iterator[tuple[Session, User, Round]]:
    """An officer, a round to be deleted, and the database of a server."""
    engine = db.engine_for(server.config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        yield session, a_user(session, Role.OFFICER), a_round(session, title="虚构轮次")
    engine.dispose()


def sign_in(page: Page, user: User) -> None:
    page.goto("/sign-in")
    page.fill("#username", user.username)
    page.fill("#password", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
