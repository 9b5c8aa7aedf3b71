variable "bucket" { type = string }
variable "rules" {
  type = list(object({
    origin  = string
    methods = set(string)
    age     = optional(number)
  }))
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.bucket
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = [cors_rule.value.origin]
      max_age_seconds = cors_rule.value.age
    }
  }
}
