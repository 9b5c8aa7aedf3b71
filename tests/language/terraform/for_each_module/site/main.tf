variable "name" { type = string }
variable "settings" { type = any }

resource "aws_s3_bucket" "this" {
  bucket = "site-${var.name}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.settings.origins
    max_age_seconds = lookup(var.settings, "age", 60)
  }
}

output "name" {
  value = aws_s3_bucket.this.id
}

output "origins" {
  value = one(aws_s3_bucket_cors_configuration.this.cors_rule).allowed_origins
}
