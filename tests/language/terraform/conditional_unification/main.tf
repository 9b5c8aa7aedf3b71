# Both arms of a conditional become one type: texts win over numbers, tuples become lists, objects maps; null takes either.
variable "on" { default = true }

locals {
  text   = var.on ? 1 : "x"
  list   = var.on ? ["a"] : []
  map    = var.on ? { a = 1 } : { b = "2" }
  object = var.on ? { a = "https://a.example", n = 1 } : { a = "https://b.example", n = null }
  none   = var.on ? null : ["x"]
  deep   = var.on ? [{ o = "https://deep.example" }] : []
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "unify-${jsonencode(local.text)}-${length(local.list)}"
  cors_rule {
    id              = jsonencode([local.map, local.object.n])
    allowed_methods = ["GET"]
    allowed_origins = concat([local.object.a], local.deep[*].o)
    allowed_headers = local.none
    expose_headers  = local.list
    max_age_seconds = var.on ? "60" : 30
  }
}
