# who may read
origins = [
  "https://app.example.com",
  "https://new.example.com",
]
