variable "create" {
  type    = bool
  default = true
}
variable "create_bucket" {
  type    = bool
  default = true
}
variable "name" { type = string }
variable "cors" {
  type    = any
  default = []
}
locals {
  create_bucket = var.create && var.create_bucket
  create_cors   = var.create && length(var.cors) > 0
}
resource "aws_s3_bucket" "this" {
  count  = local.create_bucket ? 1 : 0
  bucket = var.name
}
resource "aws_s3_bucket_cors_configuration" "this" {
  count  = local.create_cors ? 1 : 0
  bucket = local.create_bucket ? aws_s3_bucket.this[0].id : var.name
  dynamic "cors_rule" {
    for_each = var.cors
    content {
      id              = try(cors_rule.value.id, null)
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      max_age_seconds = try(cors_rule.value.max_age_seconds, null)
    }
  }
}
output "id" {
  value = try(aws_s3_bucket.this[0].id, null)
}
