module "s3_bucket" {
  source = "example/s3-bucket/aws"
  bucket = "unread-named"

  cors_rule = [{
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }]
}

module "network" {
  source = "terraform-aws-modules/vpc/aws"
}

resource "awscc_s3_bucket" "cloud_control" {
  bucket_name = "unread-cloud-control"
  cors_configuration = {
    cors_rules = [{
      allowed_methods = ["GET"]
      allowed_origins = ["*"]
    }]
  }
}

resource "aws_s3_bucket" "apart" {
  bucket = "unread-apart"
}
