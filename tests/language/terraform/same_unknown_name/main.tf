variable "name" {}

resource "aws_s3_bucket" "one" {
  bucket = "x-${var.name}"
}

resource "aws_s3_bucket" "two" {
  bucket = "y-${var.name}"
}

resource "aws_s3_bucket_cors_configuration" "one" {
  bucket = "x-${var.name}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
