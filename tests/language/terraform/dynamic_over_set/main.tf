# In a dynamic block over a set, key and value are both the element.
variable "origins" {
  type    = set(string)
  default = ["https://b.example", "https://a.example", "https://b.example"]
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "dynamic-set"
  dynamic "cors_rule" {
    for_each = var.origins
    content {
      id              = replace(cors_rule.key, "https://", "")
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value]
    }
  }
}
