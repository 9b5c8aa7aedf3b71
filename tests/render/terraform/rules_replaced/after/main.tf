resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_methods = ["DELETE"]
    allowed_origins = ["https://x.example"]
    max_age_seconds = 1
  }

  cors_rule {
    allowed_methods = ["POST"]
    allowed_origins = ["https://y.example"]
    expose_headers  = ["ETag"]
  }
}
