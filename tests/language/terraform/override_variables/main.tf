# Overrides of a variable's default and type, of a module call's argument and source, and of count.
variable "age" {
  type    = string
  default = "10"
}

variable "origins" {
  default = ["https://base.example"]
}

module "site" {
  source = "./one"
  name   = "base"
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count  = 2
  bucket = "override-${count.index}-${length(var.origins)}"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = var.origins
    max_age_seconds = var.age
  }
}
