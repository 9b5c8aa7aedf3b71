locals {
  rules = [
    {
      allowed_headers = null
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com"]
      expose_headers  = null
      max_age_seconds = null
    },
  ]
}

resource "aws_s3_bucket" "assets" {
  bucket    = "assets"
  cors_rule = local.rules
}
