from fastapi import FastAPI

from shop.settings import settings

app = FastAPI(title=f"{settings.greeting} ({settings.environment})", debug=settings.debug)
