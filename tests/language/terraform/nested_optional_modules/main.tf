# Typed settings with defaults handed down by merge and for, one module call for each, one of them switched off.
locals {
  defaults = { enabled = true, cors = { methods = ["GET"], age = 60 } }
  sites = {
    www   = { cors = { origins = ["https://www.example"] } }
    admin = { cors = { origins = ["https://admin.example"], methods = ["GET", "PUT"], age = null } }
    old   = { enabled = false, cors = { origins = ["*"] } }
  }
  merged = { for k, v in local.sites : k => merge(local.defaults, v, { cors = merge(local.defaults.cors, v.cors) }) }
}

module "site" {
  source   = "./site"
  for_each = { for k, v in local.merged : k => v if v.enabled }
  name     = each.key
  cors     = each.value.cors
}

output "names" {
  value = { for k, m in module.site : k => m.bucket }
}
