output "origins" {
  value = ["https://app.example.com", "https://new.example.com"]
}
