locals {
  origins = ["https://app.example.com"]
}

module "assets" {
  source = "./site"

  name    = "assets"
  origins = local.origins
}

module "media" {
  source = "./site"

  name    = "media"
  origins = local.origins
}
