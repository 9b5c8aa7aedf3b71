# Templates and data in files of the module: templatefile with loops, JSON, CSV, fileset.
module "child" {
  source = "./child"
}
