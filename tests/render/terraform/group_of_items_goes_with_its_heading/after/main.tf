resource "aws_s3_bucket" "site" {
  bucket = "site"
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id

  cors_rule {
    allowed_methods = ["GET"]
    # who may read
    allowed_origins = [
      # the shop
      "https://shop.example.com", # until spring
      "https://shop.example.org",
    ]
    max_age_seconds = 60 # a minute
  }
}
