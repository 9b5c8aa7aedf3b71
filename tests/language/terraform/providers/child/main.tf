terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
variable "origins" {}

resource "aws_s3_bucket_cors_configuration" "default" {
  bucket = "providers-default"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.origins
  }
}
resource "aws_s3_bucket_cors_configuration" "other" {
  provider = aws.other
  bucket   = "providers-other"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.origins
  }
}
