variable "rules" {
  default = [{ methods = ["GET"], origins = ["https://d1.example"] }, { methods = ["PUT"], origins = ["https://d2.example"] }]
}

resource "aws_s3_bucket" "blocks" {
  bucket = "inline-blocks"
  cors_rule {
    allowed_methods = ["PUT", "GET"]
    allowed_origins = ["https://z.example", "https://a.example"]
    allowed_headers = ["*"]
    max_age_seconds = 3000
  }
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket" "dynamic" {
  bucket = "inline-dynamic"
  dynamic "cors_rule" {
    for_each = var.rules
    content {
      allowed_methods = cors_rule.value["methods"]
      allowed_origins = cors_rule.value["origins"]
    }
  }
}

resource "aws_s3_bucket" "attribute" {
  bucket = "inline-attribute"
  cors_rule = [
    {
      allowed_headers = null
      allowed_methods = ["GET"]
      allowed_origins = ["https://attribute.example"]
      expose_headers  = ["ETag"]
      max_age_seconds = null
    },
  ]
}

resource "aws_s3_bucket" "none" {
  bucket    = "inline-none"
  cors_rule = []
}

resource "aws_s3_bucket" "empty" {
  bucket = "inline-empty"
  dynamic "cors_rule" {
    for_each = []
    content {
      allowed_methods = ["GET"]
      allowed_origins = ["*"]
    }
  }
}

resource "aws_s3_bucket" "ignored" {
  bucket = "inline-ignored"
  lifecycle {
    ignore_changes = [cors_rule, tags["x"]]
  }
}

resource "aws_s3_bucket" "both" {
  bucket = "inline-both"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://inline.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "both" {
  bucket = "inline-both"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://separate.example"]
  }
}
