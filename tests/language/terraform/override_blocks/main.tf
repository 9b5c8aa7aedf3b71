# An override file with a block drops every block of that type, dynamic ones too; attributes replace attributes.
locals {
  kept    = "kept"
  changed = "base"
}

resource "aws_s3_bucket_cors_configuration" "static" {
  bucket = "override-static"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://base1.example"]
  }
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://base2.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "dynamic" {
  bucket = "override-${local.kept}-${local.changed}"
  dynamic "cors_rule" {
    for_each = ["https://base.example"]
    content {
      allowed_methods = ["GET"]
      allowed_origins = [cors_rule.value]
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "name_only" {
  bucket = "override-base-name"
  cors_rule {
    allowed_methods = ["HEAD"]
    allowed_origins = ["https://stays.example"]
  }
}
