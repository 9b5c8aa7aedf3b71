# Static and dynamic blocks stand side by side; the order of an inline list is that of the file.
variable "extra" {
  default = [["HEAD", "https://two.example"], ["PUT", "https://three.example"]]
}

resource "aws_s3_bucket" "inline" {
  bucket = "dynamic-mixed"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://one.example"]
  }
  dynamic "cors_rule" {
    for_each = var.extra
    content {
      allowed_methods = [cors_rule.value[0]]
      allowed_origins = [cors_rule.value[1]]
      max_age_seconds = cors_rule.key
    }
  }
  cors_rule {
    allowed_methods = ["DELETE"]
    allowed_origins = ["https://four.example"]
  }
  dynamic "cors_rule" {
    for_each = toset(["POST"])
    content {
      allowed_methods = [cors_rule.key]
      allowed_origins = ["https://five.example"]
    }
  }
}
