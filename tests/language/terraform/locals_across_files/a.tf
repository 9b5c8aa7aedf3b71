# Locals in several blocks and files, in any order, through one another and through modules.
locals {
  name = "locals-${local.suffix}"
}
locals {
  origins = concat(local.base, local.more)
}
