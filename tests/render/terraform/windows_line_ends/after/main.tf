resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  # for the shop
  cors_rule {
    allowed_headers = ["x-a"]
    allowed_methods = ["GET"]
    allowed_origins = ["https://shop.example.com"]
  }

  # for the back office
  cors_rule {
    allowed_methods = ["DELETE"]
    allowed_origins = ["*"]
  }
}
