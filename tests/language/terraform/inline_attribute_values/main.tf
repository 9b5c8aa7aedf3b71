# The inline list as an argument: from a for expression, from a variable, null for "not said", and one element of it referred to.
variable "origins" {
  default = ["https://b.example", "https://a.example"]
}
variable "rules" {
  type    = list(object({ allowed_headers = list(string), allowed_methods = list(string), allowed_origins = list(string), expose_headers = list(string), max_age_seconds = number }))
  default = null
}

resource "aws_s3_bucket" "for" {
  bucket = "inline-for"
  cors_rule = [for i, origin in var.origins : {
    allowed_headers = i == 0 ? ["*"] : []
    allowed_methods = ["GET", "PUT"]
    allowed_origins = [origin]
    expose_headers  = null
    max_age_seconds = "${i}0"
  }]
}

resource "aws_s3_bucket" "null" {
  bucket    = "inline-null"
  cors_rule = var.rules
}

resource "aws_s3_bucket" "conditional" {
  bucket    = "inline-conditional"
  cors_rule = var.rules == null ? [] : var.rules
}

resource "aws_s3_bucket_cors_configuration" "echo" {
  bucket = "inline-echo"
  cors_rule {
    allowed_methods = aws_s3_bucket.for.cors_rule[1].allowed_methods
    allowed_origins = flatten(aws_s3_bucket.for.cors_rule[*].allowed_origins)
    max_age_seconds = aws_s3_bucket.for.cors_rule[1].max_age_seconds
  }
}
