module "nulls" {
  source = "./child"
  kept   = null
  filled = null
}
