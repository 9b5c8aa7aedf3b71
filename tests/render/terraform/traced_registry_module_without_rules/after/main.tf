module "assets" {
  source  = "cloudposse/s3-bucket/aws"
  version = "4.2.0"

  bucket_name = "assets"
  cors_configuration = [
    {
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com"]
    }
  ]
}
