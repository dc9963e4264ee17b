from fastapi import FastAPI

from harbour.settings import Settings

settings = Settings(pilot_url="http://pilot", pilot_token="none", register=None)
app = FastAPI(title=settings.name)
