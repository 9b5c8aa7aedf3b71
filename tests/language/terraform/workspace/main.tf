locals {
  ages = { default = 1, prod = 2 }
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = "workspace-${terraform.workspace}"
  cors_rule {
    allowed_methods = terraform.workspace == "prod" ? ["GET"] : ["GET", "PUT"]
    allowed_origins = ["https://${terraform.workspace}.example"]
    max_age_seconds = local.ages[terraform.workspace]
  }
}
