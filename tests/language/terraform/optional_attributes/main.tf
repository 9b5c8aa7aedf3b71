# optional() with defaults at every depth: what is missing or null takes the default, what is empty does not.
variable "buckets" {
  type = map(object({
    name = optional(string)
    cors = optional(object({
      methods = optional(set(string), ["GET", "HEAD"])
      origins = optional(list(string), ["https://default.example"])
      limits  = optional(object({ age = optional(number, 300), expose = optional(list(string)) }), {})
    }), {})
  }))
  default = {
    all     = {}
    null    = { name = null, cors = null }
    partial = { name = "optional-named", cors = { methods = ["PUT"], limits = { expose = ["ETag"] } } }
    empty   = { cors = { origins = ["*"], methods = null, limits = { age = null } } }
  }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = var.buckets
  bucket   = coalesce(each.value.name, "optional-${each.key}")
  cors_rule {
    allowed_methods = each.value.cors.methods
    allowed_origins = each.value.cors.origins
    expose_headers  = each.value.cors.limits.expose
    max_age_seconds = each.value.cors.limits.age
  }
}
