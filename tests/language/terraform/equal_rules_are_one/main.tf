# Rules are a set: blocks that come out equal are one rule, whatever the order inside their lists.
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "equal-rules"
  dynamic "cors_rule" {
    for_each = ["https://a.example", "https://b.example", "https://c.example"]
    content {
      allowed_methods = ["GET"]
      allowed_origins = ["*"]
    }
  }
  cors_rule {
    allowed_methods = ["PUT", "POST"]
    allowed_origins = ["https://x.example", "https://y.example"]
  }
  cors_rule {
    allowed_methods = ["POST", "PUT", "POST"]
    allowed_origins = ["https://y.example", "https://x.example"]
  }
}
