# Blocks over something unknown leave all rules open, the static ones beside them too.
resource "random_id" "x" {
  byte_length = 4
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "unknown-blocks"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://static.example"]
  }
  dynamic "cors_rule" {
    for_each = split(",", random_id.x.hex)
    content {
      allowed_methods = ["PUT"]
      allowed_origins = [cors_rule.value]
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "elements" {
  bucket = "unknown-elements"
  dynamic "cors_rule" {
    for_each = ["https://known.example", "https://${random_id.x.hex}.example"]
    content {
      id              = cors_rule.key
      allowed_methods = ["PUT"]
      allowed_origins = [cors_rule.value]
    }
  }
}
