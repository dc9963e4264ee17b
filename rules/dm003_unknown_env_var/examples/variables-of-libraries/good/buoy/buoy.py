import os

from everett.manager import ConfigManager, ConfigOSEnv

config = ConfigManager([ConfigOSEnv()])
print(config("range", namespace=["buoy", "light"]), os.environ["BUOY_COLOUR"])
