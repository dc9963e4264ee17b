import logging

from harbour.settings import Settings

log = logging.getLogger(__name__)


def check(settings: Settings) -> None:
    if settings.app_env == "production":
        if settings.key_store != "vault":
            log.critical("Keys of a production harbour belong into Vault")
            raise SystemExit(1)
    if settings.app_env == "production" and settings.key_pages < 3:
        log.warning("Two pages of keys are few for a production harbour")
