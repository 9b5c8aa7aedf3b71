module "assets" {
  source = "example/site/aws"
}
