locals {
  on = false
}

module "store" {
  source                    = "./modules/s3"
  bucket_name               = "store"
  enable_cors_configuration = true
  cors_rules = [
    {
      methods = ["GET"]
      origins = ["https://app.example.com"]
    }
  ]
}

module "reports" {
  source                    = "./modules/s3"
  bucket_name               = "reports"
  enable_cors_configuration = local.on
}
