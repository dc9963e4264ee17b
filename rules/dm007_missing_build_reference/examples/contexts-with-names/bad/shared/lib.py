harbour = 1
