from shop.settings import settings

FROM_VAULT = {
    "secret_key": "app/secret_key",
    "database.password": "database/password",
    "mail.password": "mail/smtp#password",
    "mail.api_key": "mail/api_key",
}


def load_from_vault(client):
    for field, path in FROM_VAULT.items():
        *sections, name = field.split(".")
        target = settings
        for section in sections:
            target = getattr(target, section)
        setattr(target, name, client.read(path))
