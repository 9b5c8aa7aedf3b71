locals {
  rules = [
    { origins = ["https://app.example.com"], age = 600 },
  ]
}

resource "aws_s3_bucket" "assets" {
  bucket = "assets"
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = local.rules[0].origins
    max_age_seconds = local.rules[0].age
  }
}
