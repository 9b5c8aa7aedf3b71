# who may read
origins = [
  "https://app.example.com",
]
