provider "aws" {
  alias  = "us"
  region = "us-east-1"
}

resource "aws_s3_bucket" "site" {
  provider = aws.us
  bucket   = "site"
}
resource "aws_s3_bucket" "other" {
  bucket = "other"
}
