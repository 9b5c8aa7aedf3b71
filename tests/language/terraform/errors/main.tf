locals {
  a = local.b
  b = local.a
}

resource "aws_s3_bucket_cors_configuration" "index" {
  bucket = ["x"][3]
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [local.a]
    max_age_seconds = "soon"
    allowed_headers = "not-a-list"
  }
}

resource "aws_s3_bucket_cors_configuration" "list" {
  for_each = ["a"]
  bucket   = "errors-list"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_cors_configuration" "undeclared" {
  bucket = "errors-undeclared"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = [var.generated, try(var.generated, "fallback"), sort_of(1)]
  }
}

resource "aws_s3_bucket_cors_configuration" "empty" {
  bucket = "errors-empty"
}
