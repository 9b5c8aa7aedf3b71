# How wrappers written for old versions get at a counted bucket and at a rule that is a map, a list of one, or nothing.
variable "rule" {
  type    = any
  default = { allowed_methods = ["GET"], allowed_origins = ["https://map.example"] }
}
variable "none" {
  type    = any
  default = {}
}

resource "aws_s3_bucket" "this" {
  count  = 1
  bucket = "old-idioms"
}

resource "aws_s3_bucket" "off" {
  count  = 0
  bucket = "old-idioms-off"
}

resource "aws_s3_bucket_cors_configuration" "keys" {
  bucket = "${join("", aws_s3_bucket.this.*.id)}-${element(concat(aws_s3_bucket.off.*.id, ["none"]), 0)}"
  dynamic "cors_rule" {
    for_each = length(keys(var.rule)) == 0 ? [] : [var.rule]
    content {
      id              = "keys"
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
      max_age_seconds = lookup(cors_rule.value, "max_age_seconds", null)
    }
  }
  dynamic "cors_rule" {
    for_each = length(keys(var.none)) == 0 ? [] : [var.none]
    content {
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
    }
  }
  dynamic "cors_rule" {
    for_each = can(keys(var.rule)) ? tolist([var.rule]) : tolist([])
    content {
      id              = "can-keys"
      allowed_methods = cors_rule.value.allowed_methods
      allowed_origins = cors_rule.value.allowed_origins
    }
  }
  dynamic "cors_rule" {
    for_each = try(flatten([var.rule]), [])
    content {
      id              = "flatten"
      allowed_methods = cors_rule.value["allowed_methods"]
      allowed_origins = cors_rule.value["allowed_origins"]
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "index" {
  bucket = "${concat(aws_s3_bucket.this.*.id, [""])[0]}-${try(aws_s3_bucket.off[0].id, "off")}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    id              = "${aws_s3_bucket.this.0.bucket}${length(aws_s3_bucket.off)}${one(aws_s3_bucket.off[*].id) == null ? "null" : "some"}"
  }
}
