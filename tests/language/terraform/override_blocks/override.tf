locals {
  changed = "over"
}

resource "aws_s3_bucket_cors_configuration" "static" {
  cors_rule {
    allowed_methods = ["POST"]
    allowed_origins = ["https://over.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "name_only" {
  bucket = "override-new-name"
}
