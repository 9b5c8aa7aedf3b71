resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  # for the shop
  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://shop.example.com"]
    max_age_seconds = 3000
  }

  # for the back office
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://office.example.com"]
  }
}
