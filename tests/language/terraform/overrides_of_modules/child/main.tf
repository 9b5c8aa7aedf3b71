variable "names" { type = list(string) }
locals {
  rule = { methods = ["GET"], origins = ["https://base.example"] }
}
resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = toset(var.names)
  bucket   = "child-${each.key}"
  cors_rule {
    allowed_methods = local.rule.methods
    allowed_origins = local.rule.origins
  }
  lifecycle {
    prevent_destroy = true
  }
}
