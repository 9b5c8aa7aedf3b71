module "assets" {
  source = "./site"
}
