variable "name" {}
resource "aws_s3_bucket_cors_configuration" "two" {
  bucket = "two-${var.name}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
