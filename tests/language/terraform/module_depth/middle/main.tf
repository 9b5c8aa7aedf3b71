variable "prefix" {}
variable "rule" {}

module "inner" {
  source = "./inner"
  for_each = {
    (var.prefix) = merge(var.rule, { headers = ["x-inner"] })
  }
  bucket = each.key
  rule   = each.value
}

output "names" {
  value = { inner = module.inner[var.prefix].bucket }
}
