# with a mark
resource "aws_s3_bucket_cors_configuration" "bom" {
  bucket = "line-endings-bom"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}