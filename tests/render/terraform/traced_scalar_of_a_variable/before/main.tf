variable "age" {
  type    = number
  default = 60 * 5
}

resource "aws_s3_bucket" "assets" {
  bucket = "assets"
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://app.example.com"]
    max_age_seconds = var.age
  }
}
