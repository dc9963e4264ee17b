import os
import subprocess

for option in ("depth", "length"):
    os.environ["QUAY_" + option.upper()] = input(option)
subprocess.run(["docker", "compose", "up"], check=True)
