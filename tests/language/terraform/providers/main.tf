# Aliases and the providers of modules change the region, not the rules.
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "us"
  region = "us-east-1"
}

module "child" {
  source = "./child"
  for_each = {
    one = ["https://one.example"]
  }
  providers = {
    aws       = aws.us
    aws.other = aws
  }
  origins = each.value
}

resource "aws_s3_bucket_cors_configuration" "us" {
  provider = aws.us
  bucket   = "providers-us"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
