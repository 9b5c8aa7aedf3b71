locals {
  sites = {
    b = { host = "b.example", on = true, tags = ["t1", "t2"] }
    a = { host = "a.example", on = false, tags = [] }
    c = { host = "c.example", on = true, tags = ["t1"] }
  }
  enabled = { for k, v in local.sites : k => v.host if v.on }
  by_tag  = { for pair in flatten([for k, v in local.sites : [for t in v.tags : { tag = t, host = v.host }]]) : pair.tag => pair.host... }
}

resource "aws_s3_bucket_cors_configuration" "tags" {
  for_each = local.by_tag
  bucket   = "for-${each.key}"
  cors_rule {
    allowed_methods = [for m in ["get", "put"] : upper(m)]
    allowed_origins = [for host in each.value : "https://${host}"]
    expose_headers  = [for i, v in ["x", "y"] : "${v}-${i}"]
    allowed_headers = [for k, v in local.enabled : "${k}=${v}" if k != "b"]
  }
}
