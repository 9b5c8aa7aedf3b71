age = 3
header = "x-auto-a"
