module "store" {
  source      = "./modules/s3"
  bucket_name = "store"
  enabled     = true
  cors_rules = [
    {
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com"]
    }
  ]
}

module "reports" {
  source      = "./modules/s3"
  bucket_name = "reports"
  enabled     = true
  cors_rules = [
    {
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com"]
    }
  ]
}
