import os

DEBUG = os.environ.get("DJANGO_DEBUG", "False")
DEBUG = DEBUG.lower() in {"1", "true"}
INSTALLED_APPS = ["shop"]
