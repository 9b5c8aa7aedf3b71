variable "region" { default = "eu-central-1" }

provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "us"
  region = "us-east-1"
}

resource "aws_s3_bucket_cors_configuration" "default" {
  bucket = "regions-default"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_cors_configuration" "alias" {
  provider = aws.us
  bucket   = "regions-alias"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_cors_configuration" "own" {
  bucket                = "regions-own"
  region                = "ap-south-1"
  expected_bucket_owner = "111122223333"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

module "us" {
  source    = "./child"
  providers = { aws = aws.us }
}
