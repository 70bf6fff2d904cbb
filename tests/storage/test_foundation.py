"""The ground the other tests stand on: each gets a migrated database of its own."""

from sqlalchemy import Engine

from survey import db


def test_a_test_starts_with_a_migrated_database(engine: Engine):
    assert db.is_current(engine)


def test_the_application_is_well(client):
    response = client.get("/health")

    assert response.status_code == 200
    assert response.text == "ok\n"
