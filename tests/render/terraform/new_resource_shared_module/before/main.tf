module "a" {
  source = "./m"
  name   = "a"
}

module "b" {
  source = "./m"
  name   = "b"
}
