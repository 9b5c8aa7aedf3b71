variable "rules" {
  type = list(object({
    methods = list(string)
    origins = list(string)
    headers = optional(list(string), ["*"])
    age     = optional(number)
    expose  = optional(list(string))
  }))
  default = [
    { methods = ["GET"], origins = ["https://a.example"] },
    { methods = ["PUT"], origins = ["https://b.example"], headers = [], age = 0 },
    { methods = ["GET"], origins = ["https://a.example"], expose = [] },
  ]
}

resource "aws_s3_bucket_cors_configuration" "list" {
  bucket = "dynamic-list"

  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
      allowed_headers = cors_rule.value.headers
      expose_headers  = cors_rule.value.expose
      max_age_seconds = cors_rule.value.age
    }
  }

  cors_rule {
    allowed_methods = ["DELETE"]
    allowed_origins = ["https://static.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "map" {
  bucket = "dynamic-map"

  dynamic "cors_rule" {
    for_each = { z = "https://z.example", a = "https://a.example" }
    iterator = entry
    content {
      id              = entry.key
      allowed_methods = ["GET"]
      allowed_origins = [entry.value]
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "set" {
  bucket = "dynamic-set"
  dynamic "cors_rule" {
    for_each = toset(["https://s2.example", "https://s1.example"])
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.key]
    }
  }
}
