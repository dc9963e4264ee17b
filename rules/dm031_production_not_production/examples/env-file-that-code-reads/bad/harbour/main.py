import os

print(os.environ["ENVIRONMENT"], os.getenv("HARBOUR_DEBUG"))
