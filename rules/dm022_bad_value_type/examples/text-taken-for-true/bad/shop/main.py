import os

import uvicorn
from fastapi import FastAPI

app = FastAPI(
    title="Shop",
    debug=os.getenv("DEBUG", False),
)
TRACE = bool(os.environ.get("TRACE"))

if not os.getenv("SEED_DATA"):
    print("no data")

if __name__ == "__main__":
    uvicorn.run("shop.main:app", host=os.getenv("HOST", "0.0.0.0"), reload=os.environ["SHOP_RELOAD"])
