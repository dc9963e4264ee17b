for service in ("web", "worker"):
    with open(f".envs/local/.{service}", "w") as file:
        file.write("LEVEL=info\n")
