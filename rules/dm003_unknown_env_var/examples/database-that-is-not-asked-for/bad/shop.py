import os

import psycopg

connection = psycopg.connect(host=os.environ["DB_HOST"])
