TABLE = "tides"
MOONS = "./data/moons.csv"


def write(path, rows):
    with open(path, "w") as file:
        file.writelines(rows)


write("data/" + TABLE + ".sql", ["SELECT 1;"])
write(MOONS, ["full"])
