import os

limit = os.environ["HOIST_LIMIT"]
