resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_methods = ["GET",
    "PUT", "POST"]
    allowed_origins = ["https://a.example", /* and */ "https://b.example",
    "https://c.example"]
  }
}
