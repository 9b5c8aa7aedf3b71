"""The outlines of well-known modules; see ``registry_modules``."""

from __future__ import annotations

from typing import NamedTuple

from parsers.terraform.label_outline import LABEL, LABEL_CALL, LABEL_VARIABLES


class Outline(NamedTuple):
    """What a module of the registry does with buckets, for the versions from ``first`` to ``before``."""

    name: str
    repository: str
    first: tuple[int, ...]
    before: tuple[int, ...]
    text: str


_RULE = """
    for_each = {rules}
    content {{
      id              = try(cors_rule.value.id, null)
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      allowed_headers = try(cors_rule.value.allowed_headers, null)
      expose_headers  = try(cors_rule.value.expose_headers, null)
      max_age_seconds = try(cors_rule.value.max_age_seconds, null)
    }}
"""

_TERRAFORM_AWS_MODULES = """
variable "create_bucket" { default = true }
variable "putin_khuylo" { default = true }
variable "is_directory_bucket" { default = false }
variable "bucket" { default = null }
variable "bucket_prefix" { default = null }
variable "region" { default = null }
variable "expected_bucket_owner" { default = null }
variable "cors_rule" { default = [] }
locals {
  made  = var.create_bucket && var.putin_khuylo && !var.is_directory_bucket
  rules = try(jsondecode(var.cors_rule), var.cors_rule)
}
resource "aws_s3_bucket" "this" {
  count         = local.made ? 1 : 0
  bucket        = var.bucket
  bucket_prefix = var.bucket_prefix
  region        = var.region
}
resource "aws_s3_bucket_cors_configuration" "this" {
  count                 = local.made && length(local.rules) > 0 ? 1 : 0
  bucket                = aws_s3_bucket.this[0].id
  region                = var.region
  expected_bucket_owner = var.expected_bucket_owner
  dynamic "cors_rule" {RULE}
}
output "s3_bucket_id" { value = try(aws_s3_bucket.this[0].id, "") }
output "s3_bucket_arn" { value = try(aws_s3_bucket.this[0].arn, "") }
output "s3_bucket_bucket_domain_name" { value = try(aws_s3_bucket.this[0].bucket_domain_name, "") }
output "s3_bucket_bucket_regional_domain_name" { value = try(aws_s3_bucket.this[0].bucket_regional_domain_name, "") }
"""

_CLOUDPOSSE = (
    LABEL_VARIABLES
    + LABEL_CALL
    + """
variable "bucket_name" { default = null }
variable "expected_bucket_owner" { default = null }
variable "cors_configuration" {
  default = []
  type = list(object({
    id              = optional(string)
    allowed_headers = optional(list(string))
    allowed_methods = optional(list(string))
    allowed_origins = optional(list(string))
    expose_headers  = optional(list(string))
    max_age_seconds = optional(number)
  }))
}
locals {
  made = module.this.enabled
  name = var.bucket_name != null && var.bucket_name != "" ? var.bucket_name : module.this.id
}
resource "aws_s3_bucket" "default" {
  count  = local.made ? 1 : 0
  bucket = local.name
}
resource "aws_s3_bucket_cors_configuration" "default" {
  count  = local.made && try(length(var.cors_configuration), 0) > 0 ? 1 : 0
  bucket = aws_s3_bucket.default[0].id
  dynamic "cors_rule" {RULE}
}
output "bucket_id" { value = local.made ? aws_s3_bucket.default[0].id : "" }
output "bucket_arn" { value = local.made ? aws_s3_bucket.default[0].arn : "" }
output "bucket_domain_name" { value = local.made ? aws_s3_bucket.default[0].bucket_domain_name : "" }
output "bucket_regional_domain_name" { value = local.made ? aws_s3_bucket.default[0].bucket_regional_domain_name : "" }
"""
)

_TRUSSWORKS = """
variable "bucket" {}
variable "use_account_alias_prefix" { default = true }
variable "use_random_suffix" { default = false }
variable "cors_rules" {
  type    = list(any)
  default = []
}
locals {
  alias = var.use_account_alias_prefix ? "${data.aws_iam_account_alias.current.account_alias}-" : ""
  name  = "${local.alias}${var.bucket}"
}
data "aws_iam_account_alias" "current" {}
resource "aws_s3_bucket" "private_bucket" {
  bucket        = var.use_random_suffix ? null : local.name
  bucket_prefix = var.use_random_suffix ? local.name : null
}
resource "aws_s3_bucket_cors_configuration" "private_bucket" {
  count  = length(var.cors_rules)
  bucket = aws_s3_bucket.private_bucket.id
  cors_rule {
    allowed_methods = var.cors_rules[count.index].allowed_methods
    allowed_origins = var.cors_rules[count.index].allowed_origins
    allowed_headers = lookup(var.cors_rules[count.index], "allowed_headers", null)
    expose_headers  = lookup(var.cors_rules[count.index], "expose_headers", null)
    max_age_seconds = lookup(var.cors_rules[count.index], "max_age_seconds", null)
  }
}
output "id" { value = aws_s3_bucket.private_bucket.id }
output "arn" { value = aws_s3_bucket.private_bucket.arn }
output "name" { value = local.name }
output "bucket_domain_name" { value = aws_s3_bucket.private_bucket.bucket_domain_name }
output "bucket_regional_domain_name" { value = aws_s3_bucket.private_bucket.bucket_regional_domain_name }
"""

_BOLDLINK = """
variable "bucket" { default = null }
variable "bucket_prefix" { default = null }
variable "cors_rule" { default = [] }
resource "aws_s3_bucket" "main" {
  bucket        = var.bucket
  bucket_prefix = var.bucket_prefix
}
resource "aws_s3_bucket_cors_configuration" "main" {
  count  = length(var.cors_rule) > 0 ? 1 : 0
  bucket = aws_s3_bucket.main.bucket
  dynamic "cors_rule" {RULE}
}
output "id" { value = aws_s3_bucket.main.id }
output "bucket" { value = aws_s3_bucket.main.bucket }
output "arn" { value = aws_s3_bucket.main.arn }
output "bucket_domain_name" { value = aws_s3_bucket.main.bucket_domain_name }
output "bucket_regional_domain_name" { value = aws_s3_bucket.main.bucket_regional_domain_name }
"""

_CLOUDDROVE = """
variable "enabled" { default = true }
variable "s3_name" { default = null }
variable "bucket_prefix" { default = null }
variable "expected_bucket_owner" { default = null }
variable "cors_rule" { default = null }
data "label" "of_inputs" {}
resource "aws_s3_bucket" "s3_default" {
  count         = var.enabled ? 1 : 0
  bucket        = var.s3_name != null ? var.s3_name : data.label.of_inputs.id
  bucket_prefix = var.bucket_prefix
}
resource "aws_s3_bucket_cors_configuration" "example" {
  count                 = var.enabled && var.cors_rule != null ? 1 : 0
  bucket                = aws_s3_bucket.s3_default[0].id
  expected_bucket_owner = var.expected_bucket_owner
  dynamic "cors_rule" {RULE}
}
output "id" { value = join("", aws_s3_bucket.s3_default[*].id) }
output "arn" { value = join("", aws_s3_bucket.s3_default[*].arn) }
output "bucket_domain_name" { value = join("", aws_s3_bucket.s3_default[*].bucket_domain_name) }
"""

_MINEIROS = """
variable "module_enabled" { default = true }
variable "bucket" { default = null }
variable "bucket_prefix" { default = null }
variable "cors_rule" { default = {} }
resource "aws_s3_bucket" "bucket" {
  count         = var.module_enabled ? 1 : 0
  bucket        = var.bucket
  bucket_prefix = var.bucket_prefix
  dynamic "cors_rule" {
    for_each = length(keys(var.cors_rule)) > 0 ? [var.cors_rule] : []
    content {
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      allowed_headers = lookup(cors_rule.value, "allowed_headers", null)
      expose_headers  = lookup(cors_rule.value, "expose_headers", null)
      max_age_seconds = lookup(cors_rule.value, "max_age_seconds", null)
    }
  }
}
output "id" { value = join("", aws_s3_bucket.bucket[*].id) }
output "arn" { value = join("", aws_s3_bucket.bucket[*].arn) }
output "bucket_domain_name" { value = join("", aws_s3_bucket.bucket[*].bucket_domain_name) }
output "bucket_regional_domain_name" { value = join("", aws_s3_bucket.bucket[*].bucket_regional_domain_name) }
"""

_DASMETA = """
variable "name" {}
variable "cors_rule" { default = [] }
module "bucket" {
  source    = "terraform-aws-modules/s3-bucket/aws"
  version   = "4.8.0"
  bucket    = var.name
  cors_rule = var.cors_rule
}
output "s3_bucket_id" { value = module.bucket.s3_bucket_id }
output "s3_bucket_arn" { value = module.bucket.s3_bucket_arn }
output "bucket_regional_domain_name" { value = module.bucket.s3_bucket_bucket_regional_domain_name }
"""


def _outline(name: str, repository: str, versions: tuple[tuple[int, ...], int], text: str, rules: str = "") -> Outline:
    return Outline(
        name, repository, versions[0], (versions[1],), text.replace("{RULE}", f"{{{_RULE.format(rules=rules)}}}")
    )


OUTLINES = (
    _outline(
        "terraform-aws-modules/s3-bucket/aws",
        "terraform-aws-modules/terraform-aws-s3-bucket",
        ((3,), 6),
        _TERRAFORM_AWS_MODULES,
        "local.rules",
    ),
    _outline("cloudposse/label/null", "cloudposse/terraform-null-label", ((0, 24), 1), LABEL),
    _outline(
        "cloudposse/s3-bucket/aws",
        "cloudposse/terraform-aws-s3-bucket",
        ((4,), 5),
        _CLOUDPOSSE,
        "var.cors_configuration",
    ),
    _outline("trussworks/s3-private-bucket/aws", "trussworks/terraform-aws-s3-private-bucket", ((4,), 10), _TRUSSWORKS),
    _outline("boldlink/s3/aws", "boldlink/terraform-aws-s3", ((2,), 3), _BOLDLINK, "var.cors_rule"),
    _outline("clouddrove/s3/aws", "clouddrove/terraform-aws-s3", ((2,), 3), _CLOUDDROVE, "var.cors_rule"),
    _outline("mineiros-io/s3-bucket/aws", "mineiros-io/terraform-aws-s3-bucket", ((0, 2), 1), _MINEIROS),
    _outline("dasmeta/s3/aws", "dasmeta/terraform-aws-s3", ((1, 3), 2), _DASMETA),
)
