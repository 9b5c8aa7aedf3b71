# Defaults merged under what is given, at two levels, with nulls removed on the way.
variable "buckets" {
  type = any
  default = {
    a = { cors = { methods = ["PUT"], age = null } }
    b = { name = "merge-named", cors = { origins = ["https://b.example"] } }
    c = {}
  }
}
locals {
  base = { methods = ["GET"], origins = ["*"], age = 600 }
  cors = {
    for key, bucket in var.buckets : key => merge(
      local.base,
      { for k, v in lookup(bucket, "cors", {}) : k => v if v != null },
    )
  }
  names = { for key, bucket in var.buckets : key => try(coalesce(bucket.name), "merge-${key}") }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = local.cors
  bucket   = local.names[each.key]
  cors_rule {
    allowed_methods = each.value.methods
    allowed_origins = each.value.origins
    max_age_seconds = each.value.age
  }
}
