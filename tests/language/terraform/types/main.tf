variable "config" {
  type = object({
    name  = string
    rules = optional(map(object({
      origins = set(string)
      age     = optional(number, 60)
      nested  = optional(object({ method = optional(string, "GET") }), {})
    })), {})
  })
  default = {
    name  = "types"
    extra = "dropped"
    rules = {
      b = { origins = ["https://b.example", "https://b.example"], age = null }
      a = { origins = ["https://a.example"], age = "5", nested = { method = "PUT" } }
    }
  }
}

variable "loose" {
  type    = map(any)
  default = { x = 1, y = "2" }
}

variable "anything" {
  type    = any
  default = { origins = ["https://any.example"], n = 1 }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = var.config.name
  dynamic "cors_rule" {
    for_each = var.config.rules
    content {
      id              = cors_rule.key
      allowed_methods = [cors_rule.value.nested.method]
      allowed_origins = cors_rule.value.origins
      max_age_seconds = cors_rule.value.age
    }
  }
  cors_rule {
    allowed_methods = ["HEAD"]
    allowed_origins = var.anything.origins
    allowed_headers = values(var.loose)
    max_age_seconds = var.loose["x"]
  }
}
