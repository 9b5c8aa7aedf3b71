variable "secret" {
  type      = string
  sensitive = true
  default   = "t0psecret"
}
resource "aws_s3_bucket" "site" {
  bucket = "site"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://www.example.com", "https://${var.secret}.example.com"]
    max_age_seconds = 60
  }
}
resource "aws_s3_bucket" "named" {
  bucket = "b-${var.secret}"
}
resource "aws_s3_bucket_cors_configuration" "named" {
  bucket = aws_s3_bucket.named.id
  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://open.example"]
    allowed_headers = ["x-${var.secret}"]
    max_age_seconds = 300
  }
}
resource "aws_s3_bucket" "open" {
  bucket = "open"
}
resource "aws_s3_bucket_cors_configuration" "open" {
  bucket = aws_s3_bucket.open.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://open.example"]
    max_age_seconds = 300
  }
}
