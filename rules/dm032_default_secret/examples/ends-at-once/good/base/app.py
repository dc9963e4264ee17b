import os

print(os.environ["FLASK_ENV"], os.environ["VAULT_PW_SECRET_KEY"])
