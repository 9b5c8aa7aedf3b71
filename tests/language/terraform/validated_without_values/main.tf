# Nearly refused by Terraform while it validates, with all variables unknown and of any type: all of it is in order.
variable "rules" { type = any }
variable "more" { default = [] }
variable "names" {
  type    = map(any)
  default = { one = "one", two = "two" }
}
variable "strict" {
  type    = list(any)
  default = []
}

module "m" {
  source = "./m"
  rules  = concat(var.rules, var.more, [{ methods = ["PUT"], origins = [] }])
  wide   = true
}

module "each" {
  source   = "./m"
  for_each = var.names
  rules    = [for rule in var.rules : merge(rule, { methods = [each.key] })]
  wide     = var.more == [] ? false : true
}

locals {
  defaults = { methods = ["GET"], origins = ["https://default.example"], age = null }
  filled   = [for rule in var.rules : merge(local.defaults, rule)]
  two      = [var.rules[0], { methods = [], origins = [] }]
  either   = [var.more == [] ? var.rules[0] : { methods = ["GET"], origins = ["*"] }]
  guarded  = try(var.more[0].origins, ["https://none.example"])
  grouped  = { for name, value in var.names : value => name... }
}

resource "aws_s3_bucket" "this" {
  for_each = var.names
  bucket   = "validated-${each.value}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = var.names
  bucket   = aws_s3_bucket.this[each.key].id

  dynamic "cors_rule" {
    for_each = local.filled
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
      max_age_seconds = cors_rule.value.age
      expose_headers  = distinct(flatten([var.more, cors_rule.value.methods, var.strict]))
    }
  }
  dynamic "cors_rule" {
    for_each = local.two
    content {
      allowed_methods = distinct(concat(cors_rule.value.methods, ["HEAD"]))
      allowed_origins = length(cors_rule.value.origins) > 0 ? cors_rule.value.origins : local.guarded
      id              = can(cors_rule.value.id) ? "named" : join("-", [each.key, cors_rule.key])
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "outputs" {
  bucket = "validated-outputs"
  cors_rule {
    allowed_methods = setunion(module.m.methods, var.more)
    allowed_origins = distinct(concat(module.m.rules[*].origins...))
    allowed_headers = flatten(values(module.each)[*].methods)
    expose_headers  = concat(tolist(local.either[0].origins), keys(local.grouped))
  }
  cors_rule {
    allowed_methods = coalescelist(var.more, [for m in module.each : m.methods[0]])
    allowed_origins = [lookup(var.names, "one", "none"), element(var.rules, 0).origins[0]]
    max_age_seconds = max([for rule in var.rules : try(rule.age, 1)]...)
  }
}
