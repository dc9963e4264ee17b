import os

from tree import normalise

DEPOTS = normalise(os.environ)
REGIONS = os.environ.get("PARCELS_REGIONS")
