# How far an unknown reaches: into one element, into the whole list, or not at all.
resource "random_id" "x" {
  byte_length = 4
}

locals {
  u = random_id.x.hex
}

resource "aws_s3_bucket_cors_configuration" "parts" {
  bucket = "unknown-parts"
  cors_rule {
    id              = "lists"
    allowed_methods = ["GET"]
    allowed_origins = concat(["a"], [local.u])
    allowed_headers = [for x in ["a", local.u] : "x-${x}"]
    expose_headers  = flatten([["a"], [local.u]])
    max_age_seconds = length(["a", local.u])
  }
  cors_rule {
    id              = "whole"
    allowed_methods = ["PUT"]
    allowed_origins = split(",", local.u)
    allowed_headers = distinct(["a", local.u])
    expose_headers  = compact(["a", local.u])
  }
  cors_rule {
    id              = "kept"
    allowed_methods = [element(["POST", local.u], 0)]
    allowed_origins = [coalesce(null, "https://a.example", local.u)]
    allowed_headers = [lookup({ a = local.u }, "b", "x-default")]
    expose_headers  = keys(merge({ a = 1 }, { b = local.u }))
    max_age_seconds = contains(["a", local.u], "a") ? 1 : 2
  }
}
