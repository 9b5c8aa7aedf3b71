variable "bucket" {}
variable "rule" {}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.bucket
  cors_rule {
    allowed_methods = var.rule.methods
    allowed_origins = var.rule.origins
    allowed_headers = var.rule.headers
    max_age_seconds = var.rule.age
  }
}

output "bucket" {
  value = aws_s3_bucket_cors_configuration.this.bucket
}
