resource "aws_s3_bucket_cors_configuration" "child" {
  bucket = "regions-child"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
