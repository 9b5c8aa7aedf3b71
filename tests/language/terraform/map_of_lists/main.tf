# Groups of buckets that share rules, turned inside out: a bucket for each pair, keys joined, regrouped by value.
variable "groups" {
  type = map(list(string))
  default = {
    public  = ["media", "assets"]
    private = ["uploads"]
  }
}
locals {
  rules  = { public = { m = ["GET"], o = ["*"] }, private = { m = ["GET", "PUT"], o = ["https://app.example"] } }
  pairs  = merge([for group, names in var.groups : { for name in names : "${group}.${name}" => { group = group, name = name } }]...)
  owners = { for key, pair in local.pairs : pair.group => pair.name... }
}

resource "aws_s3_bucket" "this" {
  for_each = local.pairs
  bucket   = "groups-${each.value.name}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = aws_s3_bucket.this
  bucket   = each.value.bucket
  cors_rule {
    id              = join("+", local.owners[local.pairs[each.key].group])
    allowed_methods = local.rules[local.pairs[each.key].group].m
    allowed_origins = local.rules[split(".", each.key)[0]].o
  }
}
