module "assets" {
  source = "./site"
  cors_rules = [
    {
      allowed_headers = ["*"]
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com"]
    }
  ]
}
