locals {
  env = read_terragrunt_config(find_in_parent_folders("env.hcl"))
}

terraform {
  source = "../site"
}

inputs = {
  name = "assets"
  origins = local.env.locals.origins
}
