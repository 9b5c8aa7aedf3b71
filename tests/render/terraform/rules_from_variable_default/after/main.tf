variable "rules" {
  default = [
    {
      allowed_methods = ["GET"]
      allowed_origins = ["https://a.example", "https://n.example"]
      max_age_seconds = 30
    },
    {
      allowed_methods = ["DELETE"]
      allowed_origins = ["*"]
    },
  ]
}

resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      max_age_seconds = lookup(cors_rule.value, "max_age_seconds", null)
    }
  }
}
