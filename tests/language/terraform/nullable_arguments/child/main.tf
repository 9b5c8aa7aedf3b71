variable "name" {}
variable "loose" {
  type    = list(string)
  default = ["x-loose"]
}
variable "strict" {
  type     = list(string)
  default  = ["x-strict"]
  nullable = false
}
variable "untyped" {
  default  = 30
  nullable = true
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "nullable-${var.name}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    allowed_headers = var.loose
    expose_headers  = var.strict
    max_age_seconds = var.untyped
  }
}
