"""Run the migrations over the connection that ``survey.migrations.migrate`` hands in."""

from alembic import context

from survey.tables import Table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
