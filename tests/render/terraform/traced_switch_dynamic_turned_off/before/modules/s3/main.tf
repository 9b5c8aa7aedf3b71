variable "bucket_name" {
  type = string
}

variable "enable_cors_configuration" {
  type    = bool
  default = false
}

variable "cors_rules" {
  default = []
}

resource "aws_s3_bucket" "bucket" {
  bucket = var.bucket_name

  dynamic "cors_rule" {
    for_each = var.enable_cors_configuration ? var.cors_rules : []
    content {
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
    }
  }
}
