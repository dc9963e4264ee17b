import os

print(os.environ["ENVIRONMENT"], os.getenv("APP_DEBUG"))
