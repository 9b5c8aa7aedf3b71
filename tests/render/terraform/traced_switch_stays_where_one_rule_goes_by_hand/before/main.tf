locals {
  origins = ["https://a.example", "https://b.example"]
}

module "store" {
  source                    = "./modules/s3"
  bucket_name               = "store"
  enable_cors_configuration = true
  cors_rules = [for origin in local.origins : { allowed_methods = ["GET"], allowed_origins = [origin] }]
}

module "reports" {
  source                    = "./modules/s3"
  bucket_name               = "reports"
  enable_cors_configuration = true
  cors_rules = [for origin in local.origins : { allowed_methods = ["GET"], allowed_origins = [origin] }]
}
