locals {
  groups = { one = ["https://1.example"], two = ["https://2.example", "https://3.example"] }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = { x = ["GET"], y = ["GET", "PUT"] }
  bucket   = "nested-${each.key}"
  dynamic "cors_rule" {
    for_each = flatten([for name, origins in local.groups : [for origin in origins : { name = name, origin = origin }]])
    iterator = it
    content {
      id              = "${each.key}-${it.key}-${it.value.name}"
      allowed_methods = each.value
      allowed_origins = [it.value.origin]
    }
  }
}
