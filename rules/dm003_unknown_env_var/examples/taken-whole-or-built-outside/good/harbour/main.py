import os

LINE = os.environ["FERRY_LINE"]
