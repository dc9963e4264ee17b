from billing.settings import settings

print(settings.invoice_prefix)
