variable "bucket" {
  type = string
}

variable "cors_rules" {
  type = any
}

resource "aws_s3_bucket" "this" {
  bucket = var.bucket
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count  = length(var.cors_rules) > 0 ? 1 : 0
  bucket = aws_s3_bucket.this.id

  dynamic "cors_rule" {
    for_each = var.cors_rules
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
      allowed_headers = cors_rule.value.headers
      expose_headers  = cors_rule.value.expose
      max_age_seconds = cors_rule.value.max_age
    }
  }
}
