import os

import almanac

print(almanac.tides(os.environ["TIDE_STATION"]))
