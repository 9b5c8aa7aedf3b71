variable "name" { type = string }
resource "aws_s3_bucket" "this" { bucket = var.name }
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket
  cors_rule {
    allowed_methods = ["HEAD"]
    allowed_origins = ["*"]
  }
}
