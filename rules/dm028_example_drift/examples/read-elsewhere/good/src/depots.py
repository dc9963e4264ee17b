import os

from tree import normalise

DEPOTS = normalise(os.environ)
