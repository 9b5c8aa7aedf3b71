# What type an attribute has is known to its provider: that it may be another than that of its neighbours is no error.
# Versions of Terraform that do not ask the provider as they validate refuse this (1.11); others plan it.
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}

locals {
  tags  = aws_s3_bucket.logs.tags_all
  both  = [{ o = "https://a.example", t = local.tags }, { o = "https://b.example", t = {} }]
  named = tomap({ a = { o = "https://c.example", t = local.tags }, b = { o = "https://d.example", t = {} } })
  more  = concat([{ o = "https://e.example", t = local.tags }], tolist([{ o = "https://f.example", t = {} }]))
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "assets"
  cors_rule {
    id              = "converted"
    allowed_methods = ["GET"]
    allowed_origins = [for each in tolist(local.both) : each.o]
    allowed_headers = [for each in local.named : each.o]
    expose_headers  = local.more[*].o
  }
  cors_rule {
    id              = "members"
    allowed_methods = ["GET"]
    allowed_origins = distinct(local.both)[*].o
    allowed_headers = (true ? local.both : tolist([]))[*].o
  }
  cors_rule {
    id              = "certainly refused"
    allowed_methods = ["GET"]
    allowed_origins = tolist([local.tags, { o = 1 }, "text"])
  }
}
