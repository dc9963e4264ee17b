import os

print(os.environ["APP_ENV"], os.environ["DEBUG"], os.environ.get("UVICORN_RELOAD"), os.environ["LOG_LEVEL"])
