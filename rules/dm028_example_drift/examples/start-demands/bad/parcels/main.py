from parcels.settings import Settings

settings = Settings()
