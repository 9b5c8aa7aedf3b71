# What a variable file may hold: heredocs, nested objects, comments, numbers as texts, nulls, and JSON beside it.
variable "text" { type = string }
variable "rules" {
  type = map(object({ origins = list(string), methods = optional(list(string), ["GET"]), age = optional(number) }))
}
variable "from_json" {
  type = object({ list = list(number), none = optional(string, "filled") })
}
variable "keep" {
  type    = string
  default = "default"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "tfvars-${trimspace(var.text)}-${var.from_json.none}-${var.keep == null ? "null" : var.keep}"
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      id              = cors_rule.key
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
      max_age_seconds = coalesce(cors_rule.value.age, sum(var.from_json.list))
    }
  }
}
