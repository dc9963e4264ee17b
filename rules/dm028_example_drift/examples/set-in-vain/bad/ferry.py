import os

SIZE = os.environ["FERRY_SIZE"]
