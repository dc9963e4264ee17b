import os

given = os.environ.copy()


def below(values, prefix):
    return {key: value for key, value in values.items() if key.startswith(prefix)}


print(below(given, "MOLE_"), given["MOLE_WIDTH"])
