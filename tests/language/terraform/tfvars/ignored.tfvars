age = 99
