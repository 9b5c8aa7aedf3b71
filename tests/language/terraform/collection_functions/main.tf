# Functions over collections as wrappers use them.
locals {
  product = setproduct(["GET", "PUT"], ["a", "b"])
  merged  = merge({ a = 1, b = 2 }, null, { b = 3 }, { c = null })
  chunks  = chunklist(["a", "b", "c"], 2)
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "collections-${length(local.product)}-${join("", [for c in local.chunks : length(c)])}"
  dynamic "cors_rule" {
    for_each = { for p in local.product : lower(join("-", p)) => p }
    content {
      id              = cors_rule.key
      allowed_methods = [cors_rule.value[0]]
      allowed_origins = ["https://${cors_rule.value[1]}.example"]
      max_age_seconds = index(["b", "a"], cors_rule.value[1]) * 10
    }
  }
  cors_rule {
    id              = jsonencode(local.merged)
    allowed_methods = distinct(concat(["HEAD"], ["HEAD", "POST"]))
    allowed_origins = setsubtract(["x", "y", "z"], ["y"])
    allowed_headers = slice(range(0, 50, 10)[*], 1, 3)
    expose_headers  = concat(tolist(setintersection(["a", "b"], ["b", "c"])), matchkeys(["i1", "i2"], ["a", "b"], ["b"]), keys(transpose({ k = ["t1", "t2"] })))
    max_age_seconds = lookup({ a = 5 }, "a") + element([1, 2, 3], 4) + (alltrue([true, "true"]) ? 100 : 0) + (anytrue([]) ? 1 : 0)
  }
}
