locals {
  age = 20
}

resource "aws_s3_bucket_cors_configuration" "blocks" {
  dynamic "cors_rule" {
    for_each = ["https://o1.example", "https://o2.example"]
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value]
    }
  }
}
