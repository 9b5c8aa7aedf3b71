locals {
  rules = [
    {
      allowed_headers = null
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com", "https://new.example.com"]
      expose_headers  = null
      max_age_seconds = null
    },
    {
      allowed_headers = null
      allowed_methods = ["PUT"]
      allowed_origins = ["*"]
      expose_headers  = null
      max_age_seconds = null
    },
  ]
}

resource "aws_s3_bucket" "assets" {
  bucket    = "assets"
  cors_rule = local.rules
}
