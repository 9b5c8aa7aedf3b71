resource "terraform_data" "x" {
}
variable "secret" {
  type      = string
  default   = "hush"
  sensitive = true
}
variable "token" {
  type      = string
  default   = "eph"
  ephemeral = true
}
locals {
  a = terraform_data.x.output
  s = tostring(local.a)
  n = tonumber(local.a)
  b = tobool(local.a)
  p = "pre-${local.s}"
  l = split(",", local.s)
  st = toset(local.l)
  l12 = local.b ? tolist(["x"]) : tolist(["y", "z"])
  l0n = local.b ? tolist(["x"]) : null
  m12 = local.b ? tomap({ a = "x" }) : tomap({ b = "y", c = "z" })
  t = local.b ? ["x", 1] : ["y", 2]
  o = local.b ? { k = "x", n = 1 } : { k = "y", n = 2 }
  nn = length(local.l)
  pl = ["a", local.s, "c"]
  ps = toset(["a", local.s])
  secret = var.secret
  token = var.token
  sl = sensitive(["a", "b"])
  ml = ["a", var.secret]
  mm = { a = "x", b = var.secret }
}
