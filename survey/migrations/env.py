"""Run the migrations over the connection that ``survey.migrations.migrate`` hands in."""

from alembic import context

from survey.tables import Table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it; elsewhere it is a plain ALTER
)
with context.begin_transaction():
    context.run_migrations()
