import os

from jetty_constants.lengths import (
    JETTY_REACH,
    WIDTH,
)

print(JETTY_REACH * WIDTH)

print("Started in", os.environ["TOWN"])
