from fastapi import FastAPI

from admin.views import admin

api = FastAPI()
api.mount("/admin", admin)
