inputs = {
  origins = ["https://app.example.com"]
}
