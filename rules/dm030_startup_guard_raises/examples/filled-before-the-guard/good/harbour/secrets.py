import hvac

from harbour.settings import settings


def load() -> None:
    client = hvac.Client()
    settings.signing_key = client.secrets.kv.read_secret_version(path="harbour")["data"]["data"]["key"]
