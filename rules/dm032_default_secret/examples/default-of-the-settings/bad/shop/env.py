from alembic import context

from shop.settings import settings

context.configure(url=settings.database_url)
