import os


def read(name: str) -> list[str]:
    return os.environ.get(name, "").split(",")


limits = {}
for route in ("home", "parcels"):
    env_name = f"ROUTE_LIMIT_{route.upper()}"
    limits[route] = read(env_name)
