# A dynamic block whose iterator has another name, over a map: blocks come in key order.
locals {
  rules = {
    write = { methods = ["PUT", "POST"], age = 60 }
    read  = { methods = ["GET"], age = 3600 }
  }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "dynamic-iterator"
  dynamic "cors_rule" {
    for_each = local.rules
    iterator = rule
    content {
      id              = rule.key
      allowed_methods = rule.value.methods
      allowed_origins = ["https://${rule.key}.example"]
      max_age_seconds = rule.value["age"]
    }
  }
}
