variable "single" {
  default = { origin = "https://single.example" }
}

locals {
  groups = [{ origins = ["https://a.example", "https://b.example"] }, { origins = ["https://c.example"] }]
  names  = [{ x = { y = "GET" } }, { x = { y = "PUT" } }]
}

resource "aws_s3_bucket" "this" {
  count  = 1
  bucket = "splats"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = one(aws_s3_bucket.this[*].id)
  cors_rule {
    allowed_methods = local.names[*].x.y
    allowed_origins = flatten(local.groups[*].origins)
    expose_headers  = local.groups[*].origins[0]
    allowed_headers = concat(var.single[*].origin, null[*], local.names.*.x.y)
  }
}

resource "aws_s3_bucket_cors_configuration" "legacy" {
  bucket = "${aws_s3_bucket.this.0.id}-legacy"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [local.groups.0.origins.1]
  }
}
