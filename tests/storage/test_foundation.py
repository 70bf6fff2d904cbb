"""The ground the other tests stand on: each gets a migrated database of its own."""

from sqlalchemy import Engine, inspect

from survey.tables import Table


def test_a_test_starts_with_a_migrated_database(engine: Engine):
    assert set(inspect(engine).get_table_names()) > set(Table.metadata.tables)


def test_the_application_is_well(client):
    response = client.get("/health/ready")

    assert response.status_code == 200
    assert response.json == {"database": "ok", "contents": "ok"}
