locals {
  names = ["a", "b"]
}

resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [for each in local.names : "https://${each}.example.com"]
  }
}
