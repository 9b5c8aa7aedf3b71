# The usual switches of a dynamic block: a list of one or none by a condition, by a splat over null, by a for with if.
variable "on" { default = true }
variable "maybe" { default = null }
variable "rule" {
  default = { origin = "https://rule.example" }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "dynamic-one-or-none"
  dynamic "cors_rule" {
    for_each = var.on ? [1] : []
    content {
      id              = "on"
      allowed_methods = ["GET"]
      allowed_origins = ["*"]
    }
  }
  dynamic "cors_rule" {
    for_each = var.maybe[*]
    content {
      id              = "maybe"
      allowed_methods = ["PUT"]
      allowed_origins = [cors_rule.value.origin]
    }
  }
  dynamic "cors_rule" {
    for_each = var.rule[*]
    content {
      id              = "rule"
      allowed_methods = ["POST"]
      allowed_origins = [cors_rule.value.origin]
    }
  }
  dynamic "cors_rule" {
    for_each = [for x in [var.rule, var.maybe] : x if x != null]
    content {
      id              = "for-${cors_rule.key}"
      allowed_methods = ["HEAD"]
      allowed_origins = cors_rule.value[*].origin
    }
  }
  dynamic "cors_rule" {
    for_each = var.on ? { a = "https://map.example" } : {}
    content {
      id              = cors_rule.key
      allowed_methods = ["DELETE"]
      allowed_origins = [cors_rule.value]
    }
  }
}
