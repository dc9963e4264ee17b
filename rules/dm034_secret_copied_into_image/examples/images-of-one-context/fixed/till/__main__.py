import os

print(os.environ["SHOP_SECRET_KEY"])
