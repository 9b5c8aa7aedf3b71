# A module for each entry; its outputs feed another resource through the map of instances.
locals {
  sites = {
    app = { origins = ["https://app.example"] }
    api = { origins = ["https://api.example", "https://api2.example"], age = 7 }
  }
}

module "site" {
  source   = "./site"
  for_each = local.sites
  name     = each.key
  settings = each.value
}

resource "aws_s3_bucket_cors_configuration" "all" {
  bucket = join("-", ["all", module.site["app"].name])
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = flatten([for key, site in module.site : site.origins])
    allowed_headers = values(module.site)[*].name
    expose_headers  = keys(module.site)
  }
}
