variable "index" {}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "copy-${var.index}"
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://copy${var.index}.example"]
  }
}

output "name" {
  value = aws_s3_bucket_cors_configuration.this.bucket
}

output "origin" {
  value = "https://${aws_s3_bucket_cors_configuration.this.id != "" ? "c" : "d"}${var.index}.example"
}
