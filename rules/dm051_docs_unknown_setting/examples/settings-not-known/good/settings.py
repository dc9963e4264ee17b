from acme_common import CommonSettings


class Settings(CommonSettings):
    parcel_cache_host: str = "cache"
