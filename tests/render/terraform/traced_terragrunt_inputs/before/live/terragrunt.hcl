terraform {
  source = "../site"
}

inputs = {
  name = "assets"
  origins = [
    "https://app.example.com",
  ]
}
