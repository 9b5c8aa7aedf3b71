locals { base = ["https://base.example"] }
module "hosts" {
  source = "./hosts/../hosts"
  domain = local.suffix
}
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = local.name
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = local.origins
  }
}
