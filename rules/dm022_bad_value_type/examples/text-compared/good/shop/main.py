import os

import uvicorn
from fastapi import FastAPI

app = FastAPI(title="Shop", debug=os.getenv("DEBUG", "").lower() == "true")
TRACE = bool(os.environ.get("TRACE"))
RELOAD = bool(int(os.environ["SHOP_RELOAD"]))

if os.getenv("SEED_DATA"):
    seed = os.getenv("SEED_DATA") != "no"

if os.getenv("RETRIES"):
    print("with retries")

if __name__ == "__main__":
    uvicorn.run("shop.main:app", reload=RELOAD)
