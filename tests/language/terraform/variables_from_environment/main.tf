# TF_VAR_ texts are taken as they are for simple types and read as expressions for all others, any included.
variable "text" { type = string }
variable "untyped" {}
variable "number" { type = number }
variable "flag" { type = bool }
variable "list" { type = list(string) }
variable "any" { type = any }
variable "object" { type = object({ origin = string, age = optional(number, 9) }) }

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "env-${var.text}-${var.untyped}"
  cors_rule {
    allowed_methods = var.flag ? ["GET", "PUT"] : []
    allowed_origins = concat(var.list, var.any, [var.object.origin])
    max_age_seconds = var.number + var.object.age
  }
}
