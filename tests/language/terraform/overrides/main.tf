variable "origin" {
  type    = string
  default = "https://base.example"
}

locals {
  method = "GET"
  age    = 10
}

resource "aws_s3_bucket_cors_configuration" "blocks" {
  bucket = "override-blocks"
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = ["https://gone.example"]
  }
  cors_rule {
    allowed_methods = ["POST"]
    allowed_origins = ["https://gone.example"]
  }
}

resource "aws_s3_bucket_cors_configuration" "name" {
  bucket = "override-before"
  cors_rule {
    allowed_methods = [local.method]
    allowed_origins = [var.origin]
    max_age_seconds = local.age
  }
}
