module "assets" {
  source = "./site"

  name = "assets"
}

module "media" {
  source = "./site"

  name = "media"
}
