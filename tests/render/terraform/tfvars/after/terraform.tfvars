# who
origins = ["https://a.example", "https://b.example"]