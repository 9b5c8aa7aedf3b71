variable "name" {
  type = string
}

resource "aws_s3_bucket" "assets" {
  bucket = var.name
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://app.example.com"]
  }
}
