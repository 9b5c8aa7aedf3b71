bucket  = "tfvars-first"
origins = ["https://one.example"]
methods = ["GET"]
age     = 1
