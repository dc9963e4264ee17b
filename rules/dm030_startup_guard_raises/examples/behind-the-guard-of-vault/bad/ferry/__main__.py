from ferry.settings import settings

if __name__ == "__main__":
    settings.check()
