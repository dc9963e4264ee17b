import os

from hoist import limit

print(limit, os.environ["CRANE_SPEED"])
