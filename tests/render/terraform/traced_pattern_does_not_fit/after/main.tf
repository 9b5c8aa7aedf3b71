locals {
  hosts = ["app"]
}

resource "aws_s3_bucket" "assets" {
  bucket = "assets"
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = concat([for host in local.hosts : "https://${host}.example.com"], ["http://localhost:3000"])
  }
}
