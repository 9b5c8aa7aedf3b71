# A counted module: instances by number, splat over outputs, none at all.
module "copies" {
  source = "./copy"
  count  = 2
  index  = count.index
}

module "never" {
  source = "./copy"
  count  = 0
  index  = 9
}

resource "aws_s3_bucket_cors_configuration" "last" {
  bucket = "${module.copies[1].name}-last"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = module.copies[*].origin
    allowed_headers = concat(module.never[*].origin, [try(module.never[0].name, "x-none")])
    max_age_seconds = length(module.never)
  }
}
