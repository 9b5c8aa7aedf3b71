variable "name" {}
resource "aws_s3_bucket_cors_configuration" "one" {
  bucket = "one-${var.name}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
