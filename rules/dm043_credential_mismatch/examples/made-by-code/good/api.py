import os

from sqlalchemy_utils import create_database, database_exists

url = os.environ["DATABASE_URL"]
if not database_exists(url):
    create_database(url)
