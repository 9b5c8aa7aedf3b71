locals {
  origins = ["https://app.example.com"]
}
