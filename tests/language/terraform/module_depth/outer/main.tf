variable "setup" {
  type = object({
    name  = string
    rules = list(object({ methods = list(string), origins = list(string), age = optional(number, 11) }))
  })
}

module "middle" {
  source = "../middle"
  count  = length(var.setup.rules)
  prefix = "${var.setup.name}-${count.index}"
  rule   = var.setup.rules[count.index]
}

output "name" {
  value = one(module.middle[*].names).inner
}
