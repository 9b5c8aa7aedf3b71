# A set of objects: doubles go, blocks come in the set's order, key is the object too; a splat gives a list.
variable "rules" {
  type = set(object({ methods = set(string), origins = list(string), age = optional(number) }))
  default = [
    { methods = ["PUT", "GET"], origins = ["https://a.example"] },
    { methods = ["GET", "PUT"], origins = ["https://a.example"] },
    { methods = ["HEAD"], origins = ["https://b.example"], age = "3" },
  ]
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "set-of-objects-${length(var.rules)}"
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = cors_rule.key.methods
      allowed_origins = cors_rule.value.origins
      max_age_seconds = cors_rule.value.age
    }
  }
  cors_rule {
    id              = "splat"
    allowed_methods = distinct(flatten([for r in var.rules : r.methods]))
    allowed_origins = flatten(var.rules[*].origins)
  }
}
