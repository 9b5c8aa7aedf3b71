resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  # for the back office
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://office.example.com"]
  }
}
