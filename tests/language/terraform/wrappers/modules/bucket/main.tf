variable "name" {
  type = string
}

variable "cors" {
  type    = any
  default = null
}

variable "rules" {
  type    = any
  default = []
}

variable "origins" {
  type    = set(string)
  default = []
}

locals {
  rules = try(jsondecode(var.rules), var.rules)
}

resource "aws_s3_bucket" "this" {
  count  = 1
  bucket = var.name
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count  = var.cors == null ? 0 : 1
  bucket = aws_s3_bucket.this[0].id
  cors_rule {
    allowed_methods = lookup(var.cors, "methods", ["HEAD"])
    allowed_origins = coalescelist(tolist(var.origins), ["*"])
    allowed_headers = try(var.cors.headers, ["x"])
    max_age_seconds = var.cors.max_age
  }
}

resource "aws_s3_bucket_cors_configuration" "rules" {
  count  = length(local.rules) > 0 ? 1 : 0
  bucket = one(aws_s3_bucket.this[*].id)
  dynamic "cors_rule" {
    for_each = local.rules
    content {
      id              = try(cors_rule.value.id, null)
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      allowed_headers = try(cors_rule.value.allowed_headers, null)
      expose_headers  = try(cors_rule.value.expose_headers, null)
      max_age_seconds = try(cors_rule.value.max_age_seconds, null)
    }
  }
}

output "id" {
  value = one(aws_s3_bucket.this[*].id)
}
