variable "sites" {
  type = any
  default = {
    app = { name = null, origins = ["https://app.example"], cors = { max_age = 5 } }
    api = { name = "wrappers-named", origins = [], cors = { methods = ["PUT"] }, tags = { a = "b" } }
    off = { name = null, origins = [], cors = {} }
  }
}

variable "list_any" {
  type    = list(any)
  default = [{ x = "1" }, { x = 2 }]
}

variable "wrapper_rules" {
  type = any
  default = [
    { allowed_methods = ["GET"], allowed_origins = ["https://w1.example"] },
    { allowed_methods = ["PUT", "POST"], allowed_origins = ["https://w2.example"], allowed_headers = ["*"], max_age_seconds = 10 },
  ]
}

locals {
  defaults = { methods = ["GET"], max_age = 60, headers = null }
  merged   = { for key, site in var.sites : key => merge(local.defaults, site.cors, { name = coalesce(site.name, "wrappers-${key}") }) }
  enabled  = { for key, site in var.sites : key => site if length(site.origins) > 0 || site.name != null }
  grouped  = { for pair in setproduct(["a", "b"], ["x", "y"]) : pair[0] => pair[1]... }
}

module "bucket" {
  source   = "./modules/bucket"
  for_each = var.sites
  name     = local.merged[each.key].name
  cors     = contains(keys(local.enabled), each.key) ? local.merged[each.key] : null
  origins  = each.value.origins
}

module "wrapper" {
  source = "./modules/bucket"
  name   = "wrappers-wrapper"
  rules  = jsonencode(var.wrapper_rules)
}

resource "aws_s3_bucket" "plain" {
  for_each = toset(["p1", "p2"])
  bucket   = "wrappers-${each.key}"
}

resource "aws_s3_bucket_cors_configuration" "by_value" {
  count  = length(aws_s3_bucket.plain)
  bucket = values(aws_s3_bucket.plain)[count.index].id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [for key, bucket in module.bucket : "https://${bucket.id}.example"]
    allowed_headers = var.list_any[*].x
    expose_headers  = flatten([for key, values in local.grouped : [for value in values : "${key}-${value}"]])
    max_age_seconds = index(sort(keys(aws_s3_bucket.plain)), "p2")
  }
}

resource "aws_s3_bucket_cors_configuration" "one" {
  bucket = "wrappers-${join("-", [for bucket in values(module.bucket)[*].id : substr(bucket, -3, -1)])}"
  cors_rule {
    allowed_methods = tolist(toset(["PUT", "GET"]))
    allowed_origins = try(var.sites["missing"].origins, var.sites["app"].origins, [])
    id              = can(var.sites.app.cors.none) ? "can" : format("%s/%d", "cannot", length(var.sites))
  }
}
