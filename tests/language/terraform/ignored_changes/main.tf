resource "aws_s3_bucket" "inline" {
  bucket = "ignored-inline"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://ignored.example"]
  }
  lifecycle {
    ignore_changes = all
  }
}

resource "aws_s3_bucket_cors_configuration" "separate" {
  bucket = "ignored-separate"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://ignored.example"]
  }
  lifecycle {
    ignore_changes = [cors_rule]
  }
}
