# for in all forms: grouping, filters, two variables, over objects, sets and tuples, nested, with splats and indexes inside.
locals {
  teams = {
    red  = { people = [{ n = "ann", admin = true }, { n = "bob", admin = false }], hosts = ["r1", "r2"] }
    blue = { people = [{ n = "cy", admin = true }], hosts = [] }
  }
  pairs   = merge([for team, t in local.teams : { for i, h in t.hosts : "${team}-${i}" => h }]...)
  admins  = { for p in flatten([for t in local.teams : t.people]) : tostring(p.admin) => p.n... }
  swapped = { for k, v in { a = "x", b = "y" } : v => k }
  counted = { for h in ["a", "b", "a"] : h => true... }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = local.pairs
  bucket   = "for-${each.key}"
  cors_rule {
    allowed_methods = [for m in toset(["PUT", "GET"]) : m]
    allowed_origins = [for name, people in local.admins : "https://${name}.${join("-", people)}.example"]
    allowed_headers = [for k in keys(local.swapped) : local.swapped[k] if k != "x"]
    expose_headers  = [for k, v in local.counted : "${k}${length(v)}"]
    max_age_seconds = sum([for t in values(local.teams) : length(t.people[*].n)])
    id              = each.value
  }
}
