variable "environment" {
  type    = string
  default = "dev"
}

variable "app_hosts" {
  type    = set(string)
  default = ["localhost:3000"]
}

variable "sites" {
  type = map(object({
    cors_rules = list(object({
      methods = list(string)
      origins = list(string)
      headers = optional(list(string), [])
      expose  = optional(list(string), [])
      max_age = optional(number)
    }))
  }))
}

locals {
  prefix      = "acme-${var.environment}"
  app_origins = [for host in var.app_hosts : "https://${host}"]
}
