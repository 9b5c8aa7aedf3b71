variable "name" {}
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.name
  cors_rule {
    allowed_methods = ["HEAD"]
    allowed_origins = ["*"]
  }
}
output "name" {
  value = aws_s3_bucket_cors_configuration.this.bucket
}
