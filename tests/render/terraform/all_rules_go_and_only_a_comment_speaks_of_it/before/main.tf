# see aws_s3_bucket_cors_configuration.site

resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://www.example.com"]
    max_age_seconds = 3000
  }
}

# aws_s3_bucket_cors_configuration.site_other
