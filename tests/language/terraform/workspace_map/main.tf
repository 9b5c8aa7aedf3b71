# Settings by workspace, with a default for workspaces that are not listed.
locals {
  settings = {
    default = { origins = ["https://dev.example"], age = 0 }
    prod    = { origins = ["https://www.example", "https://app.example"], age = 86400 }
  }
  current = lookup(local.settings, terraform.workspace, local.settings["default"])
}

resource "aws_s3_bucket" "this" {
  bucket = "ws-${terraform.workspace}${terraform.workspace == "prod" ? "" : "-test"}"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count  = contains(keys(local.settings), terraform.workspace) ? 1 : 0
  bucket = aws_s3_bucket.this.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = local.current.origins
    max_age_seconds = local.current.age
  }
}
