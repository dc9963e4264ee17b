import os


def read(name: str) -> list[str]:
    return os.environ.get(name, "").split(",")


limits = {}
for route in ("home", "parcels"):
    env_name = f"ROUTE_LIMIT_{route.upper()}"
    limits[route] = read(env_name)

for carrier in limits:
    env_key = f"{carrier.upper()}_TOKEN"
    if env_key in os.environ:
        limits[carrier].append(os.environ[env_key])
