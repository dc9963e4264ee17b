from alembic import context

from marina.settings import Settings

context.configure(url=f"postgresql://marina:{Settings().db_password.get_secret_value()}@db/marina")
