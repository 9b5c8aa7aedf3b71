# Names put together in the usual ways, with limits, hashes, conversions and nulls left out.
variable "prefix" { default = "Acme_Corp" }
variable "suffix" { default = null }
variable "region" { default = "eu-west-1" }

locals {
  short = { "eu-west-1" = "euw1", "us-east-1" = "use1" }
  parts = compact([replace(lower(var.prefix), "_", "-"), var.suffix, lookup(local.short, var.region, var.region), ""])
  name  = join("-", local.parts)
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = {
    plain  = local.name
    hashed = "${local.name}-${substr(sha256(local.name), 0, 8)}"
    cut    = trimsuffix(substr("${local.name}-a-very-long-name-that-is-cut-off-somewhere-near-sixty-three", 0, 63), "-")
    padded = format("%s-%05d", local.name, 42)
    given  = var.suffix == null ? "${local.name}-none" : "${local.name}-${var.suffix}"
  }
  bucket = each.value
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${each.key}.example"]
  }
}
