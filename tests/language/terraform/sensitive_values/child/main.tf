output "header" {
  value     = "x-secret"
  sensitive = true
}
