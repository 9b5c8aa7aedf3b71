variable "domains" { type = list(string) }

locals {
  origins = formatlist("https://%s", var.domains)
}

output "rules" {
  value = [for origin in local.origins : { origin = origin, methods = ["GET", "HEAD"] }]
}

output "bucket_names" {
  value = { main = "policy-${length(var.domains)}" }
}
