module "site" {
  source  = "./modules/bucket"
  name    = "modules-site"
  origins = ["https://site.example"]
}

module "many" {
  source   = "./modules/bucket"
  for_each = { a = ["https://a.example"], b = [] }
  name     = "modules-${each.key}"
  origins  = each.value
}

module "counted" {
  source  = "./modules/bucket"
  count   = 2
  name    = "modules-count-${count.index}"
  origins = [module.site.origin]
}

resource "aws_s3_bucket_cors_configuration" "outside" {
  bucket = module.many["b"].id
  cors_rule {
    allowed_methods = ["HEAD"]
    allowed_origins = ["https://outside.example"]
  }
}
