resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://office.example.com"]
  }
}

# end
