# One module call for each site: the module declares the bucket and its CORS rules.
module "site" {
  source   = "./modules/site-bucket"
  for_each = var.sites

  bucket     = "${local.prefix}-${each.key}"
  cors_rules = each.value.cors_rules
}

# Reports are downloaded by servers only: no browser, so no CORS.
resource "aws_s3_bucket" "reports" {
  bucket = "${local.prefix}-reports"
}

# The name is made when this is applied: no reader of code can know it.
resource "aws_s3_bucket" "scratch" {
  bucket_prefix = "${local.prefix}-scratch-"
}

resource "aws_s3_bucket_cors_configuration" "scratch" {
  bucket = aws_s3_bucket.scratch.id

  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = local.app_origins
  }
}
