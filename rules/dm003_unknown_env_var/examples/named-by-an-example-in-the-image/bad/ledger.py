import os

print(os.environ["LEDGER_HOST"])
