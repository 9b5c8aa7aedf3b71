# Three levels of modules, each renaming what it passes on; the address names every level.
module "outer" {
  source = "./outer"
  setup = {
    name  = "deep"
    rules = [{ methods = ["GET"], origins = ["https://deep.example"] }]
  }
}

output "name" {
  value = module.outer.name
}
