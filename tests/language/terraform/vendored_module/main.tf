module "cors" {
  source  = "example/cors/aws"
  version = "1.0.0"
  bucket  = "vendored"
}
