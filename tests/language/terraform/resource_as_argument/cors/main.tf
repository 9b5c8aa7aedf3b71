variable "bucket" {
  type = object({ id = string, tags = map(string), bucket = string })
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.bucket.id
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = values(var.bucket.tags)
    id              = var.bucket.bucket
  }
}

output "configuration" {
  value = aws_s3_bucket_cors_configuration.this
}

output "bucket" {
  value = var.bucket
}
