variable "origin" {
  type = string
}

variable "rules" {
  type = list(any)
}

variable "enabled" {
  type = bool
}

resource "aws_s3_bucket" "this" {
  bucket = "required-this"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${var.origin}.example", "https://known.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "rules" {
  bucket = "required-rules"
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value]
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "maybe" {
  count  = var.enabled ? 1 : 0
  bucket = "required-maybe"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
