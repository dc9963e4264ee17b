def write(machine, text):
    with machine.open(f"{machine.home}/docker-compose.machine.yml", "w") as stream:
        stream.write(text)
