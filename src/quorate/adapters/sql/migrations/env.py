"""Alembic's entry: runs the steps on the connection, and in the transaction, that it is handed."""

from __future__ import annotations

from alembic import context

from quorate.adapters.sql.projections import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
