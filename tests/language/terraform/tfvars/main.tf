variable "bucket" {}
variable "origins" { type = set(string) }
variable "methods" { type = list(string) }
variable "age" { type = number }
variable "header" { type = string }

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.bucket
  cors_rule {
    allowed_methods = var.methods
    allowed_origins = var.origins
    allowed_headers = [var.header]
    max_age_seconds = var.age
  }
}
