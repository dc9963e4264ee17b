import os

import asyncpg

connection = asyncpg.connect(os.environ["DATABASE_URL"])
