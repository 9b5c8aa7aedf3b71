# Sensitive variables, outputs and functions: the rules are evaluated all the same.
variable "origins" {
  type      = list(string)
  sensitive = true
  default   = ["https://secret.example"]
}

module "child" {
  source = "./child"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "sensitive-${nonsensitive(sensitive("plain"))}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [for origin in var.origins : upper(origin)]
    allowed_headers = [module.child.header]
    max_age_seconds = sensitive(60) * 2
  }
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://public.example"]
  }
}
