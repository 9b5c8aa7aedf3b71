# A wrapper with create flags, as registry modules have: count by several conditions, try over a bucket that may not be there.
module "on" {
  source = "./wrapper"
  name   = "switch-on"
  cors   = [{ allowed_methods = ["GET"], allowed_origins = ["https://on.example"] }]
}
module "off" {
  source = "./wrapper"
  create = false
  name   = "switch-off"
  cors   = [{ allowed_methods = ["GET"], allowed_origins = ["https://off.example"] }]
}
module "foreign" {
  source        = "./wrapper"
  create_bucket = false
  name          = "switch-foreign"
  cors          = [{ allowed_methods = ["PUT"], allowed_origins = ["https://foreign.example"] }]
}
module "plain" {
  source = "./wrapper"
  name   = "switch-plain"
}

resource "aws_s3_bucket_cors_configuration" "after" {
  bucket = "${module.on.id}-${module.off.id == null ? "null" : module.off.id}-${coalesce(module.foreign.id, "none")}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = compact([module.on.id, module.off.id, module.plain.id])
  }
}
