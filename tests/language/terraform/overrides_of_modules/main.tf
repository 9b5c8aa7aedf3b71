# An override inside a called module, and an override of for_each and of a local's parts.
module "child" {
  source = "./child"
  names  = ["a", "b"]
}
