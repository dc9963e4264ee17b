import os

PORT = os.environ["FERRY_PORT"]
