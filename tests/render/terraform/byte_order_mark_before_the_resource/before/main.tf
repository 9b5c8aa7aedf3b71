resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = "site"

  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://www.example.com"]
    max_age_seconds = 3000
  }
}
