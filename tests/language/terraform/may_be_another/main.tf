variable "target" {}

resource "aws_s3_bucket" "one" {
  bucket = "maybe-one"
}

resource "aws_s3_bucket" "other" {
  bucket = "other-one"
}

resource "aws_s3_bucket_cors_configuration" "target" {
  bucket = "maybe-${var.target}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
