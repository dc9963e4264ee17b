from kiosk.settings import settings

print(settings.kiosk_title, settings.kiosk_token)
