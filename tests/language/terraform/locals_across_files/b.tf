locals {
  suffix = lower(local.parts[length(local.parts) - 1])
  parts  = split("-", var.full)
  more   = [for host in module.hosts.all : "https://${host}"]
}
variable "full" {
  default = "a-b-LAST"
}
