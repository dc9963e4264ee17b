"""Migrations of the Acme platform."""

from alembic import context
from sqlalchemy import create_engine

from acme.platform.settings import settings

engine = create_engine(settings.database.dsn)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
