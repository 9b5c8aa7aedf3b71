resource "aws_s3_bucket_cors_configuration" "dynamic" {
  cors_rule {
    allowed_methods = ["DELETE"]
    allowed_origins = ["https://static.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "static" {
  dynamic "cors_rule" {
    for_each = toset(["https://last.example"])
    content {
      allowed_methods = ["HEAD"]
      allowed_origins = [cors_rule.key]
    }
  }
}
