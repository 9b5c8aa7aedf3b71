module "assets" {
  source  = "cloudposse/s3-bucket/aws"
  version = "4.2.0"

  bucket_name = "assets"
}
