PEARS = "/pears"
