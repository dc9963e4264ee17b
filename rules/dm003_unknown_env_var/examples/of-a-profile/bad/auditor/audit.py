import os

print(os.environ["AUDIT_LEDGER"])
