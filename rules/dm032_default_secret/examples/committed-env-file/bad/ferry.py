import os

for name in ("SESSION_SECRET", "FERRY_ROUTE", "MAIL_TOKEN"):
    print(len(os.environ[name]))
