# who
origins = ["https://a.example"]