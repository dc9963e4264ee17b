import os

HOST = os.environ["SHOP_DATABASE_HOST"]
