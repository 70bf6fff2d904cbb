"""Tests that say that nothing was changed would have seen a change, whoever made it."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey import db
from survey.tables import Role
from tests.support.people import a_user
from tests.support.world import contents


def test_a_row_written_here_or_by_anybody_else_is_seen(session, settings, engine):
    before = contents(session)
    assert contents(session) == before

    a_user(session, Role.OFFICER)
    by_itself = contents(session)

    assert by_itself != before
    with Session(engine) as colleague:
        a_user(colleague, Role.OFFICER)
    by_a_colleague = contents(session)
    assert by_a_colleague != by_itself
    elsewhere = db.engine_for(settings.database_url)
    with Session(elsewhere) as other, db.writing(other):
        other.execute(text("UPDATE users SET name = '虚构改名'"))
    elsewhere.dispose()
    assert contents(session) != by_a_colleague
