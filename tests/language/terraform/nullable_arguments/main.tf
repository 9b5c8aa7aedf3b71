# null from a caller: kept where the variable is nullable, the default where it is not, nothing where the argument is left out.
module "given_null" {
  source  = "./child"
  name    = "given-null"
  loose   = null
  strict  = null
  untyped = null
}

module "left_out" {
  source = "./child"
  name   = "left-out"
}
