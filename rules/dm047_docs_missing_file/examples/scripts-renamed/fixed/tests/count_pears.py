print("pears")
