"""The outline of cloudposse/label/null, by which all modules of Cloud Posse name things; see ``registry_modules``."""

from __future__ import annotations

LABEL_INPUTS = (
    "enabled",
    "namespace",
    "tenant",
    "environment",
    "stage",
    "name",
    "delimiter",
    "attributes",
    "label_order",
    "regex_replace_chars",
    "id_length_limit",
    "label_value_case",
)
"""Inputs of cloudposse/label/null, which all modules of Cloud Posse have too, beside ``context``."""
LABEL_VARIABLES = 'variable "context" { default = {} }\n' + "".join(
    f'variable "{name}" {{ default = null }}\n' for name in LABEL_INPUTS
)
LABEL_CALL = (
    'module "this" {\n  source = "cloudposse/label/null"\n  version = "0.25.0"\n  context = var.context\n'
    + "".join(f"  {name} = var.{name}\n" for name in LABEL_INPUTS)
    + "}\n"
)

LABEL = (
    LABEL_VARIABLES
    + """
variable "tags" { default = {} }
variable "additional_tag_map" { default = {} }
variable "label_key_case" { default = null }
variable "labels_as_tags" { default = null }
variable "descriptor_formats" { default = {} }
data "label" "rest" {}
locals {
  enabled = var.enabled != null ? var.enabled : try(var.context.enabled, true)
  given = {
    namespace   = var.namespace
    tenant      = var.tenant
    environment = var.environment
    stage       = var.stage
    name        = var.name
  }
  own     = { for key, text in local.given : key => text != null ? text : try(var.context[key], null) }
  parts   = compact(distinct(concat(coalesce(try(var.context.attributes, []), []), coalesce(var.attributes, []))))
  between = var.delimiter != null ? var.delimiter : try(var.context.delimiter, null)
  order   = var.label_order != null ? var.label_order : try(var.context.label_order, null)
  pattern = var.regex_replace_chars != null ? var.regex_replace_chars : try(var.context.regex_replace_chars, null)
  limit   = var.id_length_limit != null ? var.id_length_limit : try(var.context.id_length_limit, null)
  case    = var.label_value_case != null ? var.label_value_case : try(var.context.label_value_case, null)

  delimiter = local.between == null ? "-" : local.between
  strip     = local.pattern == null ? "/[^-a-zA-Z0-9]/" : local.pattern
  letters   = local.case == null ? "lower" : local.case
  plain     = { for key, text in local.own : key => text == null ? "" : replace(text, local.strip, "") }
  in_case = { for key, text in local.plain : key => (
    local.letters == "none" ? text : local.letters == "title" ? title(lower(text)) :
    local.letters == "upper" ? upper(text) : lower(text)
  ) }
  plain_parts = compact(distinct([for text in local.parts : replace(text, local.strip, "")]))
  attributes = compact(distinct([for text in local.plain_parts : (
    local.letters == "none" ? text : local.letters == "title" ? title(lower(text)) :
    local.letters == "upper" ? upper(text) : lower(text)
  )]))
  standard = ["namespace", "environment", "stage", "name", "attributes"]
  elements = merge(local.in_case, { attributes = join(local.delimiter, local.attributes) })
  in_order = local.order == null ? local.standard : coalescelist(local.order, local.standard)
  full     = join(local.delimiter, [for key in local.in_order : local.elements[key] if length(local.elements[key]) > 0])
  id       = try(local.limit == null || local.limit == 0, false) ? local.full : data.label.rest.shortened
}
output "id" { value = local.enabled ? local.id : "" }
output "id_full" { value = local.enabled ? local.full : "" }
output "enabled" { value = local.enabled }
output "namespace" { value = local.enabled ? local.in_case.namespace : "" }
output "tenant" { value = local.enabled ? local.in_case.tenant : "" }
output "environment" { value = local.enabled ? local.in_case.environment : "" }
output "stage" { value = local.enabled ? local.in_case.stage : "" }
output "name" { value = local.enabled ? local.in_case.name : "" }
output "delimiter" { value = local.enabled ? local.delimiter : "" }
output "attributes" { value = local.enabled ? local.attributes : [] }
output "context" {
  value = merge(local.own, {
    enabled             = local.enabled
    delimiter           = local.between
    attributes          = local.parts
    label_order         = local.order
    regex_replace_chars = local.pattern
    id_length_limit     = local.limit
    label_value_case    = local.case
    tags                = data.label.rest.tags
    additional_tag_map  = data.label.rest.additional_tag_map
    label_key_case      = data.label.rest.label_key_case
    labels_as_tags      = data.label.rest.labels_as_tags
    descriptor_formats  = data.label.rest.descriptor_formats
  })
}
"""
)
