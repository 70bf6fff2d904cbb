"""Pages are opened over SQLite by day and over PostgreSQL by night: what differs between the two is
the business of `tests/storage`, which asks both every time."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.tables import Role, Round, User
from tests.support.bureau import a_district, at_desk
from tests.support.client import CheckingClient
from tests.support.people import a_round, a_user

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the night what is asked of PostgreSQL here."""
    for item in items:
        shape = getattr(item, "callspec", None)
        if HERE in item.path.parents and shape and "postgresql" in shape.params.values():
            item.add_marker(pytest.mark.nightly)


@pytest.fixture
def round_(session: Session) -> Round:
    return a_round(session)


@pytest.fixture
def officer(session: Session) -> User:
    return a_user(session, Role.OFFICER)


@pytest.fixture
def desk(app: Flask, session: Session, officer: User) -> CheckingClient:
    """The officer's browser, in a district with its plan."""
    a_district(session)
    return at_desk(app, session, officer)
