import os

from tree import normalise

DEPOTS = normalise(os.environ)
REGIONS = os.environ["PARCELS_REGIONS"]
