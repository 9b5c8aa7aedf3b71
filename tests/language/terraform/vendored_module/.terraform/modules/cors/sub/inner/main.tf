variable "bucket" {}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.bucket
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://vendored.example"]
  }
}
