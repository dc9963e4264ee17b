import os

from typedconfig import Config, key, section
from typedconfig.source import EnvironmentConfigSource


@section("berth")
class BerthConfig(Config):
    mail_from = key(cast=str)


config = BerthConfig()
config.add_source(EnvironmentConfigSource())
print(config.mail_from, os.environ["BERTH_COUNT"])
