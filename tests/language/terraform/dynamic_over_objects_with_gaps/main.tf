# A tuple of objects with different attributes keeps each one's own; lookup and try fill the gaps.
locals {
  rules = [
    { allowed_methods = ["GET"], allowed_origins = ["*"] },
    { allowed_methods = ["PUT"], allowed_origins = ["https://a.example"], max_age_seconds = 5, expose_headers = ["ETag"] },
    { id = "last", allowed_methods = ["HEAD"], allowed_origins = ["https://b.example"], allowed_headers = null },
  ]
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "dynamic-gaps"
  dynamic "cors_rule" {
    for_each = local.rules
    content {
      id              = lookup(cors_rule.value, "id", "rule-${cors_rule.key}")
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      allowed_headers = lookup(cors_rule.value, "allowed_headers", ["x-default"])
      expose_headers  = try(cors_rule.value.expose_headers, [])
      max_age_seconds = can(cors_rule.value.max_age_seconds) ? cors_rule.value.max_age_seconds : null
    }
  }
}
