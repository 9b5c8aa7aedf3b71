# Values through JSON and back: numbers, escapes, order of keys, nulls, unicode; and YAML written and read.
locals {
  text = jsonencode({ z = 1.50, a = "<&>", n = null, l = [true, 1e3], u = "é" })
  back = jsondecode(local.text)
  yaml = yamldecode(yamlencode({ list = ["a", 1], map = { k = "v: w" }, n = null }))
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "json-${local.back.z}-${length(local.back.l)}"
  cors_rule {
    id              = local.text
    allowed_methods = ["GET"]
    allowed_origins = [local.back.a, local.back.u, local.yaml.map.k, tostring(local.yaml.list[1])]
    max_age_seconds = local.back.l[1]
    expose_headers  = local.back.n
  }
}
