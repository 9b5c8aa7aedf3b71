locals {
  origins = ["https://app.example.com", "https://new.example.com"]
}
