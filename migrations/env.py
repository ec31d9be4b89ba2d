"""Runs the migrations on the database that `service.database.schema` hands over."""

from alembic import context

from directory.tables import metadata as directory_metadata
from service.database.tables import metadata as service_metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=[service_metadata, directory_metadata], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
