import os

OPTIONS = ("LABEL_", "SCALE_")
FOR_PRINTERS = {"LANE", "SHIFT"}

options = {name: value for name, value in os.environ.items() if name.startswith(OPTIONS)}
printing = {name: value for name, value in os.environ.items() if name in FOR_PRINTERS}
print(os.environ["DEPOT_URL"], options, printing)
