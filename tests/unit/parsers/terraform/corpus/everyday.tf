terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
  backend "s3" {}
}

provider "aws" {
  region = var.region
  default_tags { tags = local.tags }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "rules" {
  description = "CORS rules, one object each"
  type = list(object({
    methods = set(string)
    origins = optional(list(string), ["*"])
    max_age = optional(number)
  }))
  default  = []
  nullable = false
  validation {
    condition     = alltrue([for rule in var.rules : length(rule.methods) > 0])
    error_message = "Each rule needs a method."
  }
}

locals {
  tags = {
    Owner     = "web", Stage = terraform.workspace
    "cost:id" = 42
    (var.region) : true
  }
  hosts    = [for name in ["www", "app"] : "https://${name}.example.com" if name != ""]
  by_name  = { for index, host in local.hosts : host => index... if index >= 0 }
  fallback = length(local.hosts) > 0 ? local.hosts[0] : null
}

resource "aws_s3_bucket" "site" {
  for_each      = toset(["blue", "green"])
  bucket        = "site-${each.key}-${data.aws_caller_identity.me.account_id}"
  force_destroy = false

  lifecycle {
    ignore_changes = [tags["touched"], tags]
  }
}

data "aws_caller_identity" "me" {
}

resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site["blue"].id

  dynamic "cors_rule" {
    for_each = var.rules
    iterator = rule
    content {
      allowed_methods = rule.value.methods
      allowed_origins = concat(rule.value.origins, local.hosts...)
      max_age_seconds = try(rule.value.max_age, 3600)
    }
  }

  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = [
      "GET",
      "HEAD",
    ]
    allowed_origins = local.hosts
  }
}

module "logs" {
  source = "./modules/logs"
  providers = {
    aws = aws.logs
  }
  bucket = aws_s3_bucket.site["green"].bucket
}

output "names" { value = values(aws_s3_bucket.site)[*].bucket }
moved {
  from = aws_s3_bucket.old
  to   = aws_s3_bucket.site
}
