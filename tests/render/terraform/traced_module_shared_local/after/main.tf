locals {
  origins = ["https://app.example.com"]
}

module "assets" {
  source = "./site"

  name    = "assets"
  origins = concat(local.origins, ["https://new.example.com"])
}

module "media" {
  source = "./site"

  name    = "media"
  origins = local.origins
}
