import os

print(os.environ["SHOP_CURRENCY"])
