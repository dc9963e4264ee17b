import os
import subprocess

os.environ["RUN_AS"] = f"{os.getuid()}:{os.getgid()}"
subprocess.run(["docker", "compose", "up"], check=True)
