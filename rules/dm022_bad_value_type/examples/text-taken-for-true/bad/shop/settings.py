import os

DEBUG = os.environ.get("DJANGO_DEBUG", False)
INSTALLED_APPS = ["shop"]
TEMPLATE_DEBUG = DEBUG
