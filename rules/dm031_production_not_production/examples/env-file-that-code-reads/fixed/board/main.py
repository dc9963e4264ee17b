import os

print(os.environ["ENVIRONMENT"])
