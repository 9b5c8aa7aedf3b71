locals {
  hosts = toset(["https://app.example.com"])
}

resource "aws_s3_bucket" "assets" {
  bucket = "assets"
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  dynamic "cors_rule" {
    for_each = local.hosts
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.key]
    }
  }
}
