import os

PREFIX = "SHOP_"


def colour(name: str) -> str | None:
    return os.environ.get(f"{PREFIX}{name}")


print(os.getenv("BANNER"))
