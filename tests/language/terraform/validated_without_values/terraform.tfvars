rules = [{ methods = ["GET"], origins = ["https://a.example"] }, { methods = ["POST"], origins = ["*"], age = 5 }]
