variable "cors" {
  type = any
  default = {
    allowed_methods = ["GET"]
    allowed_origins = ["https://app.example.com"]
  }
}

resource "aws_s3_bucket" "assets" {
  bucket = "assets"
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  dynamic "cors_rule" {
    for_each = var.cors == null ? [] : [var.cors]
    content {
      allowed_headers = lookup(cors_rule.value, "allowed_headers", null)
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      max_age_seconds = try(cors_rule.value.max_age_seconds, null)
    }
  }
}
