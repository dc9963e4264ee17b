import os

import dj_database_url

DATABASES = {"default": dj_database_url.config()}

print("Started in", os.environ["TOWN"])
