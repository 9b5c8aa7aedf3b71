output "origins" {
  value = ["https://app.example.com"]
}
