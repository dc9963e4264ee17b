import os

print(os.environ["APP_ENV"], os.environ["ENVIRONMENT"])
