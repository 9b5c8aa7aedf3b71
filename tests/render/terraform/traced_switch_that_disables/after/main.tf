module "store" {
  source      = "./modules/s3"
  bucket_name = "store"
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
  cors_rules = [
    {
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com"]
    }
  ]
  disable_cors = true
}
