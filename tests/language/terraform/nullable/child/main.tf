variable "kept" {
  type    = list(string)
  default = ["https://default.example"]
}

variable "filled" {
  type     = number
  default  = 77
  nullable = false
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "nullable"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.kept == null ? ["https://was-null.example"] : var.kept
    max_age_seconds = var.filled
    expose_headers  = var.kept
  }
}
