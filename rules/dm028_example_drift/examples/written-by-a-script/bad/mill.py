import os

print(os.environ["MILL_GRAIN"], os.environ["MILL_STONE"])
