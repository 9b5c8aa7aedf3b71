resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_origins = [
      "https://a.example",
    ]
    allowed_methods = ["GET"]
  }

  cors_rule {
    allowed_origins = [
      "https://b.example",
      "https://c.example",
    ]
    allowed_methods = ["PUT", "POST"]
    allowed_headers = ["*"]
    max_age_seconds = 9
  }
}
