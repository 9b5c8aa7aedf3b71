module "assets" {
  source  = "terraform-aws-modules/s3-bucket/aws"
  version = "4.1.0"

  bucket = "assets"

  cors_rule = jsonencode([
    {
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com"]
    },
  ])
}
